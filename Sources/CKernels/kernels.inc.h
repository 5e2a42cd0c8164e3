// The kernels themselves, written once over vectors of VW floats and compiled for each CPU level by
// the files kernels_*.c, which define:
//   LEVEL   suffix and name of the table          TARGET  the function attribute of the level
//   VW      floats in a vector                    MR, NV  rows and vectors of a product's tile
//   NATIVE_BFLOAT16, NATIVE_INT8   whether the level has instructions for such dot products
// Sums run in an order fixed by VW and the shape alone, so a row's result depends on nothing else.
#include "CKernels.h"
#include <math.h>
#include <string.h>
#if NATIVE_BFLOAT16 || NATIVE_INT8
#include <immintrin.h>
#endif

#define CONCAT_(a, b) a##_##b
#define CONCAT(a, b) CONCAT_(a, b)
#define NAMED(f) CONCAT(f, LEVEL)
#define STRING_(a) #a
#define STRING(a) STRING_(a)
#define INLINE static inline __attribute__((always_inline)) TARGET
#define KERNEL static TARGET

#include "vectors.inc.h"
#include "rows.inc.h"
#include "products.inc.h"
#include "attention.inc.h"

const TareKernels NAMED(tare_table) = {
    .name = STRING(LEVEL),
    .rmsNorm = NAMED(rmsNorm),
    .layerNorm = NAMED(layerNorm),
    .gatedUnit = NAMED(gatedUnit),
    .clampedUnit = NAMED(clampedUnit),
    .activate = NAMED(activate),
    .sigmoidGate = NAMED(sigmoidGate),
    .rotate = NAMED(rotate),
    .narrow = NAMED(narrow),
    .quantize = NAMED(quantize),
    .pack = NAMED(pack),
    .keep = NAMED(keep),
    .attention = NAMED(attention),
    .product = NAMED(product),
    .exponential = NAMED(exponential),
};
