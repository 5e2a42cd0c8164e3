// Numbers of few bits, as quantised models pack them, to float32.
#include "CKernels.h"
#include <string.h>

static uint32_t load(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void tare_fields(const void *source, size_t wordStride, size_t first, size_t step, int bits,
                 float *target, size_t count) {
  const uint8_t *words = source;
  const uint32_t mask = (1u << bits) - 1;
  size_t at = first;
  for (size_t i = 0; i < count; i++, at += step) {
    const size_t word = at / 32, shift = at % 32;
    uint32_t value = load(words + word * wordStride) >> shift;
    if (shift + (size_t)bits > 32) value |= load(words + (word + 1) * wordStride) << (32 - shift);
    target[i] = (float)(value & mask);
  }
}

void tare_halves(const void *source, size_t first, bool highFirst, const float *table,
                 float *target, size_t count) {
  const uint8_t *bytes = source;
  for (size_t i = 0; i < count; i++) {
    const size_t at = first + i;
    const bool high = (at % 2 == 1) != highFirst;
    target[i] = table[high ? bytes[at / 2] >> 4 : bytes[at / 2] & 15];
  }
}

void tare_affine(float *values, size_t count, const int32_t *groups, const float *scales,
                 const float *zeros) {
  for (size_t i = 0; i < count; i++) {
    const int32_t group = groups[i];
    values[i] = (values[i] - zeros[group]) * scales[group];
  }
}
