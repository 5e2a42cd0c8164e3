// C kernels for what neither OpenBLAS nor oneDNN has: attention, norms, rotary embedding,
// activations, dequantisation. They know shapes, never a model.
//
// One source (kernels.inc.h) is compiled once for each CPU feature level into a table of functions;
// `tare_kernels()` chooses the best table that the machine can run, once.
#ifndef TARE_CKERNELS_H
#define TARE_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Positions in one panel of transposed keys, and query positions in one attention tile.
#define TARE_KEY_PANEL 64
/// The widest head that attention takes.
#define TARE_MAX_HEAD_DIM 512

/// One tile of causal attention: consecutive query positions of one head of one sequence.
typedef struct {
  const float *query;      ///< First query row, [queryCount, headDim] with `queryStride`.
  ptrdiff_t queryStride;   ///< Floats from one query row to the next.
  const float *keyPanels;  ///< Keys of the sequence, [panel, headDim, TARE_KEY_PANEL].
  const float *value;      ///< Values of the sequence, [position, headDim] with `valueStride`.
  ptrdiff_t valueStride;
  float *output;           ///< [queryCount, headDim] with `outputStride`.
  ptrdiff_t outputStride;
  int32_t queryStart;      ///< Position of the first query row in its sequence.
  int32_t queryCount;      ///< At most TARE_KEY_PANEL.
  int32_t headDim;         ///< At most TARE_MAX_HEAD_DIM.
  float scale;             ///< Multiplies query · key.
} TareAttentionTile;

typedef struct {
  const char *name;  ///< "avx512", "avx2" or "scalar".
  /// y[r] = x[r] / sqrt(mean(x[r]²) + epsilon) · weight, rows of `width` floats.
  void (*rmsNorm)(float *y, const float *x, const float *weight, ptrdiff_t rows, ptrdiff_t width,
                  float epsilon);
  /// y = silu(gate) · up; row r holds gate[0..<width], then up[0..<width]; y has `width` a row.
  void (*swiGLU)(float *y, const float *gateUp, ptrdiff_t rows, ptrdiff_t width);
  /// Turns the pairs (i, i + headDim/2) of one row's `heads` heads by the position's angles;
  /// `cosine` and `sine` hold headDim/2 values.
  void (*rotate)(float *row, ptrdiff_t heads, ptrdiff_t headDim, const float *cosine,
                 const float *sine);
  /// Softmax(scale · query keysᵀ, causal) values, in one pass over the keys. `scratch` holds
  /// tare_attention_scratch(headDim) floats.
  void (*attention)(const TareAttentionTile *tile, float *scratch);
  /// y[i] = exp(x[i]), for tests and for sigmoid-like heads.
  void (*exponential)(float *y, const float *x, ptrdiff_t count);
} TareKernels;

/// Floats of working space that `attention` needs.
ptrdiff_t tare_attention_scratch(int32_t headDim);

/// The best table for this machine. The choice is made once and never changes.
const TareKernels *tare_kernels(void);
/// How many tables this machine can run, and each of them from the plainest to the best: for tests.
int tare_kernel_table_count(void);
const TareKernels *tare_kernel_table(int index);

// Dequantisation of GGUF blocks. The formats are described in dequantize.c.

/// Values in one block of the GGUF type, 0 for a type that is not known here.
int32_t tare_block_values(int32_t type);
/// Bytes of one block of the GGUF type, 0 for a type that is not known here.
int32_t tare_block_bytes(int32_t type);
/// Writes `count` floats (a multiple of the block's values) from `source`, which needs no alignment.
/// Returns false for a type that is not known.
bool tare_dequantize(int32_t type, const void *source, float *target, size_t count);

#endif
