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

// What makes a sum an output: what is added to it.
typedef struct {
  const float *bias;  // [columns] or NULL
  bool adding;
} Finish;

INLINE V finished(const Finish *f, V value, int column, const float *target) {
  if (f->bias) value += load(f->bias + column);
  if (f->adding) value += load(target);
  return value;
}

// One register tile: [rows][vectors·VW] sums over `depth` groups in order, begun at 0 or at what
// stands in `c`; written to `c` as they are, or finished.
INLINE void tile(int type, int rows, int vectors, bool isFirst, float *c, ptrdiff_t ldc,
                 const Group *a, ptrdiff_t lda, const Group *b, ptrdiff_t ldb, ptrdiff_t depth,
                 const Finish *finish, float *target, ptrdiff_t targetStride, int column) {
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
        else acc[r][v] = dotBFloat16(acc[r][v], ak, bk[v]);
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
      store(place, finished(finish, acc[r][v], column + v * VW, place));
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
       NULL, NULL, 0, 0)
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
                         float *target, ptrdiff_t targetStride) {
  enum { P = TARE_PANEL };
#define PANEL_TILE(n)                                                                            \
  tile(type, n, NV, isFirst, c + r * P + j, P, a + r * lda, lda, b + j, P, depth, finish,        \
       target + r * targetStride + j, targetStride, j)
  for (ptrdiff_t r = 0; r < rows; r += MR)
    for (int j = 0; j < P; j += NV * VW) {
      const ptrdiff_t left = rows - r;
      TILE_ROWS(left, PANEL_TILE)
    }
#undef PANEL_TILE
}

// Finishes the sums of a last panel that is not full, a row at a time.
INLINE void finishEdge(const float *sums, ptrdiff_t rows, ptrdiff_t width, const TareProduct *p,
                       ptrdiff_t j, float *target) {
  enum { P = TARE_PANEL };
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = target + r * p->targetStride;
    for (ptrdiff_t i = 0; i < width; i++) {
      const float value = sums[r * P + i] + (p->bias ? p->bias[j + i] : 0);
      row[i] = p->adding ? value + row[i] : value;
    }
  }
}

// The inputs are taken in stretches, so that a stretch of a panel stays in the second-level cache
// while all rows pass over it; sums go on in `sums`, so the order stays that of the inputs.
INLINE void productOf(int type, const TareProduct *p) {
  enum { P = TARE_PANEL };
  float sums[ROWS_AT_ONCE * P] __attribute__((aligned(64)));
  for (ptrdiff_t first = 0; first < p->rows; first += ROWS_AT_ONCE) {
    const ptrdiff_t rows = p->rows - first < ROWS_AT_ONCE ? p->rows - first : ROWS_AT_ONCE;
    const Group *a = (const Group *)p->source + first * p->sourceStride;
    for (ptrdiff_t j = 0; j < p->outputs; j += P) {
      const ptrdiff_t width = p->outputs - j < P ? p->outputs - j : P;
      const Group *panel = (const Group *)p->weights + j * p->groups;
      float *target = p->target + first * p->targetStride + j;
      const Finish finish = {.bias = p->bias ? p->bias + j : NULL, .adding = p->adding};
      for (ptrdiff_t k = 0; k < p->groups; k += DEPTH) {
        const ptrdiff_t depth = p->groups - k < DEPTH ? p->groups - k : DEPTH;
        const Finish *end = k + depth == p->groups && width == P ? &finish : NULL;
        // Two calls, so that each is compiled with its start known: else the accumulators leave the
        // registers, and the product takes three times as long.
        if (k == 0)
          panelProduct(type, true, sums, a, p->sourceStride, panel, rows, depth, end, target,
                       p->targetStride);
        else
          panelProduct(type, false, sums, a + k, p->sourceStride, panel + k * P, rows, depth, end,
                       target, p->targetStride);
      }
      if (width < P) finishEdge(sums, rows, width, p, j, target);
    }
  }
}

enum { STEPS = TARE_INT8_GROUP / 4, INT8_ROWS = MR / 2 };

// One tile in 8 bits: each stretch of inputs is summed exactly, scaled, and added in float32.
// `scales` and `offsets` are the panel's, [stretch, P], from the tile's first column on. The sums
// begin at 0 or at what stands in `sums`, and end there, or finished in `target`.
INLINE void int8Tile(int rows, bool isFirst, const uint8_t *a, const float *aScales,
                     ptrdiff_t stretches, ptrdiff_t first, ptrdiff_t end, const Group *b,
                     const float *scales, const int32_t *offsets, float *sums,
                     const Finish *finish, float *target, ptrdiff_t targetStride, int column) {
  enum { P = TARE_PANEL };
  V acc[INT8_ROWS][NV];
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < NV; v++) acc[r][v] = isFirst ? splat(0) : load(sums + r * P + v * VW);
  const ptrdiff_t stride = stretches * TARE_INT8_GROUP;
  for (ptrdiff_t g = first; g < end; g++) {
    VI exact[INT8_ROWS][NV];
    for (int v = 0; v < NV; v++) {
      const VI offset = *(const VI *)(offsets + g * P + v * VW);
      for (int r = 0; r < rows; r++) exact[r][v] = offset;
    }
    for (int k = 0; k < STEPS; k++) {
      VG bk[NV];
      for (int v = 0; v < NV; v++) bk[v] = loadGroups(b + (g * STEPS + k) * P + v * VW);
      for (int r = 0; r < rows; r++) {
        Group quad;
        memcpy(&quad, a + r * stride + g * TARE_INT8_GROUP + 4 * k, sizeof(quad));
        const VG ak = (VG){0} + quad;
        for (int v = 0; v < NV; v++) exact[r][v] = dotInt8(exact[r][v], ak, bk[v]);
      }
    }
    for (int v = 0; v < NV; v++) {
      const V scale = load(scales + g * P + v * VW);
      for (int r = 0; r < rows; r++)
        acc[r][v] += __builtin_convertvector(exact[r][v], V) * (scale * splat(aScales[r * stretches + g]));
    }
  }
  for (int r = 0; r < rows; r++)
    for (int v = 0; v < NV; v++) {
      if (!finish) {
        store(sums + r * P + v * VW, acc[r][v]);
        continue;
      }
      float *place = target + r * targetStride + v * VW;
      store(place, finished(finish, acc[r][v], column + v * VW, place));
    }
}

// Stretches of a panel that pass all rows before the next ones do: they stay in the first-level cache.
enum { STRETCHES_AT_ONCE = 8 };

INLINE void int8Product(const TareProduct *p) {
  enum { P = TARE_PANEL };
  float sums[ROWS_AT_ONCE * P] __attribute__((aligned(64)));
  const ptrdiff_t stretches = p->groups / STEPS;
  for (ptrdiff_t first = 0; first < p->rows; first += ROWS_AT_ONCE) {
    const ptrdiff_t rows = p->rows - first < ROWS_AT_ONCE ? p->rows - first : ROWS_AT_ONCE;
    for (ptrdiff_t j = 0; j < p->outputs; j += P) {
      const ptrdiff_t width = p->outputs - j < P ? p->outputs - j : P;
      const Group *panel = (const Group *)p->weights + j * p->groups;
      const float *scales = p->weightScales + j * stretches;
      const int32_t *offsets = p->weightOffsets + j * stretches;
      float *target = p->target + first * p->targetStride + j;
      const Finish finish = {.bias = p->bias ? p->bias + j : NULL, .adding = p->adding};
      for (ptrdiff_t g = 0; g < stretches; g += STRETCHES_AT_ONCE) {
        const ptrdiff_t next = stretches - g < STRETCHES_AT_ONCE ? stretches : g + STRETCHES_AT_ONCE;
        const Finish *end = next == stretches && width == P ? &finish : NULL;
        for (ptrdiff_t r = 0; r < rows; r += INT8_ROWS)
          for (int v = 0; v < P; v += NV * VW) {
            const uint8_t *a = (const uint8_t *)p->source + (first + r) * 4 * p->sourceStride;
            const float *aScales = p->sourceScales + (first + r) * stretches;
#define INT8_TILE(n)                                                                             \
  int8Tile(n, g == 0, a, aScales, stretches, g, next, panel + v, scales + v, offsets + v,        \
           sums + r * P + v, end, target + r * p->targetStride + v, p->targetStride, v)
            if (rows - r >= INT8_ROWS) INT8_TILE(INT8_ROWS);
            else if (rows - r == 2) INT8_TILE(2);
            else INT8_TILE(1);
#undef INT8_TILE
          }
      }
      if (width < P) finishEdge(sums, rows, width, p, j, target);
    }
  }
}

// Each type is compiled by itself.
KERNEL void NAMED(product)(const TareProduct *p) {
  switch (p->type) {
  case TARE_FLOAT32: productOf(TARE_FLOAT32, p); break;
  case TARE_BFLOAT16: productOf(TARE_BFLOAT16, p); break;
  case TARE_INT8: int8Product(p); break;
  }
}

// A panel of weights in 8 bits, with each group's scales, and what takes the offset of the unsigned
// rows off again: −128 · Σ weights.
INLINE void packInt8(const float *rows, ptrdiff_t count, ptrdiff_t columns, Group *panel,
                     float *scales, int32_t *offsets) {
  enum { P = TARE_PANEL, G = TARE_INT8_GROUP };
  for (ptrdiff_t g = 0; g * G < columns; g++)
    for (ptrdiff_t r = 0; r < count; r++) {
      int8_t bytes[G];
      scales[g * P + r] = int8Group(bytes, rows + r * columns + g * G, columns - g * G, 0);
      int32_t total = 0;
      for (int i = 0; i < G; i++) total += bytes[i];
      offsets[g * P + r] = -128 * total;
      for (int k = 0; k < STEPS; k++) memcpy(panel + (g * STEPS + k) * P + r, bytes + 4 * k, 4);
    }
}

// Groups of weights are written a square of 64 × 64 at a time, which the first-level cache holds.
KERNEL void NAMED(pack)(TarePrecision type, const float *rows, ptrdiff_t count, ptrdiff_t columns,
                        void *panel, float *scales, int32_t *offsets) {
  enum { P = TARE_PANEL, SQUARE = 64 };
  if (type == TARE_INT8) return packInt8(rows, count, columns, panel, scales, offsets);
  const ptrdiff_t values = type == TARE_FLOAT32 ? 1 : 2;
  Group square[SQUARE];
  for (ptrdiff_t start = 0; start < columns; start += SQUARE * values) {
    const ptrdiff_t width = columns - start < SQUARE * values ? columns - start : SQUARE * values;
    const ptrdiff_t groups = (width + values - 1) / values;
    for (ptrdiff_t r = 0; r < count; r++) {
      const float *row = rows + r * columns + start;
      square[groups - 1] = 0;
      if (type == TARE_FLOAT32) memcpy(square, row, sizeof(float) * (size_t)width);
      else NAMED(narrow)((uint16_t *)square, 0, row, 0, 1, width);
      Group *to = (Group *)panel + start / values * P + r;
      for (ptrdiff_t g = 0; g < groups; g++) to[g * P] = square[g];
    }
  }
}
