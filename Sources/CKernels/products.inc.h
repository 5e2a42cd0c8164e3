// Matrix products over groups of 4 bytes: one float32, two bfloat16, or four 8-bit integers.

typedef uint32_t Group;
typedef VU32 VG;
typedef uint32_t VGU __attribute__((vector_size(VW * 4), aligned(4)));

INLINE VG loadGroups(const Group *p) { return *(const VGU *)p; }

// acc + a0·b0 + a1·b1 of the two bfloat16 in each group.
INLINE V dotBFloat16(V acc, VG a, VG b) {
#if NATIVE_BFLOAT16
  return (V)_mm512_dpbf16_ps((__m512)acc, (__m512bh)a, (__m512bh)b);
#else
  const VG high = (VG){0} + 0xFFFF0000u;
  acc += (V)(a << 16) * (V)(b << 16);
  return acc + (V)(a & high) * (V)(b & high);
#endif
}

// acc + Σ a·b of four unsigned and four signed bytes, exact in 32 bits.
INLINE VI dotInt8(VI acc, VG a, VG b) {
#if NATIVE_INT8
  return (VI)_mm512_dpbusd_epi32((__m512i)acc, (__m512i)a, (__m512i)b);
#else
  typedef int16_t VH __attribute__((vector_size(VW * 4)));
  // Bytes 0 and 2, then 1 and 3, as 16-bit numbers; a product of two of them needs 17 bits.
  VH a0 = (VH)(a & 0x00FF00FFu), a1 = (VH)((a >> 8) & 0x00FF00FFu);
  VH b0 = (VH)((VH)(b << 8) >> 8), b1 = (VH)((VH)b >> 8);
#if defined(__AVX2__) || VW == 8
  typedef short M __attribute__((vector_size(32)));
  return acc + (VI)__builtin_ia32_pmaddwd256((M)a0, (M)b0) +
         (VI)__builtin_ia32_pmaddwd256((M)a1, (M)b1);
#else
  VI low = ((VI)a0 << 16 >> 16) * ((VI)b0 << 16 >> 16) + ((VI)a0 >> 16) * ((VI)b0 >> 16);
  VI high = ((VI)a1 << 16 >> 16) * ((VI)b1 << 16 >> 16) + ((VI)a1 >> 16) * ((VI)b1 >> 16);
  return acc + low + high;
#endif
#endif
}

// What makes a sum an output: where it goes, and what is added to it.
typedef struct {
  const float *bias;          // [columns] or NULL
  const float *rowScales;     // int8: [rows]
  const float *columnScales;  // int8: [columns]
  const int32_t *columnSums;  // int8: [columns], what the unsigned rows' offset adds
  bool adding;
} Finish;

INLINE V finished(int type, const Finish *f, V sum, int row, int column, const float *target) {
  V value = sum;
  if (type == TARE_INT8) {
    VI exact = (VI)sum - *(const VI *)(f->columnSums + column);
    value = __builtin_convertvector(exact, V) * (splat(f->rowScales[row]) * load(f->columnScales + column));
  }
  if (f->bias) value += load(f->bias + column);
  if (f->adding) value += load(target);
  return value;
}

// One register tile: [rows][vectors·VW] sums over `depth` groups in order, begun at 0 or at what
// stands in `c`; written to `c` as they are, or finished.
INLINE void tile(int type, int rows, int vectors, bool isFirst, float *c, ptrdiff_t ldc,
                 const Group *a, ptrdiff_t lda, const Group *b, ptrdiff_t ldb, ptrdiff_t depth,
                 const Finish *finish, float *target, ptrdiff_t targetStride, int row, int column) {
  V acc[MR][NV];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) acc[r][v] = isFirst ? splat(0) : load(c + r * ldc + v * VW);
  for (ptrdiff_t k = 0; k < depth; k++) {
    VG bk[NV];
    for (int v = 0; v < vectors; v++) bk[v] = loadGroups(b + k * ldb + v * VW);
    for (int r = 0; r < rows; r++) {
      VG ak = (VG){0} + a[r * lda + k];
      for (int v = 0; v < vectors; v++) {
        if (type == TARE_FLOAT32) acc[r][v] += (V)ak * (V)bk[v];
        else if (type == TARE_BFLOAT16) acc[r][v] = dotBFloat16(acc[r][v], ak, bk[v]);
        else acc[r][v] = (V)dotInt8((VI)acc[r][v], ak, bk[v]);
      }
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < vectors; v++) {
      if (!finish) {
        store(c + r * ldc + v * VW, acc[r][v]);
        continue;
      }
      float *place = target + r * targetStride + v * VW;
      store(place, finished(type, finish, acc[r][v], row + r, column + v * VW, place));
    }
}

// A tile of up to MR rows, each number of rows compiled for itself.
#define TILE_ROWS(left, call)            \
  switch ((left) < MR ? (int)(left) : MR) { \
  case 1: call(1); break;                \
  case 2: call(2); break;                \
  case 3: call(3); break;                \
  case 4: call(MR < 4 ? MR : 4); break;  \
  case 5: call(MR < 5 ? MR : 5); break;  \
  default: call(MR); break;              \
  }

// c[rows][columns] (+)= a[rows][depth] · b[depth][columns]; columns are a multiple of VW; every
// element sums over the groups in order.
INLINE void matrixProduct(int type, bool adding, float *c, ptrdiff_t ldc, const Group *a,
                          ptrdiff_t lda, const Group *b, ptrdiff_t ldb, ptrdiff_t rows,
                          ptrdiff_t columns, ptrdiff_t depth) {
  ptrdiff_t j = 0;
#define PLAIN_TILE(n, vectors)                                                                  \
  tile(type, n, vectors, !adding, c + r * ldc + j, ldc, a + r * lda, lda, b + j, ldb, depth,    \
       NULL, NULL, 0, 0, 0)
#define WIDE(n) PLAIN_TILE(n, NV)
#define THREE(n) PLAIN_TILE(n, (NV > 2 ? 3 : NV))
#define TWO(n) PLAIN_TILE(n, (NV > 1 ? 2 : NV))
#define ONE(n) PLAIN_TILE(n, 1)
  while (j < columns) {
    const ptrdiff_t vectors = (columns - j) / VW < NV ? (columns - j) / VW : NV;
    for (ptrdiff_t r = 0; r < rows; r += MR) {
      const ptrdiff_t left = rows - r;
      if (vectors == NV) {
        TILE_ROWS(left, WIDE)
      } else if (vectors == 3) {
        TILE_ROWS(left, THREE)
      } else if (vectors == 2) {
        TILE_ROWS(left, TWO)
      } else {
        TILE_ROWS(left, ONE)
      }
    }
    j += vectors * VW;
  }
#undef THREE
#undef TWO
#undef ONE
#undef WIDE
#undef PLAIN_TILE
}

enum { ROWS_AT_ONCE = TARE_BLOCK_ROWS, DEPTH = 512 };

// One panel of outputs for all rows and one stretch of the inputs.
INLINE void panelProduct(int type, bool isFirst, float *c, const Group *a, ptrdiff_t lda,
                         const Group *b, ptrdiff_t rows, ptrdiff_t depth, const Finish *finish,
                         float *target, ptrdiff_t targetStride, int firstRow, int column) {
  enum { P = TARE_PANEL };
#define PANEL_TILE(n)                                                                            \
  tile(type, n, NV, isFirst, c + r * P + j, P, a + r * lda, lda, b + j, P, depth, finish,        \
       target + r * targetStride + j, targetStride, firstRow + (int)r, column + j)
  for (ptrdiff_t r = 0; r < rows; r += MR)
    for (int j = 0; j < P; j += NV * VW) {
      const ptrdiff_t left = rows - r;
      TILE_ROWS(left, PANEL_TILE)
    }
#undef PANEL_TILE
}

// The inputs are taken in stretches, so that a stretch of a panel stays in the second-level cache
// while all rows pass over it; sums go on in `sums`, so the order stays that of the inputs.
INLINE void productOf(int type, const TareProduct *p) {
  enum { P = TARE_PANEL };
  float sums[ROWS_AT_ONCE * P] __attribute__((aligned(64)));
  float edge[P] __attribute__((aligned(64))), edgeBias[P] __attribute__((aligned(64)));
  for (ptrdiff_t first = 0; first < p->rows; first += ROWS_AT_ONCE) {
    const ptrdiff_t rows = p->rows - first < ROWS_AT_ONCE ? p->rows - first : ROWS_AT_ONCE;
    const Group *a = (const Group *)p->source + first * p->sourceStride;
    for (ptrdiff_t j = 0; j < p->outputs; j += P) {
      const ptrdiff_t width = p->outputs - j < P ? p->outputs - j : P;
      const Group *panel = (const Group *)p->weights + j * p->groups;
      float *target = p->target + first * p->targetStride + j;
      Finish finish = {.bias = p->bias ? p->bias + j : NULL,
                       .rowScales = p->sourceScales ? p->sourceScales + first : NULL,
                       .columnScales = p->weightScales ? p->weightScales + j : NULL,
                       .columnSums = p->weightSums ? p->weightSums + j : NULL,
                       .adding = p->adding};
      for (ptrdiff_t k = 0; k < p->groups; k += DEPTH) {
        const ptrdiff_t depth = p->groups - k < DEPTH ? p->groups - k : DEPTH;
        const Finish *end = k + depth == p->groups && width == P ? &finish : NULL;
        if (k == 0)
          panelProduct(type, true, sums, a, p->sourceStride, panel, rows, depth, end, target,
                       p->targetStride, 0, 0);
        else
          panelProduct(type, false, sums, a + k, p->sourceStride, panel + k * P, rows, depth, end,
                       target, p->targetStride, 0, 0);
      }
      if (width == P) continue;
      // The last panel is not full: its outputs are finished in a row of its own.
      if (finish.bias) {
        memset(edgeBias, 0, sizeof(edgeBias));
        memcpy(edgeBias, finish.bias, sizeof(float) * (size_t)width);
        finish.bias = edgeBias;
      }
      for (ptrdiff_t r = 0; r < rows; r++) {
        float *row = target + r * p->targetStride;
        memset(edge, 0, sizeof(edge));
        if (p->adding) memcpy(edge, row, sizeof(float) * (size_t)width);
        for (int v = 0; v < P; v += VW)
          store(edge + v, finished(type, &finish, load(sums + r * P + v), (int)r, v, edge + v));
        memcpy(row, edge, sizeof(float) * (size_t)width);
      }
    }
  }
}

// Each type is compiled by itself.
KERNEL void NAMED(product)(const TareProduct *p) {
  switch (p->type) {
  case TARE_FLOAT32: productOf(TARE_FLOAT32, p); break;
  case TARE_BFLOAT16: productOf(TARE_BFLOAT16, p); break;
  case TARE_INT8: productOf(TARE_INT8, p); break;
  }
}

// Groups of weights are written a square of 64 × 64 at a time, which the first-level cache holds.
KERNEL void NAMED(pack)(TarePrecision type, const float *rows, ptrdiff_t count, ptrdiff_t columns,
                        void *panel, float *scales, int32_t *sums) {
  enum { P = TARE_PANEL, SQUARE = 64 };
  const ptrdiff_t values = type == TARE_FLOAT32 ? 1 : type == TARE_BFLOAT16 ? 2 : 4;
  Group square[SQUARE];
  for (ptrdiff_t r = 0; r < count && type == TARE_INT8; r++) {
    scales[r] = int8Scale(rows + r * columns, columns);
    sums[r] = 0;
  }
  for (ptrdiff_t start = 0; start < columns; start += SQUARE * values) {
    const ptrdiff_t width = columns - start < SQUARE * values ? columns - start : SQUARE * values;
    const ptrdiff_t groups = (width + values - 1) / values;
    for (ptrdiff_t r = 0; r < count; r++) {
      const float *row = rows + r * columns + start;
      square[groups - 1] = 0;
      if (type == TARE_FLOAT32) memcpy(square, row, sizeof(float) * (size_t)width);
      else if (type == TARE_BFLOAT16) NAMED(narrow)((uint16_t *)square, 0, row, 0, 1, width);
      else {
        int8_t *bytes = (int8_t *)square;
        int8Row(bytes, row, width, scales[r], 0);
        for (ptrdiff_t i = 0; i < width; i++) sums[r] += 128 * bytes[i];
      }
      Group *to = (Group *)panel + start / values * P + r;
      for (ptrdiff_t g = 0; g < groups; g++) to[g * P] = square[g];
    }
  }
}
