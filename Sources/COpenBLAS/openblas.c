#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static struct tare_openblas functions;
static int is_loaded = 0;

static void load(void) {
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return;
  functions.sgemm = dlsym(library, "cblas_sgemm");
  functions.dgemm = dlsym(library, "cblas_dgemm");
  functions.dgemv = dlsym(library, "cblas_dgemv");
  functions.dsyrk = dlsym(library, "cblas_dsyrk");
  functions.dposv = dlsym(library, "dposv_");
  functions.dsyev = dlsym(library, "dsyev_");
  void (*set_threads)(int) = dlsym(library, "openblas_set_num_threads");
  if (!functions.sgemm || !functions.dgemm || !functions.dgemv || !functions.dsyrk ||
      !functions.dposv || !functions.dsyev || set_threads == NULL)
    return;
  set_threads(1);
  is_loaded = 1;
}

const struct tare_openblas *tare_openblas(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded ? &functions : NULL;
}
