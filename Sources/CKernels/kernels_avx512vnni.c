// The kernels for AVX-512 with dot products of bytes: 6 × 4 accumulators of 16 floats fill 24 of the 32 registers.
#if defined(__x86_64__)
#define LEVEL avx512vnni
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,avx512vnni")))
#define VW 16
#define MR 6
#define NV 4
#define NATIVE_BFLOAT16 0
#define NATIVE_INT8 1
#include "kernels.inc.h"
#endif
