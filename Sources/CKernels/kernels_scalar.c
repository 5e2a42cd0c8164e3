// The kernels for any machine: vectors of 4 floats, which every 64-bit target has.
#define LEVEL scalar
#define TARGET
#define VW 4
#define MR 4
#define NV 2
#define NATIVE_BFLOAT16 0
#define NATIVE_INT8 0
#include "kernels.inc.h"
