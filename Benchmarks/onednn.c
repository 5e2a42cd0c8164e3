// Speed of oneDNN's large matrix products, a peer of `tare bench`'s: 2048 × 2048 × 2048 in float32, bfloat16
// and int8 (uint8 × int8), in 10⁹ operations a second, the best of five rounds after one that does not count.
//
//   cc -O2 Benchmarks/onednn.c -o onednn -ldnnl && ./onednn        (Debian: libdnnl-dev; versions 2 and 3)
//
// Threads are OpenMP's: OMP_NUM_THREADS. Measure in the sitting of the figures beside which they stand.
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <time.h>

#define SIZE 2048

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t description;
static int describe(dnnl_memory_desc_t *result, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_dims_t sizes = {SIZE, SIZE};
  return dnnl_memory_desc_create_with_tag(result, 2, sizes, type, tag) == dnnl_success;
}
#else
typedef const dnnl_memory_desc_t *description;
static int describe(dnnl_memory_desc_t *result, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_dims_t sizes = {SIZE, SIZE};
  return dnnl_memory_desc_init_by_tag(result, 2, sizes, type, tag) == dnnl_success;
}
#endif

static int prepare(dnnl_engine_t engine, const dnnl_data_type_t types[3], dnnl_primitive_t *primitive,
                   dnnl_memory_t memories[3]) {
  dnnl_memory_desc_t source, weights, target;
  dnnl_primitive_desc_t product;
  if (!describe(&source, types[0], dnnl_ab) || !describe(&weights, types[1], dnnl_format_tag_any) ||
      !describe(&target, types[2], dnnl_ab))
    return 0;
#if DNNL_VERSION_MAJOR >= 3
  if (dnnl_matmul_primitive_desc_create(&product, engine, source, weights, NULL, target, NULL) != dnnl_success)
    return 0;
#else
  dnnl_matmul_desc_t matmul;
  if (dnnl_matmul_desc_init(&matmul, &source, &weights, NULL, &target) != dnnl_success ||
      dnnl_primitive_desc_create(&product, &matmul, NULL, engine, NULL) != dnnl_success)
    return 0;
#endif
  const dnnl_query_t parts[3] = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md};
  if (dnnl_primitive_create(primitive, product) != dnnl_success) return 0;
  for (int part = 0; part < 3; part++) {
    description wanted = dnnl_primitive_desc_query_md(product, parts[part], 0);
    if (dnnl_memory_create(&memories[part], wanted, engine, DNNL_MEMORY_ALLOCATE) != dnnl_success) return 0;
  }
  return 1;
}

int main(void) {
  static const char *const names[3] = {"float32", "bfloat16", "int8"};
  static const dnnl_data_type_t types[3][3] = {
      {dnnl_f32, dnnl_f32, dnnl_f32}, {dnnl_bf16, dnnl_bf16, dnnl_f32}, {dnnl_u8, dnnl_s8, dnnl_s32}};
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success ||
      dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success) {
    fprintf(stderr, "oneDNN has no CPU engine here\n");
    return 1;
  }
  printf("oneDNN %d.%d.%d\n", dnnl_version()->major, dnnl_version()->minor, dnnl_version()->patch);
  for (int kind = 0; kind < 3; kind++) {
    dnnl_primitive_t primitive;
    dnnl_memory_t memories[3];
    if (!prepare(engine, types[kind], &primitive, memories)) {
      printf("%-9s –\n", names[kind]);
      continue;
    }
    const dnnl_exec_arg_t arguments[3] = {
        {DNNL_ARG_SRC, memories[0]}, {DNNL_ARG_WEIGHTS, memories[1]}, {DNNL_ARG_DST, memories[2]}};
    double fastest = 1e9;
    for (int round = 0; round < 6; round++) {
      double start = now();
      dnnl_primitive_execute(primitive, stream, 3, arguments);
      dnnl_stream_wait(stream);
      double seconds = now() - start;
      if (round > 0 && seconds < fastest) fastest = seconds;
    }
    printf("%-9s %.0f\n", names[kind], 2.0 * SIZE * SIZE * SIZE / fastest / 1e9);
  }
  return 0;
}
