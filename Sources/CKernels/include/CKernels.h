// C kernels for what no BLAS has: attention, norms, rotary embedding,
// activations, dequantisation. They know shapes, never a model.
//
// One source (kernels.inc.h) is compiled once for each CPU feature level into a table of functions;
// `tare_kernels()` chooses the best table that the machine can run, once.
#ifndef TARE_CKERNELS_H
#define TARE_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What the numbers of a product are.
typedef enum {
  TARE_FLOAT32,
  TARE_BFLOAT16,  ///< Sums in float32.
  TARE_INT8,      ///< Rows unsigned (128 is 0), weights signed; sums in 32-bit integers.
} TarePrecision;

/// Inputs that share a scale in 8 bits.
#define TARE_INT8_GROUP 64

/// Positions in one panel of keys and of values, and query positions in one attention tile.
#define TARE_KEY_PANEL 64
/// The widest head that attention takes.
#define TARE_MAX_HEAD_DIM 512
/// Numbers of one value row in its panel: the head's, and zeros up to a multiple of 16.
static inline int32_t tare_padded_head(int32_t headDim) { return (headDim + 15) / 16 * 16; }

/// One tile of causal attention: consecutive query positions of one head of one sequence.
///
/// Keys and values stand in panels of TARE_KEY_PANEL positions, in groups of 4 bytes: a float32, or
/// two bfloat16 that follow each other in the head (keys) or in position (values).
typedef struct {
  TarePrecision type;      ///< TARE_FLOAT32 or TARE_BFLOAT16.
  const float *query;      ///< First query row, [queryCount, headDim] with `queryStride`.
  ptrdiff_t queryStride;   ///< Floats from one query row to the next.
  const int32_t *panels;   ///< The sequence's panels in order: index among all panels.
  const void *keys;        ///< [panel, groups of the head, TARE_KEY_PANEL] of the tile's key head.
  ptrdiff_t keyPanelSize;  ///< Groups of one panel.
  const void *values;      ///< [panel, groups of positions, tare_padded_head].
  ptrdiff_t valuePanelSize;
  float *output;           ///< [queryCount, headDim] with `outputStride`.
  ptrdiff_t outputStride;
  int32_t queryStart;      ///< Position of the first query row in its sequence.
  int32_t queryCount;      ///< At most TARE_KEY_PANEL.
  int32_t headDim;         ///< At most TARE_MAX_HEAD_DIM.
  float scale;             ///< Multiplies query · key.
  float softCap;           ///< Logits become cap · tanh(logit / cap); 0 for none.
  float slope;             ///< Added to logits for each position that the key is after the query's own.
  int32_t window;          ///< Keys a query sees, its own position included; 0 for all before it.
  const float *sinkLogit;  ///< NULL, or a logit that has a share of each query's mass and no value.
  float *sink;             ///< NULL, or each query's share of mass on position 0, [queryCount].
  float *entropy;          ///< With `sink`: the entropy of each query's shares, in nats, [queryCount].
} TareAttentionTile;

/// Outputs in one panel of a packed matrix.
#define TARE_PANEL 64
/// Rows that pass over a panel of weights together; a product of more rows reads the weights again.
#define TARE_BLOCK_ROWS 96

/// target (+)= source · weightsᵀ + bias.
///
/// In 8 bits both sides are turned by a Hadamard matrix, TARE_INT8_GROUP inputs at a time, and each
/// such stretch of a row and of an output's weights has its own scale.
typedef struct {
  TarePrecision type;
  const void *source;           ///< [rows, groups of 4 bytes] with `sourceStride` in groups.
  ptrdiff_t sourceStride;
  const float *sourceScales;    ///< int8: [rows, stretches].
  const void *weights;          ///< Packed, [⌈outputs / TARE_PANEL⌉, groups, TARE_PANEL].
  const float *weightScales;    ///< int8: [⌈outputs / TARE_PANEL⌉, stretches, TARE_PANEL], aligned.
  const int32_t *weightOffsets; ///< int8: −128 · Σ weights of a stretch, laid out alike, aligned.
  const float *bias;            ///< [outputs], or NULL.
  float *target;                ///< [rows, outputs] with `targetStride` in floats.
  ptrdiff_t targetStride;
  ptrdiff_t rows, groups, outputs;
  bool adding;                  ///< Whether the product is added to what stands in `target`.
} TareProduct;

/// Functions between the two products of a feed-forward block.
typedef enum {
  TARE_SILU,       ///< x · sigmoid(x)
  TARE_GELU_TANH,  ///< x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
  TARE_GELU,       ///< x/2 · (1 + erf(x/√2))
  TARE_RELU,       ///< max(x, 0)
  TARE_TANH,       ///< tanh(x)
  TARE_RELU2,      ///< max(x, 0)²
} TareActivation;

typedef struct {
  const char *name;  ///< "avx512bf16", "avx512vnni", "avx512", "avx2" or "scalar".
  /// y[r] = x[r] / sqrt(mean(x[r]²) + epsilon) · weight, rows of `width` floats.
  void (*rmsNorm)(float *y, const float *x, const float *weight, ptrdiff_t rows, ptrdiff_t width,
                  float epsilon);
  /// y[r] = (x[r] − mean) / sqrt(variance + epsilon) · weight + bias, rows of `width` floats.
  void (*layerNorm)(float *y, const float *x, const float *weight, const float *bias,
                    ptrdiff_t rows, ptrdiff_t width, float epsilon);
  /// y = activation(gate) · up, [rows, width]; a row of `gateUp` holds TARE_PANEL gates, their ups,
  /// the next gates and so on.
  void (*gatedUnit)(float *y, ptrdiff_t yStride, const float *gateUp, ptrdiff_t stride,
                    ptrdiff_t rows, ptrdiff_t width, TareActivation activation);
  /// y = (up + 1) · gate · sigmoid(alpha · gate), gates cut off above and ups on both sides at
  /// `limit`; laid out as for `gatedUnit`.
  void (*clampedUnit)(float *y, ptrdiff_t yStride, const float *gateUp, ptrdiff_t stride,
                      ptrdiff_t rows, ptrdiff_t width, float alpha, float limit);
  /// x[i] = activation(x[i]).
  void (*activate)(float *x, ptrdiff_t count, TareActivation activation);
  /// x[i] *= sigmoid(gate[i]).
  void (*sigmoidGate)(float *x, const float *gate, ptrdiff_t count);
  /// Turns the pairs (i, i + rotaryDim/2) of one row's `heads` heads by the position's angles;
  /// `cosine` and `sine` hold rotaryDim/2 values. The rest of each head stays.
  void (*rotate)(float *row, ptrdiff_t heads, ptrdiff_t headDim, ptrdiff_t rotaryDim,
                 const float *cosine, const float *sine);
  /// y = x as the nearest bfloat16; strides in elements.
  void (*narrow)(uint16_t *y, ptrdiff_t yStride, const float *x, ptrdiff_t xStride, ptrdiff_t rows,
                 ptrdiff_t width);
  /// Rows as the products in 8 bits take them, [rows, stretches · TARE_INT8_GROUP] bytes: turned,
  /// divided by the stretch's scale, rounded, plus 128. `scales` is [rows, stretches]. A stretch with
  /// a value that is not finite has such a scale.
  void (*quantize)(uint8_t *y, float *scales, const float *x, ptrdiff_t xStride, ptrdiff_t rows,
                   ptrdiff_t width);
  /// One panel of weights, [groups, TARE_PANEL], from `count` rows of `columns` floats. `scales` and
  /// `offsets`, [stretches, TARE_PANEL], are written for int8 alone.
  void (*pack)(TarePrecision type, const float *rows, ptrdiff_t count, ptrdiff_t columns,
               void *panel, float *scales, int32_t *offsets);
  /// Puts a position's keys and values of all heads, [heads, headDim] each, into column `column` of
  /// a panel; `keyHead` and `valueHead` are the groups from one head's panel to the next head's.
  void (*keep)(TarePrecision type, const float *key, const float *value, int heads, int headDim,
               void *keys, ptrdiff_t keyHead, void *values, ptrdiff_t valueHead, int column);
  /// Softmax(cap(scale · query keysᵀ), causal, inside the window) values, in one pass over the
  /// keys. `scratch` holds tare_attention_scratch(headDim) floats.
  void (*attention)(const TareAttentionTile *tile, float *scratch);
  /// A product with packed weights. Every element is summed over the inputs in order, whatever the
  /// number of rows and its place among them.
  void (*product)(const TareProduct *product);
  /// y[i] = exp(x[i]), for tests and for sigmoid-like heads.
  void (*exponential)(float *y, const float *x, ptrdiff_t count);
} TareKernels;

/// A hint to the processor that the thread waits in a loop.
static inline void tare_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Floats of working space that `attention` needs.
ptrdiff_t tare_attention_scratch(int32_t headDim);

/// The best table for this machine. The choice is made once and never changes.
const TareKernels *tare_kernels(void);
/// How many tables this machine can run, and each of them from the plainest to the best: for tests.
int tare_kernel_table_count(void);
const TareKernels *tare_kernel_table(int index);

/// The number that stands for float8 E4M3 (safetensors' F8_E4M3), which ggml has none for.
#define TARE_F8_E4M3 1001

// Dequantisation of GGUF blocks. The formats are described in dequantize.c and codebooks.c.

/// Values in one block of the GGUF type, 0 for a type that is not known here.
int32_t tare_block_values(int32_t type);
/// Bytes of one block of the GGUF type, 0 for a type that is not known here.
int32_t tare_block_bytes(int32_t type);
/// Writes `count` floats (a multiple of the block's values) from `source`, which needs no alignment.
/// Returns false for a type that is not known.
bool tare_dequantize(int32_t type, const void *source, float *target, size_t count);

/// One step of the gated delta rule: state [keyDim, valueDim] becomes decay · state + key ⊗ delta, where
/// delta = beta · (value − (decay · state)ᵀ key); output = stateᵀ query. `delta` is scratch.
void tare_delta_step(float *state, const float *query, const float *key, const float *value,
                     float decay, float beta, size_t keyDim, size_t valueDim, float *delta,
                     float *output);

// Numbers of few bits, as quantised models pack them. Described in fields.c.

/// Writes `count` whole numbers of `bits` (1 to 16) bits: number i begins at bit `first` + i·`step`
/// of a stream of little-endian 32-bit words, `wordStride` bytes from one word to the next.
void tare_fields(const void *source, size_t wordStride, size_t first, size_t step, int bits,
                 float *target, size_t count);
/// Writes the entries of a table of 16 that half bytes number, from half byte `first` on.
void tare_halves(const void *source, size_t first, bool highFirst, const float *table,
                 float *target, size_t count);
/// values[i] = (values[i] − zeros[g]) · scales[g], where g = groups[i].
void tare_affine(float *values, size_t count, const int32_t *groups, const float *scales,
                 const float *zeros);

#endif
