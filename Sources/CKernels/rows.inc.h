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

// The scale that makes the largest magnitude of a row 127; not finite if a value is not, so that it
// shows in what is computed from the row. Magnitudes are compared by their bits, which have the order
// of the numbers, with infinity and NaN above all.
INLINE VI largerBits(VI a, VI b) { return (VI)selected(a > b, (V)a, (V)b); }
INLINE float int8Scale(const float *x, ptrdiff_t width) {
  VI high = {0}, other = {0};
  ptrdiff_t i = 0;
  for (; i + 2 * VW <= width; i += 2 * VW) {
    VI a = (VI)absolute(load(x + i)), b = (VI)absolute(load(x + i + VW));
    high = largerBits(a, high);
    other = largerBits(b, other);
  }
  high = largerBits(other, high);
  int32_t top = 0;
  for (int lane = 0; lane < VW; lane++) top = high[lane] > top ? high[lane] : top;
  for (; i < width; i++) {
    int32_t bits = (int32_t)(((VU32)splat(x[i]))[0] & 0x7FFFFFFFu);
    top = bits > top ? bits : top;
  }
  return ((V)((VI){0} + top))[0] / 127.0f;
}

// Adding 1.5·2^23 rounds to the nearest integer, ties to even, in the mantissa's low bits.
INLINE VI nearestV(V x) { return (VI)(x + splat(12582912.0f)) - 0x4B400000; }

typedef int8_t VB __attribute__((vector_size(VW)));
typedef int8_t VBU __attribute__((vector_size(VW), aligned(1)));

// x / scale to the nearest integers, with `offset` added to each, in `width` bytes.
INLINE void int8Row(int8_t *y, const float *x, ptrdiff_t width, float scale, int offset) {
  const float inverse = scale > 0 ? 1.0f / scale : 0;
  ptrdiff_t i = 0;
  for (; i + VW <= width; i += VW)
    *(VBU *)(y + i) =
        __builtin_convertvector(nearestV(load(x + i) * splat(inverse)) + offset, VB);
  for (; i < width; i++) y[i] = (int8_t)(nearestV(splat(x[i] * inverse))[0] + offset);
}

KERNEL void NAMED(quantize)(uint8_t *y, ptrdiff_t yStride, float *scales, const float *x,
                            ptrdiff_t xStride, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += xStride, y += yStride) {
    scales[r] = int8Scale(x, width);
    int8Row((int8_t *)y, x, width, scales[r], 128);
  }
}
