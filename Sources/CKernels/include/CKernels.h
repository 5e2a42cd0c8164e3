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
  float softCap;           ///< Logits become cap · tanh(logit / cap); 0 for none.
  int32_t window;          ///< Keys a query sees, its own position included; 0 for all before it.
} TareAttentionTile;

/// Outputs in one panel of a packed matrix.
#define TARE_PANEL 64

/// target (+)= source · weightsᵀ + bias.
typedef struct {
  const float *source;   ///< [rows, inputs] with `sourceStride`.
  ptrdiff_t sourceStride;
  const float *weights;  ///< Packed, [⌈outputs / TARE_PANEL⌉, inputs, TARE_PANEL], zeros at the end.
  const float *bias;     ///< [outputs], or NULL.
  float *target;         ///< [rows, outputs] with `targetStride`.
  ptrdiff_t targetStride;
  ptrdiff_t rows, inputs, outputs;
  bool adding;           ///< Whether the product is added to what stands in `target`.
} TareProduct;

/// Functions between the two products of a feed-forward block.
typedef enum {
  TARE_SILU,       ///< x · sigmoid(x)
  TARE_GELU_TANH,  ///< x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
  TARE_GELU,       ///< x/2 · (1 + erf(x/√2))
  TARE_RELU,       ///< max(x, 0)
  TARE_TANH,       ///< tanh(x)
} TareActivation;

typedef struct {
  const char *name;  ///< "avx512", "avx2" or "scalar".
  /// y[r] = x[r] / sqrt(mean(x[r]²) + epsilon) · weight, rows of `width` floats.
  void (*rmsNorm)(float *y, const float *x, const float *weight, ptrdiff_t rows, ptrdiff_t width,
                  float epsilon);
  /// y[r] = (x[r] − mean) / sqrt(variance + epsilon) · weight + bias, rows of `width` floats.
  void (*layerNorm)(float *y, const float *x, const float *weight, const float *bias,
                    ptrdiff_t rows, ptrdiff_t width, float epsilon);
  /// y = activation(gate) · up; row r holds gate[0..<width], then up[0..<width]; y has `width` a
  /// row.
  void (*gatedUnit)(float *y, const float *gateUp, ptrdiff_t rows, ptrdiff_t width,
                    TareActivation activation);
  /// x[i] = activation(x[i]).
  void (*activate)(float *x, ptrdiff_t count, TareActivation activation);
  /// x[i] *= sigmoid(gate[i]).
  void (*sigmoidGate)(float *x, const float *gate, ptrdiff_t count);
  /// Turns the pairs (i, i + rotaryDim/2) of one row's `heads` heads by the position's angles;
  /// `cosine` and `sine` hold rotaryDim/2 values. The rest of each head stays.
  void (*rotate)(float *row, ptrdiff_t heads, ptrdiff_t headDim, ptrdiff_t rotaryDim,
                 const float *cosine, const float *sine);
  /// Softmax(cap(scale · query keysᵀ), causal, inside the window) values, in one pass over the
  /// keys. `scratch` holds tare_attention_scratch(headDim) floats.
  void (*attention)(const TareAttentionTile *tile, float *scratch);
  /// A product with packed weights. Every element is summed over the inputs in order, whatever the
  /// number of rows and its place among them.
  void (*product)(const TareProduct *product);
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

/// The number that stands for float8 E4M3 (safetensors' F8_E4M3), which ggml has none for.
#define TARE_F8_E4M3 1001

// Dequantisation of GGUF blocks. The formats are described in dequantize.c.

/// Values in one block of the GGUF type, 0 for a type that is not known here.
int32_t tare_block_values(int32_t type);
/// Bytes of one block of the GGUF type, 0 for a type that is not known here.
int32_t tare_block_bytes(int32_t type);
/// Writes `count` floats (a multiple of the block's values) from `source`, which needs no alignment.
/// Returns false for a type that is not known.
bool tare_dequantize(int32_t type, const void *source, float *target, size_t count);

#endif
