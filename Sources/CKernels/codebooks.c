// GGUF types whose values are entries of tables: IQ1 to IQ4, ternary, MXFP4, NVFP4. Layouts are those
// of ggml; the order of multiplications is that of the gguf package.
#include "CKernels.h"
#include "blocks.inc.h"
#include "grids.inc.h"

static const int8_t fourBits[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                    1,    13,   25,  38,  53,  69,  89,  113};
// Twice the values of E2M1.
static const int8_t doubled[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
static const float eighths[3] = {8, 25, 43};
static const float thirds[8] = {4, 12, 20, 28, 36, 44, 52, 62};
static const float odds[8] = {1, 3, 5, 7, 9, 11, 13, 15};

static uint32_t longWord(const uint8_t *p) { return word(p) | (uint32_t)word(p + 2) << 16; }

// Seven signs; the eighth makes their number even.
static uint8_t eightSigns(uint32_t seven) {
  seven &= 127;
  return (uint8_t)(seven | (uint32_t)(__builtin_popcount(seven) & 1) << 7);
}

// Eight values of a grid of three kinds.
static void eightValues(uint16_t entry, uint8_t signs, float scale, float *y) {
  for (int i = 0; i < 8; i++) {
    float value = scale * eighths[entry >> (2 * i) & 3];
    y[i] = signs >> i & 1 ? -value : value;
  }
}

// Four values of a grid of eight kinds.
static void fourValues(uint16_t entry, const float *kinds, int signs, float scale, float *y) {
  for (int i = 0; i < 4; i++) {
    float value = scale * kinds[entry >> (3 * i) & 7];
    y[i] = signs >> i & 1 ? -value : value;
  }
}

// Half scale; 8 × (four bytes of entries; four times 7 signs, 4 bits of scale).
static void iq2xxsBlock(const uint8_t *b, float *y) {
  float d = half(b);
  for (int part = 0; part < 8; part++) {
    const uint8_t *q = b + 2 + 8 * part;
    uint32_t rest = longWord(q + 4);
    float scale = d * (0.5f + (float)(rest >> 28)) * 0.25f;
    for (int i = 0; i < 4; i++, y += 8)
      eightValues(iq2xxs[q[i]], eightSigns(rest >> (7 * i)), scale, y);
  }
}

// Half scale; 32 × (9 bits of entry, 7 signs); 16 scales of 4 bits.
static void iq2xsBlock(const uint8_t *b, float *y) {
  float d = half(b);
  const uint8_t *scales = b + 66;
  for (int i = 0; i < 32; i++, y += 8) {
    uint16_t q = word(b + 2 + 2 * i);
    float scale = d * (0.5f + (float)(scales[i / 4] >> (i / 2 % 2 * 4) & 15)) * 0.25f;
    eightValues(iq2xs[q & 511], eightSigns(q >> 9), scale, y);
  }
}

// Half scale; 32 bytes of entries; 32 of signs; 8 of the entries' high pairs; 16 scales of 4 bits.
static void iq2sBlock(const uint8_t *b, float *y) {
  float d = half(b);
  const uint8_t *q = b + 2, *signs = b + 34, *high = b + 66, *scales = b + 74;
  for (int i = 0; i < 32; i++, y += 8) {
    int entry = q[i] | (high[i / 4] >> (i % 4 * 2) & 3) << 8;
    float scale = d * (0.5f + (float)(scales[i / 4] >> (i / 2 % 2 * 4) & 15)) * 0.25f;
    eightValues(iq2s[entry], signs[i], scale, y);
  }
}

// Half scale; 64 bytes of entries; 8 × (four times 7 signs, 4 bits of scale).
static void iq3xxsBlock(const uint8_t *b, float *y) {
  float d = half(b);
  const uint8_t *q = b + 2;
  for (int part = 0; part < 8; part++) {
    uint32_t rest = longWord(b + 66 + 4 * part);
    float scale = d * (0.5f + (float)(rest >> 28)) * 0.5f;
    for (int i = 0; i < 8; i++, y += 4) {
      int signs = eightSigns(rest >> (7 * (i / 2))) >> (i % 2 * 4);
      fourValues(iq3xxs[*q++], thirds, signs, scale, y);
    }
  }
}

// Half scale; 64 bytes of entries; 8 of their ninth bits; 32 of signs; 8 scales of 4 bits.
static void iq3sBlock(const uint8_t *b, float *y) {
  float d = half(b);
  const uint8_t *q = b + 2, *high = b + 66, *signs = b + 74, *scales = b + 106;
  for (int i = 0; i < 64; i++, y += 4) {
    int part = i / 8;
    int entry = q[i] | (high[part] >> (i % 8) & 1) << 8;
    float scale = d * (float)(1 + 2 * (scales[part / 2] >> (part % 2 * 4) & 15));
    fourValues(iq3s[entry], odds, signs[i / 2] >> (i % 2 * 4), scale, y);
  }
}

static void oneBits(uint16_t entry, float scale, float delta, float *y) {
  for (int i = 0; i < 8; i++) y[i] = scale * ((float)((entry >> (2 * i) & 3) - 1) + delta);
}

// Half scale; 32 bytes of entries; 8 × (four times 3 high bits, 3 bits of scale, sign of the shift).
static void iq1sBlock(const uint8_t *b, float *y) {
  float d = half(b);
  for (int part = 0; part < 8; part++) {
    uint16_t rest = word(b + 34 + 2 * part);
    float scale = d * (float)(2 * (rest >> 12 & 7) + 1), delta = rest & 0x8000 ? -0.125f : 0.125f;
    for (int i = 0; i < 4; i++, y += 8)
      oneBits(iq1s[b[2 + 4 * part + i] | (rest >> (3 * i) & 7) << 8], scale, delta, y);
  }
}

// 32 bytes of entries; 32 × (3 high bits, sign of the shift); 4 × (four scales of 3 bits, 4 bits of the
// half scale).
static void iq1mBlock(const uint8_t *b, float *y) {
  const uint8_t *high = b + 32, *scales = b + 48;
  uint16_t bits = 0;
  for (int i = 0; i < 4; i++) bits |= (uint16_t)((word(scales + 2 * i) & 0xF000) >> (12 - 4 * i));
  uint8_t bytes[2] = {(uint8_t)bits, (uint8_t)(bits >> 8)};
  float d = half(bytes);
  for (int i = 0; i < 32; i++, y += 8) {
    int rest = high[i / 2] >> (i % 2 * 4) & 15, run = i / 2;
    int step = word(scales + 2 * (run / 4)) >> (3 * (run % 4)) & 7;
    oneBits(iq1s[b[i] | (rest & 7) << 8], d * (float)(2 * step + 1),
            rest & 8 ? -0.125f : 0.125f, y);
  }
}

static void iq4nlBlock(const uint8_t *q, float scale, float *y) {
  for (int i = 0; i < 16; i++) {
    y[i] = scale * (float)fourBits[q[i] & 15];
    y[i + 16] = scale * (float)fourBits[q[i] >> 4];
  }
}

// Half scale; 8 high pairs and 8 low nibbles of scales; nibbles.
static void iq4xsBlock(const uint8_t *b, float *y) {
  float d = half(b);
  for (int part = 0; part < 8; part++, y += 32) {
    int low = b[4 + part / 2] >> (part % 2 * 4) & 15, high = word(b + 2) >> (2 * part) & 3;
    iq4nlBlock(b + 8 + 16 * part, d * (float)((low | high << 4) - 32), y);
  }
}

static float ternary(uint8_t q, int power) {
  static const uint8_t powers[5] = {1, 3, 9, 27, 81};
  return (float)(((uint8_t)(q * powers[power]) * 3 >> 8) - 1);
}

// 48 bytes of five digits to base 3, 4 bytes of four; half scale.
static void tq10Block(const uint8_t *b, float *y) {
  float d = half(b + 52);
  for (int power = 0; power < 5; power++)
    for (int i = 0; i < 32; i++) *y++ = d * ternary(b[i], power);
  for (int power = 0; power < 5; power++)
    for (int i = 0; i < 16; i++) *y++ = d * ternary(b[32 + i], power);
  for (int power = 0; power < 4; power++)
    for (int i = 0; i < 4; i++) *y++ = d * ternary(b[48 + i], power);
}

// 64 bytes of four pairs of bits; half scale.
static void tq20Block(const uint8_t *b, float *y) {
  float d = half(b + 64);
  for (int part = 0; part < 2; part++)
    for (int pair = 0; pair < 4; pair++)
      for (int i = 0; i < 32; i++) *y++ = d * (float)((b[32 * part + i] >> (2 * pair) & 3) - 1);
}

static void doubledNibbles(const uint8_t *q, int bytes, float scale, float *y) {
  for (int i = 0; i < bytes; i++) {
    y[i] = scale * (float)doubled[q[i] & 15];
    y[i + bytes] = scale * (float)doubled[q[i] >> 4];
  }
}

// Exponent; nibbles.
static void mxfp4Block(const uint8_t *b, float *y) {
  float scale = fromBits(b[0] < 2 ? 0x00200000u << b[0] : (uint32_t)(b[0] - 1) << 23);
  doubledNibbles(b + 1, 16, scale, y);
}

// Four scales in E4M3 without sign; 4 × nibbles of 16 values.
static void nvfp4Block(const uint8_t *b, float *y) {
  for (int part = 0; part < 4; part++, y += 16) {
    uint8_t scale = b[part];
    // Half of the scale, as the values are doubled; the number for NaN stands for nothing here.
    float d = scale == 0x7F ? 0 : 0.5f * eight(scale & 0x7F);
    if (scale & 0x80) d = scale == 0xFF ? 240.0f : d;
    doubledNibbles(b + 4 + 8 * part, 8, d, y);
  }
}

bool tare_codebook_block(int32_t type, const uint8_t *b, float *y) {
  switch (type) {
  case TARE_IQ1_S: iq1sBlock(b, y); break;
  case TARE_IQ1_M: iq1mBlock(b, y); break;
  case TARE_IQ2_XXS: iq2xxsBlock(b, y); break;
  case TARE_IQ2_XS: iq2xsBlock(b, y); break;
  case TARE_IQ2_S: iq2sBlock(b, y); break;
  case TARE_IQ3_XXS: iq3xxsBlock(b, y); break;
  case TARE_IQ3_S: iq3sBlock(b, y); break;
  case TARE_IQ4_NL: iq4nlBlock(b + 2, half(b), y); break;
  case TARE_IQ4_XS: iq4xsBlock(b, y); break;
  case TARE_TQ1_0: tq10Block(b, y); break;
  case TARE_TQ2_0: tq20Block(b, y); break;
  case TARE_MXFP4: mxfp4Block(b, y); break;
  case TARE_NVFP4: nvfp4Block(b, y); break;
  default: return false;
  }
  return true;
}
