// The kernels themselves, written once over vectors of VW floats and compiled for each CPU level by
// the files kernels_*.c, which define:
//   LEVEL   suffix and name of the table          TARGET  the function attribute of the level
//   VW      floats in a vector                    MR, NV  rows and vectors of a product's tile
// Sums run in an order fixed by VW and the shape alone, so a row's result depends on nothing else.
#include "CKernels.h"
#include <math.h>
#include <string.h>

#define CONCAT_(a, b) a##_##b
#define CONCAT(a, b) CONCAT_(a, b)
#define NAMED(f) CONCAT(f, LEVEL)
#define STRING_(a) #a
#define STRING(a) STRING_(a)
#define INLINE static inline __attribute__((always_inline)) TARGET
#define KERNEL static TARGET

typedef float V __attribute__((vector_size(VW * 4)));
typedef float VU __attribute__((vector_size(VW * 4), aligned(4)));
typedef int32_t VI __attribute__((vector_size(VW * 4)));

INLINE V load(const float *p) { return *(const VU *)p; }
INLINE void store(float *p, V v) { *(VU *)p = v; }
INLINE V splat(float x) { return x - (V){0}; }
INLINE V select(VI mask, V a, V b) { return (V)((mask & (VI)a) | (~mask & (VI)b)); }
INLINE V larger(V a, V b) { return select(a > b, a, b); }
INLINE float sum(V v) {
  float total = 0;
  for (int i = 0; i < VW; i++) total += v[i];
  return total;
}
INLINE float largest(V v) {
  float top = v[0];
  for (int i = 1; i < VW; i++) top = v[i] > top ? v[i] : top;
  return top;
}

// exp(x) = 2^n · exp(r), r = x − n·ln 2 in two parts (Cody and Waite), |r| ≤ ln 2 / 2; the polynomial
// is Cephes' expf, below 2 ulp over the range. Under −87.3 the result is 0, over 88.3 it stays finite.
INLINE V expV(V x) {
  const V low = splat(-87.3365f);
  VI underflow = x < low;
  x = select(x > splat(88.3762f), splat(88.3762f), x);
  x = select(underflow, low, x);
  // Adding 1.5·2^23 rounds to the nearest integer in the mantissa's low bits.
  const V magic = splat(12582912.0f);
  V n = (x * splat(1.44269504088896341f) + magic) - magic;
  V r = x - n * splat(0.693359375f);
  r = r - n * splat(-2.12194440e-4f);
  V p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  p = p * (r * r) + r + splat(1.0f);
  VI exponent = __builtin_convertvector(n, VI) << 23;
  V result = (V)((VI)p + exponent);
  return select(underflow, splat(0), result);
}

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

INLINE V sigmoidV(V x) { return splat(1.0f) / (splat(1.0f) + expV(-x)); }

INLINE V absolute(V x) { return (V)((VI)x & 0x7FFFFFFF); }
INLINE V withSign(V magnitude, V sign) {
  return (V)(((VI)magnitude & 0x7FFFFFFF) | ((VI)sign & (int32_t)0x80000000));
}

// tanh: near 0 Cephes' tanhf polynomial, which keeps the relative error below 2 ulp; further out
// 1 − 2 / (exp(2|x|) + 1).
INLINE V tanhV(V x) {
  V a = absolute(x), z = x * x;
  V p = splat(-5.70498872745e-3f);
  p = p * z + splat(2.06390887954e-2f);
  p = p * z + splat(-5.37397155531e-2f);
  p = p * z + splat(1.33314422036e-1f);
  p = p * z + splat(-3.33332819422e-1f);
  V near = p * z * x + x;
  V far = splat(1.0f) - splat(2.0f) / (expV(a + a) + splat(1.0f));
  return select(a < splat(0.625f), near, withSign(far, x));
}

// erf: a polynomial in x up to 475/512, beyond it 1 − exp(−q(|x|)); coefficients of N. Juffa's
// minimax fits, below 1 ulp each (forums.developer.nvidia.com, "erff").
INLINE V erfV(V x) {
  V a = absolute(x), s = x * x;
  V p = splat(-5.96761703e-4f);
  p = p * s + splat(4.99119423e-3f);
  p = p * s + splat(-2.67681349e-2f);
  p = p * s + splat(1.12819925e-1f);
  p = p * s + splat(-3.76125336e-1f);
  p = p * s + splat(1.28379166e-1f);
  V near = p * x + x;
  V q = splat(-1.72853470e-5f) * a + splat(3.83197126e-4f);
  q = q * s + (splat(-3.88396438e-3f) * a + splat(2.42546219e-2f));
  q = q * a + splat(-1.06777877e-1f);
  q = q * a + splat(-6.34846687e-1f);
  q = q * a + splat(-1.28717512e-1f);
  q = q * a - a;
  V far = withSign(splat(1.0f) - expV(q), x);
  return select(a > splat(0.927734375f), far, near);
}

INLINE V activationV(V x, TareActivation activation) {
  const V half = splat(0.5f), one = splat(1.0f);
  switch (activation) {
  case TARE_GELU_TANH: {
    V inner = splat(0.7978845608028654f) * (x + splat(0.044715f) * x * x * x);
    return half * x * (one + tanhV(inner));
  }
  case TARE_GELU: return half * x * (one + erfV(x * splat(0.7071067811865476f)));
  case TARE_RELU: return larger(x, splat(0));
  case TARE_TANH: return tanhV(x);
  default: return x * sigmoidV(x);
  }
}

INLINE void gatedUnitOf(TareActivation activation, float *y, const float *gateUp, ptrdiff_t rows,
                        ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, gateUp += 2 * width, y += width) {
    const float *up = gateUp + width;
    ptrdiff_t i = 0;
    for (; i + VW <= width; i += VW)
      store(y + i, activationV(load(gateUp + i), activation) * load(up + i));
    for (; i < width; i++) y[i] = activationV(splat(gateUp[i]), activation)[0] * up[i];
  }
}

// Each case is compiled with its activation known.
KERNEL void NAMED(gatedUnit)(float *y, const float *gateUp, ptrdiff_t rows, ptrdiff_t width,
                             TareActivation activation) {
  switch (activation) {
  case TARE_SILU: gatedUnitOf(TARE_SILU, y, gateUp, rows, width); break;
  case TARE_GELU_TANH: gatedUnitOf(TARE_GELU_TANH, y, gateUp, rows, width); break;
  case TARE_GELU: gatedUnitOf(TARE_GELU, y, gateUp, rows, width); break;
  case TARE_RELU: gatedUnitOf(TARE_RELU, y, gateUp, rows, width); break;
  case TARE_TANH: gatedUnitOf(TARE_TANH, y, gateUp, rows, width); break;
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

// One register tile: c[rows][vectors·VW] += a[rows][depth] · b[depth][vectors·VW].
INLINE void tile(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b,
                 ptrdiff_t ldb, int rows, int vectors, ptrdiff_t depth) {
  V acc[MR][NV];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) acc[r][v] = load(c + r * ldc + v * VW);
  for (ptrdiff_t k = 0; k < depth; k++) {
    V bk[NV];
    for (int v = 0; v < vectors; v++) bk[v] = load(b + k * ldb + v * VW);
    for (int r = 0; r < rows; r++) {
      V ak = splat(a[r * lda + k]);
      for (int v = 0; v < vectors; v++) acc[r][v] += ak * bk[v];
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) store(c + r * ldc + v * VW, acc[r][v]);
}

// c[rows][columns] += a[rows][depth] · b[depth][columns]; every element sums over k in order.
KERNEL void NAMED(addProduct)(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b,
                           ptrdiff_t ldb, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth) {
  ptrdiff_t j = 0;
  for (; j + NV * VW <= columns; j += NV * VW) {
    ptrdiff_t r = 0;
    for (; r + MR <= rows; r += MR)
      tile(c + r * ldc + j, ldc, a + r * lda, lda, b + j, ldb, MR, NV, depth);
    for (; r < rows; r++) tile(c + r * ldc + j, ldc, a + r * lda, lda, b + j, ldb, 1, NV, depth);
  }
  for (; j + VW <= columns; j += VW) {
    ptrdiff_t r = 0;
    for (; r + MR <= rows; r += MR)
      tile(c + r * ldc + j, ldc, a + r * lda, lda, b + j, ldb, MR, 1, depth);
    for (; r < rows; r++) tile(c + r * ldc + j, ldc, a + r * lda, lda, b + j, ldb, 1, 1, depth);
  }
  for (; j < columns; j++)
    for (ptrdiff_t r = 0; r < rows; r++) {
      float total = c[r * ldc + j];
      for (ptrdiff_t k = 0; k < depth; k++) total += a[r * lda + k] * b[k * ldb + j];
      c[r * ldc + j] = total;
    }
}

// One panel of outputs for all rows, some of the inputs: c[rows][TARE_PANEL] += a · b.
INLINE void panelProduct(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b,
                         ptrdiff_t rows, ptrdiff_t depth) {
  enum { P = TARE_PANEL };
  ptrdiff_t r = 0;
  for (; r + MR <= rows; r += MR)
    for (int j = 0; j < P; j += NV * VW)
      tile(c + r * ldc + j, ldc, a + r * lda, lda, b + j, P, MR, NV, depth);
  for (; r < rows; r++)
    for (int j = 0; j < P; j += NV * VW)
      tile(c + r * ldc + j, ldc, a + r * lda, lda, b + j, P, 1, NV, depth);
}

// The inputs are taken in stretches, so that a stretch of a panel stays in the second-level cache
// while all rows pass over it; sums go on in the target, so the order stays that of the inputs.
KERNEL void NAMED(product)(const TareProduct *p) {
  enum { P = TARE_PANEL, DEPTH = 512 };
  float edge[MR * TARE_PANEL];
  for (ptrdiff_t j = 0; j < p->outputs; j += P) {
    const ptrdiff_t width = p->outputs - j < P ? p->outputs - j : P;
    const float *panel = p->weights + j * p->inputs;
    for (ptrdiff_t r = 0; r < p->rows && !p->adding; r++) {
      float *row = p->target + r * p->targetStride + j;
      if (p->bias) memcpy(row, p->bias + j, sizeof(float) * (size_t)width);
      else memset(row, 0, sizeof(float) * (size_t)width);
    }
    for (ptrdiff_t k = 0; k < p->inputs; k += DEPTH) {
      const ptrdiff_t depth = p->inputs - k < DEPTH ? p->inputs - k : DEPTH;
      const float *source = p->source + k, *b = panel + k * P;
      float *target = p->target + j;
      if (width == P) {
        panelProduct(target, p->targetStride, source, p->sourceStride, b, p->rows, depth);
        continue;
      }
      for (ptrdiff_t r = 0; r < p->rows; r += MR) {
        const ptrdiff_t rows = p->rows - r < MR ? p->rows - r : MR;
        memset(edge, 0, sizeof(edge));
        for (ptrdiff_t i = 0; i < rows; i++)
          memcpy(edge + i * P, target + (r + i) * p->targetStride, sizeof(float) * (size_t)width);
        panelProduct(edge, P, source + r * p->sourceStride, p->sourceStride, b, rows, depth);
        for (ptrdiff_t i = 0; i < rows; i++)
          memcpy(target + (r + i) * p->targetStride, edge + i * P, sizeof(float) * (size_t)width);
      }
    }
    for (ptrdiff_t r = 0; r < p->rows && p->adding && p->bias; r++) {
      float *row = p->target + r * p->targetStride + j;
      for (ptrdiff_t i = 0; i < width; i++) row[i] += p->bias[j + i];
    }
  }
}

// Online softmax over panels of keys (Milakov and Gimelshein 2018; FlashAttention, Dao et al. 2022).
// Panels start at the sequence's first position, so a row's sums depend on its own sequence alone.
KERNEL void NAMED(attention)(const TareAttentionTile *t, float *scratch) {
  enum { P = TARE_KEY_PANEL };
  const int n = t->queryCount, d = t->headDim;
  float *logits = scratch;          // [P, P]
  float *out = logits + P * P;      // [P, headDim], not yet divided by the sums
  float *query = out + P * d;       // [P, headDim], scaled
  float *top = query + P * d;       // [P] largest logit so far
  float *sums = top + P;            // [P] sum of exp(logit − top)
  memset(out, 0, sizeof(float) * (size_t)n * (size_t)d);
  for (int r = 0; r < n; r++) {
    top[r] = -INFINITY;
    sums[r] = 0;
    for (int i = 0; i < d; i++) query[r * d + i] = t->query[r * t->queryStride + i] * t->scale;
  }
  const int end = t->queryStart + n;  // keys 0..<end can be seen by the last row
  // The first key that the first row sees; whole panels before it are passed over.
  const int begin = t->window > 0 && t->queryStart >= t->window ? t->queryStart - t->window + 1 : 0;
  for (int start = begin / P * P; start < end; start += P) {
    const int keys = end - start < P ? end - start : P;
    const float *panel = t->keyPanels + (ptrdiff_t)(start / P) * d * P;
    memset(logits, 0, sizeof(float) * (size_t)n * P);
    NAMED(addProduct)(logits, P, query, d, panel, P, n, P, d);
    if (t->softCap > 0) {
      const V cap = splat(t->softCap), inverse = splat(1.0f / t->softCap);
      for (int i = 0; i < n * P; i += VW) store(logits + i, cap * tanhV(load(logits + i) * inverse));
    }
    for (int r = 0; r < n; r++) {
      float *row = logits + r * P;
      // Row r may see the keys unseen..<seen of this panel.
      int seen = t->queryStart + r + 1 - start;
      int unseen = t->window > 0 ? seen - t->window : 0;
      if (seen > keys) seen = keys;
      if (seen <= 0 || unseen >= seen) {
        memset(row, 0, sizeof(float) * (size_t)keys);
        continue;
      }
      for (int j = 0; j < unseen; j++) row[j] = -INFINITY;
      for (int j = seen; j < P; j++) row[j] = -INFINITY;
      V high = load(row);
      for (int j = VW; j < P; j += VW) high = larger(high, load(row + j));
      float m = largest(high);
      if (m < top[r]) m = top[r];
      V total = splat(0);
      for (int j = 0; j < P; j += VW) {
        V e = expV(load(row + j) - splat(m));
        store(row + j, e);
        total += e;
      }
      if (m != top[r]) {
        float shrink = expV(splat(top[r] - m))[0];
        sums[r] *= shrink;
        for (int i = 0; i < d; i++) out[r * d + i] *= shrink;
        top[r] = m;
      }
      sums[r] += sum(total);
    }
    NAMED(addProduct)(out, d, logits, P, t->value + (ptrdiff_t)start * t->valueStride, t->valueStride,
                   n, d, keys);
  }
  for (int r = 0; r < n; r++) {
    float factor = 1.0f / sums[r];
    for (int i = 0; i < d; i++) t->output[r * t->outputStride + i] = out[r * d + i] * factor;
  }
}

const TareKernels NAMED(tare_table) = {
    .name = STRING(LEVEL),
    .rmsNorm = NAMED(rmsNorm),
    .layerNorm = NAMED(layerNorm),
    .gatedUnit = NAMED(gatedUnit),
    .activate = NAMED(activate),
    .sigmoidGate = NAMED(sigmoidGate),
    .rotate = NAMED(rotate),
    .attention = NAMED(attention),
    .product = NAMED(product),
    .exponential = NAMED(exponential),
};
