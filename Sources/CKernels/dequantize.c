// GGUF block formats to float32. Layouts are those of ggml: a block of 32 (Q4_0 … Q8_0) or of 256
// values (the K types) shares scales; numbers are little-endian.
#include "CKernels.h"
#include "blocks.inc.h"

enum {
  F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8,
  Q2_K = 10, Q3_K = 11, Q4_K = 12, Q5_K = 13, Q6_K = 14, F64 = 28, BF16 = 30,
};

// {values, bytes} of a block.
static const struct { int32_t values, bytes; } layout[] = {
    [F32] = {1, 4},      [F16] = {1, 2},      [BF16] = {1, 2},      [F64] = {1, 8},
    [Q4_0] = {32, 18},   // half scale; 16 bytes of nibbles
    [Q4_1] = {32, 20},   // half scale, half minimum; nibbles
    [Q5_0] = {32, 22},   // half scale; 4 bytes of fifth bits; nibbles
    [Q5_1] = {32, 24},   // half scale, half minimum; fifth bits; nibbles
    [Q8_0] = {32, 34},   // half scale; 32 signed bytes
    [Q2_K] = {256, 84},  // 16 × (4-bit scale, 4-bit minimum); 64 bytes of 2 bits; half scale, minimum
    [Q3_K] = {256, 110}, // 32 bytes of third bits; 64 bytes of 2 bits; 12 bytes of 6-bit scales; half
    [Q4_K] = {256, 144}, // half scale, minimum; 12 bytes of 6-bit scales and minima; nibbles
    [Q5_K] = {256, 176}, // as Q4_K, with 32 bytes of fifth bits before the nibbles
    [Q6_K] = {256, 210}, // 128 bytes of low nibbles; 64 of high pairs; 16 signed scales; half
    // Described in codebooks.c.
    [TARE_IQ1_S] = {256, 50},   [TARE_IQ1_M] = {256, 56},  [TARE_IQ2_XXS] = {256, 66},
    [TARE_IQ2_XS] = {256, 74},  [TARE_IQ2_S] = {256, 82},  [TARE_IQ3_XXS] = {256, 98},
    [TARE_IQ3_S] = {256, 110},  [TARE_IQ4_NL] = {32, 18},  [TARE_IQ4_XS] = {256, 136},
    [TARE_TQ1_0] = {256, 54},   [TARE_TQ2_0] = {256, 66},  [TARE_MXFP4] = {32, 17},
    [TARE_NVFP4] = {64, 36},
};

static bool known(int32_t type) {
  return type >= 0 && type < (int32_t)(sizeof layout / sizeof *layout) && layout[type].values > 0;
}

int32_t tare_block_values(int32_t type) {
  return type == TARE_F8_E4M3 ? 1 : known(type) ? layout[type].values : 0;
}
int32_t tare_block_bytes(int32_t type) {
  return type == TARE_F8_E4M3 ? 1 : known(type) ? layout[type].bytes : 0;
}

// Nibbles of a 32-value block: value i is the low half of byte i, value i + 16 the high half.
static void nibbles(const uint8_t *q, float scale, float base, int offset, float *y) {
  for (int i = 0; i < 16; i++) {
    y[i] = (float)((q[i] & 15) - offset) * scale + base;
    y[i + 16] = (float)((q[i] >> 4) - offset) * scale + base;
  }
}

static void fiveBits(const uint8_t *high, const uint8_t *q, float scale, float base, int offset,
                     float *y) {
  uint32_t bits = word(high) | (uint32_t)word(high + 2) << 16;
  for (int i = 0; i < 16; i++) {
    int low = (q[i] & 15) | (int)(bits >> i & 1) << 4;
    int top = (q[i] >> 4) | (int)(bits >> (i + 16) & 1) << 4;
    y[i] = (float)(low - offset) * scale + base;
    y[i + 16] = (float)(top - offset) * scale + base;
  }
}

static void q2K(const uint8_t *b, float *y) {
  const uint8_t *scales = b, *q = b + 16;
  float d = half(b + 80), minimum = half(b + 82);
  for (int part = 0; part < 2; part++, q += 32)
    for (int shift = 0; shift < 8; shift += 2)
      for (int run = 0; run < 2; run++) {
        uint8_t s = *scales++;
        float scale = d * (float)(s & 15), base = minimum * (float)(s >> 4);
        for (int i = 0; i < 16; i++)
          *y++ = scale * (float)(q[run * 16 + i] >> shift & 3) - base;
      }
}

static void q3K(const uint8_t *b, float *y) {
  const uint8_t *mask = b, *q = b + 32, *packed = b + 96;
  float d = half(b + 108);
  // 16 scales of 6 bits: low nibbles in bytes 0…7, high pairs in bytes 8…11.
  int scales[16];
  for (int i = 0; i < 16; i++) {
    int low = i < 8 ? packed[i] & 15 : packed[i - 8] >> 4;
    int high = packed[8 + i % 4] >> (2 * (i / 4)) & 3;
    scales[i] = (low | high << 4) - 32;
  }
  int index = 0;
  for (int part = 0; part < 2; part++, q += 32)
    for (int pair = 0; pair < 4; pair++)
      for (int run = 0; run < 2; run++) {
        float scale = d * (float)scales[index++];
        for (int i = 0; i < 16; i++) {
          int at = run * 16 + i;
          int value = q[at] >> (2 * pair) & 3;
          int third = mask[at] >> (part * 4 + pair) & 1;
          *y++ = scale * (float)(value - (third ? 0 : 4));
        }
      }
}

// Scale and minimum j (0…7) of the 12 packed bytes of Q4_K and Q5_K.
static void scaleAndMinimum(int j, const uint8_t *packed, int *scale, int *minimum) {
  if (j < 4) {
    *scale = packed[j] & 63;
    *minimum = packed[j + 4] & 63;
  } else {
    *scale = (packed[j + 4] & 15) | (packed[j - 4] >> 6) << 4;
    *minimum = (packed[j + 4] >> 4) | (packed[j] >> 6) << 4;
  }
}

// Q4_K, and Q5_K where `fifth` holds the fifth bits.
static void q45K(const uint8_t *b, const uint8_t *fifth, const uint8_t *q, float *y) {
  float d = half(b), m = half(b + 2);
  for (int j = 0; j < 8; j++) {
    int scale, minimum;
    scaleAndMinimum(j, b + 4, &scale, &minimum);
    float step = d * (float)scale, base = m * (float)minimum;
    for (int i = 0; i < 32; i++) {
      int value = j % 2 ? q[j / 2 * 32 + i] >> 4 : q[j / 2 * 32 + i] & 15;
      if (fifth) value |= (fifth[i] >> j & 1) << 4;
      *y++ = step * (float)value - base;
    }
  }
}

static void q6K(const uint8_t *b, float *y) {
  const uint8_t *low = b, *high = b + 128;
  const int8_t *scales = (const int8_t *)(b + 192);
  float d = half(b + 208);
  for (int part = 0; part < 2; part++, low += 64, high += 32, scales += 8)
    for (int quarter = 0; quarter < 4; quarter++)
      for (int i = 0; i < 32; i++) {
        int nibble = low[quarter % 2 * 32 + i] >> (quarter / 2 * 4) & 15;
        int value = (nibble | (high[i] >> (2 * quarter) & 3) << 4) - 32;
        *y++ = d * (float)scales[quarter * 2 + i / 16] * (float)value;
      }
}

bool tare_dequantize(int32_t type, const void *source, float *y, size_t count) {
  const uint8_t *b = source;
  if (type == TARE_F8_E4M3) {
    for (size_t i = 0; i < count; i++) y[i] = eight(b[i]);
    return true;
  }
  if (!known(type)) return false;
  if (type == F32) {
    memcpy(y, b, count * 4);
    return true;
  }
  if (type == F16) {
    for (size_t i = 0; i < count; i++) y[i] = half(b + 2 * i);
    return true;
  }
  if (type == BF16) {
    for (size_t i = 0; i < count; i++) y[i] = fromBits((uint32_t)word(b + 2 * i) << 16);
    return true;
  }
  if (type == F64) {
    for (size_t i = 0; i < count; i++) {
      double value;
      memcpy(&value, b + 8 * i, 8);
      y[i] = (float)value;
    }
    return true;
  }
  const size_t values = (size_t)layout[type].values, bytes = (size_t)layout[type].bytes;
  for (size_t done = 0; done < count; done += values, b += bytes, y += values) {
    switch (type) {
    case Q4_0: nibbles(b + 2, half(b), 0, 8, y); break;
    case Q4_1: nibbles(b + 4, half(b), half(b + 2), 0, y); break;
    case Q5_0: fiveBits(b + 2, b + 6, half(b), 0, 16, y); break;
    case Q5_1: fiveBits(b + 4, b + 8, half(b), half(b + 2), 0, y); break;
    case Q8_0:
      for (int i = 0; i < 32; i++) y[i] = half(b) * (float)(int8_t)b[2 + i];
      break;
    case Q2_K: q2K(b, y); break;
    case Q3_K: q3K(b, y); break;
    case Q4_K: q45K(b, NULL, b + 16, y); break;
    case Q5_K: q45K(b, b + 16, b + 48, y); break;
    case Q6_K: q6K(b, y); break;
    default: tare_codebook_block(type, b, y); break;
    }
  }
  return true;
}
