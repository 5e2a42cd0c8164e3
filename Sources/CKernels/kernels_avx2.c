// The kernels for AVX2 and FMA: 6 × 2 accumulators of 8 floats fill 12 of the 16 registers.
#if defined(__x86_64__)
#define LEVEL avx2
#define TARGET __attribute__((target("avx2,fma")))
#define VW 8
#define MR 6
#define NV 2
#define NATIVE_BFLOAT16 0
#define NATIVE_INT8 0
#include "kernels.inc.h"
#endif
