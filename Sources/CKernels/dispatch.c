// Which tables the machine can run, and the best of them.
#include "CKernels.h"

extern const TareKernels tare_table_scalar;
#if defined(__x86_64__)
extern const TareKernels tare_table_avx2;
extern const TareKernels tare_table_avx512;
extern const TareKernels tare_table_avx512vnni;
extern const TareKernels tare_table_avx512bf16;
#endif

int tare_kernel_table_count(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))) return 1;
  bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (!wide) return 2;
  if (!__builtin_cpu_supports("avx512vnni")) return 3;
  return __builtin_cpu_supports("avx512bf16") ? 5 : 4;
#else
  return 1;
#endif
}

const TareKernels *tare_kernel_table(int index) {
  switch (index) {
#if defined(__x86_64__)
  case 4: return &tare_table_avx512bf16;
  case 3: return &tare_table_avx512vnni;
  case 2: return &tare_table_avx512;
  case 1: return &tare_table_avx2;
#endif
  default: return &tare_table_scalar;
  }
}

const TareKernels *tare_kernels(void) { return tare_kernel_table(tare_kernel_table_count() - 1); }

ptrdiff_t tare_attention_scratch(int32_t headDim) {
  return TARE_KEY_PANEL * (2 * TARE_KEY_PANEL + 2 * (ptrdiff_t)tare_padded_head(headDim) + 1 + 32);
}
