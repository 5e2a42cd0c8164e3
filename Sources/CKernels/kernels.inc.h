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

INLINE V siluV(V x) { return x / (splat(1.0f) + expV(-x)); }

KERNEL void NAMED(swiGLU)(float *y, const float *gateUp, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, gateUp += 2 * width, y += width) {
    const float *up = gateUp + width;
    ptrdiff_t i = 0;
    for (; i + VW <= width; i += VW) store(y + i, siluV(load(gateUp + i)) * load(up + i));
    for (; i < width; i++) y[i] = siluV(splat(gateUp[i]))[0] * up[i];
  }
}

KERNEL void NAMED(rotate)(float *row, ptrdiff_t heads, ptrdiff_t headDim, const float *cosine,
                          const float *sine) {
  ptrdiff_t half = headDim / 2;
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
KERNEL void NAMED(product)(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b,
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
  for (int start = 0; start < end; start += P) {
    const int keys = end - start < P ? end - start : P;
    const float *panel = t->keyPanels + (ptrdiff_t)(start / P) * d * P;
    memset(logits, 0, sizeof(float) * (size_t)n * P);
    NAMED(product)(logits, P, query, d, panel, P, n, P, d);
    for (int r = 0; r < n; r++) {
      float *row = logits + r * P;
      int seen = t->queryStart + r + 1 - start;  // keys of this panel that row r may see
      if (seen > keys) seen = keys;
      if (seen <= 0) {
        memset(row, 0, sizeof(float) * (size_t)keys);
        continue;
      }
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
    NAMED(product)(out, d, logits, P, t->value + (ptrdiff_t)start * t->valueStride, t->valueStride,
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
    .swiGLU = NAMED(swiGLU),
    .rotate = NAMED(rotate),
    .attention = NAMED(attention),
    .exponential = NAMED(exponential),
};
