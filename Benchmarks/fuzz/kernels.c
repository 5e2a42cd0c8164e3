// The C kernels of every instruction set under the address and undefined-behaviour sanitizers: `make sanitize`. Each
// buffer has just the size that CKernels.h asks for, and its values are random, with infinities and NaN among them.
#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;
static uint64_t next(void) {
  state ^= state << 13; state ^= state >> 7; state ^= state << 17;
  return state;
}
static ptrdiff_t upTo(ptrdiff_t most) { return 1 + (ptrdiff_t)(next() % (uint64_t)most); }

static void *room(size_t bytes) {
  // Aligned as Swift's buffers for the kernels are.
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) exit(70);
  memset(memory, 0, (bytes + 63) / 64 * 64);
  return memory;
}
static float *exact(size_t count) {
  float *memory = malloc(count * sizeof(float));
  if (!memory) exit(70);
  return memory;
}
static float *numbers(size_t count, int wild) {
  float *values = exact(count);
  for (size_t i = 0; i < count; i++) {
    values[i] = (float)((double)next() / 1.8446744073709552e19 * 8 - 4);
    if (wild && next() % 50 == 0) {
      float odd[] = {INFINITY, -INFINITY, NAN, 3e38f, -3e38f, 1e-45f, -0.0f};
      values[i] = odd[next() % 7];
    }
  }
  return values;
}

static void elementwise(const TareKernels *k, int wild) {
  ptrdiff_t rows = upTo(5), width = upTo(300);
  float *x = numbers((size_t)(rows * width), wild), *w = numbers((size_t)width, wild), *b = numbers((size_t)width, wild);
  float *y = exact((size_t)(rows * width));
  k->rmsNorm(y, x, w, rows, width, 1e-6f);
  k->layerNorm(y, x, w, b, rows, width, 1e-6f);
  k->exponential(y, x, rows * width);
  for (int a = TARE_SILU; a <= TARE_RELU2; a++) k->activate(y, rows * width, (TareActivation)a);
  k->sigmoidGate(y, x, rows * width);
  uint16_t *narrow = malloc((size_t)(rows * width) * 2);
  k->narrow(narrow, width, x, width, rows, width);
  ptrdiff_t heads = upTo(4), dim = 2 * upTo(64), rotary = 2 * upTo(dim / 2);
  float *row = numbers((size_t)(heads * dim), wild), *angles = numbers((size_t)rotary, 0);
  k->rotate(row, heads, dim, rotary, angles, angles + rotary / 2);
  ptrdiff_t panels = (width + TARE_PANEL - 1) / TARE_PANEL, stride = panels * 2 * TARE_PANEL;
  float *gates = numbers((size_t)(rows * stride), wild);
  k->gatedUnit(y, width, gates, stride, rows, width, (TareActivation)(next() % 6));
  k->clampedUnit(y, width, gates, stride, rows, width, 1.7f, 7);
  free(x); free(w); free(b); free(y); free(narrow); free(row); free(angles); free(gates);
}

static void product(const TareKernels *k, TarePrecision type, int wild) {
  ptrdiff_t rows = upTo(9), columns = upTo(200), outputs = upTo(150);
  ptrdiff_t perGroup = type == TARE_FLOAT32 ? 1 : type == TARE_BFLOAT16 ? 2 : 4;
  ptrdiff_t stretches = (columns + TARE_INT8_GROUP - 1) / TARE_INT8_GROUP;
  ptrdiff_t padded = type == TARE_INT8 ? stretches * TARE_INT8_GROUP : (columns + perGroup - 1) / perGroup * perGroup;
  ptrdiff_t groups = padded / perGroup, panels = (outputs + TARE_PANEL - 1) / TARE_PANEL;
  float *weights = numbers((size_t)(outputs * columns), wild), *x = numbers((size_t)(rows * padded), wild);
  uint8_t *packed = room((size_t)(panels * groups * TARE_PANEL) * 4);
  float *scales = room((size_t)(panels * stretches * TARE_PANEL) * 4);
  int32_t *offsets = room((size_t)(panels * stretches * TARE_PANEL) * 4);
  for (ptrdiff_t p = 0; p < panels; p++) {
    ptrdiff_t count = outputs - p * TARE_PANEL < TARE_PANEL ? outputs - p * TARE_PANEL : TARE_PANEL;
    k->pack(type, weights + p * TARE_PANEL * columns, count, columns, packed + p * groups * TARE_PANEL * 4,
            scales + p * stretches * TARE_PANEL, offsets + p * stretches * TARE_PANEL);
  }
  void *source = x;
  float *sourceScales = NULL;
  uint8_t *bytes = room((size_t)(rows * padded) * 4);
  if (type == TARE_BFLOAT16) {
    k->narrow((uint16_t *)bytes, padded, x, padded, rows, padded);
    source = bytes;
  } else if (type == TARE_INT8) {
    sourceScales = exact((size_t)(rows * stretches));
    k->quantize(bytes, sourceScales, x, padded, rows, columns);
    source = bytes;
  }
  float *bias = numbers((size_t)outputs, wild), *target = numbers((size_t)(rows * outputs), wild);
  TareProduct work = {type, source, groups, sourceScales, packed, scales, offsets, next() % 2 ? bias : NULL, target, outputs,
                      rows, groups, outputs, next() % 2 == 0};
  k->product(&work);
  free(weights); free(x); free(packed); free(scales); free(offsets); free(bytes); free(sourceScales); free(bias); free(target);
}

static void dequantize(void) {
  for (int32_t type = 0; type <= TARE_F8_E4M3; type++) {
    int32_t values = tare_block_values(type), size = tare_block_bytes(type);
    if (!values) continue;
    size_t blocks = (size_t)upTo(4);
    uint8_t *source = malloc(blocks * (size_t)size);
    for (size_t i = 0; i < blocks * (size_t)size; i++) source[i] = (uint8_t)next();
    float *target = exact(blocks * (size_t)values);
    if (!tare_dequantize(type, source, target, blocks * (size_t)values)) exit(70);
    free(source); free(target);
  }
}

int main(void) {
  int tables = tare_kernel_table_count();
  for (int round = 0; round < 400; round++) {
    dequantize();
    for (int t = 0; t < tables; t++) {
      const TareKernels *k = tare_kernel_table(t);
      elementwise(k, round % 2);
      for (int type = TARE_FLOAT32; type <= TARE_INT8; type++) product(k, (TarePrecision)type, round % 2);
    }
  }
  printf("%d tables of kernels, 400 rounds: nothing found\n", tables);
  return 0;
}
