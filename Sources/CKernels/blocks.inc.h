// What all block formats need: ggml's numbers of the types of codebooks.c, and small numbers.
#ifndef TARE_BLOCKS_H
#define TARE_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
  TARE_IQ2_XXS = 16, TARE_IQ2_XS = 17, TARE_IQ3_XXS = 18, TARE_IQ1_S = 19, TARE_IQ4_NL = 20,
  TARE_IQ3_S = 21, TARE_IQ2_S = 22, TARE_IQ4_XS = 23, TARE_IQ1_M = 29, TARE_TQ1_0 = 34,
  TARE_TQ2_0 = 35, TARE_MXFP4 = 39, TARE_NVFP4 = 40,
};

// Writes the values of one block; false for a type that is none of these.
bool tare_codebook_block(int32_t type, const uint8_t *block, float *values);

static inline uint16_t word(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static inline float fromBits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline uint32_t toBits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

// Without branches, so that loops of it become vectors.
static inline float half(const uint8_t *p) {
  uint32_t h = word(p), sign = (h & 0x8000) << 16, magnitude = (h & 0x7FFF) << 13;
  // The exponent's bias is 112 larger in float32; infinities and NaNs have all ones in both.
  uint32_t normal = magnitude + (112u << 23) + (magnitude >= 31u << 23 ? 112u << 23 : 0);
  // Zero and subnormal: mantissa · 2^−24, exact in float32.
  uint32_t subnormal = toBits((float)(int32_t)(h & 1023) * 0x1p-24f);
  return fromBits(sign | (magnitude < 1u << 23 ? subnormal : normal));
}

// E4M3 (Micikevicius et al. 2022): 4 exponent bits with bias 7, 3 mantissa bits, no infinities; all
// ones is NaN.
static inline float eight(uint8_t b) {
  uint32_t sign = (uint32_t)(b & 0x80) << 24, exponent = b >> 3 & 15, mantissa = b & 7;
  if (exponent == 15 && mantissa == 7) return fromBits(sign | 0x7FC00000);
  if (exponent == 0) {  // zero and subnormal: mantissa · 2^−9
    float value = (float)mantissa * 0x1p-9f;
    return sign ? -value : value;
  }
  return fromBits(sign | (exponent + 120) << 23 | mantissa << 20);
}

#endif
