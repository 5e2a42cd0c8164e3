// Vectors of VW floats, and the functions that are made of them.

typedef float V __attribute__((vector_size(VW * 4)));
typedef float VU __attribute__((vector_size(VW * 4), aligned(4)));
typedef int32_t VI __attribute__((vector_size(VW * 4)));

INLINE V load(const float *p) { return *(const VU *)p; }
INLINE void store(float *p, V v) { *(VU *)p = v; }
INLINE V splat(float x) { return x - (V){0}; }
INLINE V selected(VI mask, V a, V b) { return (V)((mask & (VI)a) | (~mask & (VI)b)); }
INLINE V larger(V a, V b) { return selected(a > b, a, b); }

typedef uint32_t VU32 __attribute__((vector_size(VW * 4)));
typedef uint16_t VH16 __attribute__((vector_size(VW * 2)));
typedef uint16_t VH16U __attribute__((vector_size(VW * 2), aligned(2)));

// The nearest bfloat16, ties to even, in the low half; a NaN stays one.
INLINE VU32 narrowV(V x) {
  VU32 bits = (VU32)x;
  VU32 rounded = (bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16;
  return (VU32)selected(x != x, (V)((VU32){0} + 0x7FC0u), (V)rounded);
}
INLINE VH16 narrowHalves(V v) {
#if NATIVE_BFLOAT16
  return (VH16)_mm512_cvtneps_pbh((__m512)v);
#else
  return __builtin_convertvector(narrowV(v), VH16);
#endif
}
INLINE void storeNarrow(uint16_t *p, V v) { *(VH16U *)p = narrowHalves(v); }
INLINE uint16_t narrowed(float x) {
  uint16_t narrow[VW];
  storeNarrow(narrow, splat(x));
  return narrow[0];
}

// Halves folded onto each other until one lane is left: the order of a sum is fixed by VW.
#if VW == 16
#define FOLD(op, v)                                                                               \
  v = op(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
  v = op(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3));       \
  v = op(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1));       \
  v = op(v, __builtin_shufflevector(v, v, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0));
#elif VW == 8
#define FOLD(op, v)                                                     \
  v = op(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3));     \
  v = op(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1));     \
  v = op(v, __builtin_shufflevector(v, v, 1, 0, 1, 0, 1, 0, 1, 0));
#else
#define FOLD(op, v)                                         \
  v = op(v, __builtin_shufflevector(v, v, 2, 3, 0, 1));     \
  v = op(v, __builtin_shufflevector(v, v, 1, 0, 1, 0));
#endif
INLINE V added(V a, V b) { return a + b; }
INLINE float sum(V v) {
  FOLD(added, v)
  return v[0];
}
INLINE float largest(V v) {
  FOLD(larger, v)
  return v[0];
}

// exp(x) = 2^n · exp(r) for x that is neither over 88.3 nor under −87.3, r = x − n·ln 2 in two parts
// (Cody and Waite), |r| ≤ ln 2 / 2; the polynomial is Cephes' expf, below 2 ulp over the range.
INLINE V expInRangeV(V x) {
  // Adding 1.5·2^23 rounds to the nearest integer in the mantissa's low bits.
  const V magic = splat(12582912.0f);
  V shifted = x * splat(1.44269504088896341f) + magic;
  V n = shifted - magic;
  V r = x - n * splat(0.693359375f);
  r = r - n * splat(-2.12194440e-4f);
  V p = splat(1.9875691500e-4f);
  p = p * r + splat(1.3981999507e-3f);
  p = p * r + splat(8.3334519073e-3f);
  p = p * r + splat(4.1665795894e-2f);
  p = p * r + splat(1.6666665459e-1f);
  p = p * r + splat(5.0000001201e-1f);
  p = p * (r * r) + r + splat(1.0f);
  // The low bits of `shifted` are n; its high ones leave the word.
  return (V)((VI)p + ((VI)shifted << 23));
}

// For x that is not over 88.3; under −87.3 the result is 0.
INLINE V expBoundedV(V x) {
  const V low = splat(-87.3365f);
  VI underflow = x < low;
  return (V)(~underflow & (VI)expInRangeV(selected(underflow, low, x)));
}

// Over 88.3 the result stays finite; a NaN stays one, whatever its bits.
INLINE V expV(V x) {
  const V high = splat(88.3762f);
  return selected(x != x, x, expBoundedV(selected(x > high, high, x)));
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
  return selected(a < splat(0.625f), near, withSign(far, x));
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
  return selected(a > splat(0.927734375f), far, near);
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
  case TARE_RELU2: {
    V positive = larger(x, splat(0));
    return positive * positive;
  }
  default: return x * sigmoidV(x);
  }
}
