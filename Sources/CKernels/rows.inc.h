// What works on single rows: norms, activations, rotary embedding, and rows made ready for products.

KERNEL void NAMED(exponential)(float *y, const float *x, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + VW <= count; i += VW) store(y + i, expV(load(x + i)));
  for (; i < count; i++) y[i] = expV(splat(x[i]))[0];
}

KERNEL void NAMED(rmsNorm)(float *y, const float *x, const float *weight, ptrdiff_t rows,
                           ptrdiff_t width, float epsilon) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, y += width) {
    V squares = splat(0);
    ptrdiff_t i = 0;
    for (; i + VW <= width; i += VW) squares += load(x + i) * load(x + i);
    float total = sum(squares);
    for (; i < width; i++) total += x[i] * x[i];
    float factor = 1.0f / sqrtf(total / (float)width + epsilon);
    for (i = 0; i + VW <= width; i += VW)
      store(y + i, load(x + i) * splat(factor) * load(weight + i));
    for (; i < width; i++) y[i] = x[i] * factor * weight[i];
  }
}

KERNEL void NAMED(layerNorm)(float *y, const float *x, const float *weight, const float *bias,
                             ptrdiff_t rows, ptrdiff_t width, float epsilon) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, y += width) {
    V values = splat(0);
    ptrdiff_t i = 0;
    for (; i + VW <= width; i += VW) values += load(x + i);
    float total = sum(values);
    for (; i < width; i++) total += x[i];
    const float mean = total / (float)width;
    V squares = splat(0);
    for (i = 0; i + VW <= width; i += VW) {
      V d = load(x + i) - splat(mean);
      squares += d * d;
    }
    total = sum(squares);
    for (; i < width; i++) total += (x[i] - mean) * (x[i] - mean);
    const float factor = 1.0f / sqrtf(total / (float)width + epsilon);
    for (i = 0; i + VW <= width; i += VW)
      store(y + i, (load(x + i) - splat(mean)) * splat(factor) * load(weight + i) + load(bias + i));
    for (; i < width; i++) y[i] = (x[i] - mean) * factor * weight[i] + bias[i];
  }
}

// Gates and ups stand in turn, a panel of outputs of each.
INLINE void gatedUnitOf(TareActivation activation, float *y, ptrdiff_t yStride, const float *gateUp,
                        ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, gateUp += stride, y += yStride)
    for (ptrdiff_t start = 0; start < width; start += TARE_PANEL) {
      const ptrdiff_t count = width - start < TARE_PANEL ? width - start : TARE_PANEL;
      const float *gate = gateUp + 2 * start, *up = gate + count;
      float *to = y + start;
      ptrdiff_t i = 0;
      for (; i + VW <= count; i += VW)
        store(to + i, activationV(load(gate + i), activation) * load(up + i));
      for (; i < count; i++) to[i] = activationV(splat(gate[i]), activation)[0] * up[i];
    }
}

// Each case is compiled with its activation known.
KERNEL void NAMED(gatedUnit)(float *y, ptrdiff_t yStride, const float *gateUp, ptrdiff_t stride,
                             ptrdiff_t rows, ptrdiff_t width, TareActivation activation) {
  switch (activation) {
  case TARE_SILU: gatedUnitOf(TARE_SILU, y, yStride, gateUp, stride, rows, width); break;
  case TARE_GELU_TANH: gatedUnitOf(TARE_GELU_TANH, y, yStride, gateUp, stride, rows, width); break;
  case TARE_GELU: gatedUnitOf(TARE_GELU, y, yStride, gateUp, stride, rows, width); break;
  case TARE_RELU: gatedUnitOf(TARE_RELU, y, yStride, gateUp, stride, rows, width); break;
  case TARE_TANH: gatedUnitOf(TARE_TANH, y, yStride, gateUp, stride, rows, width); break;
  case TARE_RELU2: gatedUnitOf(TARE_RELU2, y, yStride, gateUp, stride, rows, width); break;
  }
}

INLINE V clampedUnitV(V gate, V up, V alpha, V limit) {
  gate = selected(gate > limit, limit, gate);
  up = selected(up > limit, limit, larger(up, -limit));
  return (up + splat(1.0f)) * (gate * sigmoidV(gate * alpha));
}

KERNEL void NAMED(clampedUnit)(float *y, ptrdiff_t yStride, const float *gateUp, ptrdiff_t stride,
                               ptrdiff_t rows, ptrdiff_t width, float alpha, float limit) {
  const V a = splat(alpha), l = splat(limit);
  for (ptrdiff_t r = 0; r < rows; r++, gateUp += stride, y += yStride)
    for (ptrdiff_t start = 0; start < width; start += TARE_PANEL) {
      const ptrdiff_t count = width - start < TARE_PANEL ? width - start : TARE_PANEL;
      const float *gate = gateUp + 2 * start, *up = gate + count;
      float *to = y + start;
      ptrdiff_t i = 0;
      for (; i + VW <= count; i += VW)
        store(to + i, clampedUnitV(load(gate + i), load(up + i), a, l));
      for (; i < count; i++) to[i] = clampedUnitV(splat(gate[i]), splat(up[i]), a, l)[0];
    }
}

INLINE void activateOf(TareActivation activation, float *x, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + VW <= count; i += VW) store(x + i, activationV(load(x + i), activation));
  for (; i < count; i++) x[i] = activationV(splat(x[i]), activation)[0];
}

KERNEL void NAMED(activate)(float *x, ptrdiff_t count, TareActivation activation) {
  switch (activation) {
  case TARE_SILU: activateOf(TARE_SILU, x, count); break;
  case TARE_GELU_TANH: activateOf(TARE_GELU_TANH, x, count); break;
  case TARE_GELU: activateOf(TARE_GELU, x, count); break;
  case TARE_RELU: activateOf(TARE_RELU, x, count); break;
  case TARE_TANH: activateOf(TARE_TANH, x, count); break;
  case TARE_RELU2: activateOf(TARE_RELU2, x, count); break;
  }
}

KERNEL void NAMED(sigmoidGate)(float *x, const float *gate, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + VW <= count; i += VW) store(x + i, load(x + i) * sigmoidV(load(gate + i)));
  for (; i < count; i++) x[i] *= sigmoidV(splat(gate[i]))[0];
}

KERNEL void NAMED(rotate)(float *row, ptrdiff_t heads, ptrdiff_t headDim, ptrdiff_t rotaryDim,
                          const float *cosine, const float *sine) {
  ptrdiff_t half = rotaryDim / 2;
  for (ptrdiff_t h = 0; h < heads; h++, row += headDim) {
    float *second = row + half;
    ptrdiff_t i = 0;
    for (; i + VW <= half; i += VW) {
      V a = load(row + i), b = load(second + i), c = load(cosine + i), s = load(sine + i);
      store(row + i, a * c - b * s);
      store(second + i, b * c + a * s);
    }
    for (; i < half; i++) {
      float a = row[i], b = second[i];
      row[i] = a * cosine[i] - b * sine[i];
      second[i] = b * cosine[i] + a * sine[i];
    }
  }
}

KERNEL void NAMED(narrow)(uint16_t *y, ptrdiff_t yStride, const float *x, ptrdiff_t xStride,
                          ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += xStride, y += yStride) {
    ptrdiff_t i = 0;
    for (; i + VW <= width; i += VW) storeNarrow(y + i, load(x + i));
    for (; i < width; i++) y[i] = narrowed(x[i]);
  }
}

typedef int8_t VB __attribute__((vector_size(VW)));
typedef int8_t VBU __attribute__((vector_size(VW), aligned(1)));

// Lanes whose index differs in the bit S change places; their signs are those of that bit.
#define SIGN(lane, S) ((lane) & (S) ? -1.0f : 1.0f)
#if VW == 16
#define NEIGHBOURS(v, S) __builtin_shufflevector(v, v, 0 ^ S, 1 ^ S, 2 ^ S, 3 ^ S, 4 ^ S, 5 ^ S, \
  6 ^ S, 7 ^ S, 8 ^ S, 9 ^ S, 10 ^ S, 11 ^ S, 12 ^ S, 13 ^ S, 14 ^ S, 15 ^ S)
#define SIGNS(S) (V){SIGN(0, S), SIGN(1, S), SIGN(2, S), SIGN(3, S), SIGN(4, S), SIGN(5, S), \
  SIGN(6, S), SIGN(7, S), SIGN(8, S), SIGN(9, S), SIGN(10, S), SIGN(11, S), SIGN(12, S), \
  SIGN(13, S), SIGN(14, S), SIGN(15, S)}
#elif VW == 8
#define NEIGHBOURS(v, S) __builtin_shufflevector(v, v, 0 ^ S, 1 ^ S, 2 ^ S, 3 ^ S, 4 ^ S, 5 ^ S, \
  6 ^ S, 7 ^ S)
#define SIGNS(S) (V){SIGN(0, S), SIGN(1, S), SIGN(2, S), SIGN(3, S), SIGN(4, S), SIGN(5, S), \
  SIGN(6, S), SIGN(7, S)}
#else
#define NEIGHBOURS(v, S) __builtin_shufflevector(v, v, 0 ^ S, 1 ^ S, 2 ^ S, 3 ^ S)
#define SIGNS(S) (V){SIGN(0, S), SIGN(1, S), SIGN(2, S), SIGN(3, S)}
#endif
#define MEET(S)                                       \
  for (int i = 0; i < TARE_INT8_GROUP / VW; i++)      \
    x[i] = x[i] * SIGNS(S) + NEIGHBOURS(x[i], S);

// The fast Walsh-Hadamard transform of 64 floats: sums and differences of neighbours 1, 2, … 32 apart.
INLINE void hadamard(V *x) {
  enum { COUNT = TARE_INT8_GROUP / VW };
  MEET(1)
  MEET(2)
#if VW > 4
  MEET(4)
#endif
#if VW > 8
  MEET(8)
#endif
  for (int step = 1; step < COUNT; step *= 2)
    for (int i = 0; i < COUNT; i += 2 * step)
      for (int j = i; j < i + step; j++) {
        V a = x[j], b = x[j + step];
        x[j] = a + b;
        x[j + step] = a - b;
      }
}

// 64 numbers of a row (zeros past `count`) turned by the Hadamard matrix over 8, which is its own
// inverse and keeps products: an outlier is spread over all 64, so that few steps are lost to it.
// Returns the scale that makes their largest magnitude 127; not finite if a value is not, so that it
// shows in what is computed from the row.
INLINE float int8Group(int8_t *y, const float *from, ptrdiff_t count, int offset) {
  enum { G = TARE_INT8_GROUP, COUNT = G / VW };
  float part[G];
  if (count < G) {
    memset(part, 0, sizeof(part));
    memcpy(part, from, sizeof(float) * (size_t)count);
    from = part;
  }
  V x[COUNT], high = splat(0), poison = splat(0);
  for (int i = 0; i < COUNT; i++) x[i] = load(from + i * VW);
  hadamard(x);
  for (int i = 0; i < COUNT; i++) {
    high = larger(absolute(x[i]), high);
    poison += x[i] * splat(0);
  }
  const float top = largest(high);
  const float inverse = top > 0 ? 127.0f / top : 0;
  for (int i = 0; i < COUNT; i++)
    // Adding 1.5·2^23 rounds to the nearest integer, ties to even, in the mantissa's low bits.
    *(VBU *)(y + i * VW) = __builtin_convertvector(
        (VI)(x[i] * splat(inverse) + splat(12582912.0f)) - 0x4B400000 + offset, VB);
  return top * (1.0f / (127.0f * 8.0f)) + sum(poison);
}

KERNEL void NAMED(quantize)(uint8_t *y, float *scales, const float *x, ptrdiff_t xStride,
                            ptrdiff_t rows, ptrdiff_t width) {
  enum { G = TARE_INT8_GROUP };
  const ptrdiff_t groups = (width + G - 1) / G;
  for (ptrdiff_t r = 0; r < rows; r++, x += xStride, y += groups * G, scales += groups)
    for (ptrdiff_t g = 0; g < groups; g++)
      scales[g] = int8Group((int8_t *)y + g * G, x + g * G, width - g * G, 128);
}
