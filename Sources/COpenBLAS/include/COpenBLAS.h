// OpenBLAS, loaded when it is first wanted: heads are trained with it and adapters of PiSSA and OLoRA taken
// apart, and whoever only scores needs none.
#ifndef TARE_COPENBLAS_H
#define TARE_COPENBLAS_H

#include <cblas.h>

// LAPACK: solves A·X = B for a symmetric positive definite A, which its factor overwrites.
typedef void tare_dposv(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda,
                        double *b, const int *ldb, int *info);

// LAPACK: eigenvalues of a symmetric A, and its eigenvectors, which overwrite it.
typedef void tare_dsyev(const char *jobz, const char *uplo, const int *n, double *a,
                        const int *lda, double *w, double *work, const int *lwork, int *info);

struct tare_openblas {
  __typeof__(cblas_sgemm) *sgemm;
  __typeof__(cblas_dgemm) *dgemm;
  __typeof__(cblas_dgemv) *dgemv;
  __typeof__(cblas_dsyrk) *dsyrk;
  tare_dposv *dposv;
  tare_dsyev *dsyev;
};

// The same table every time, or a null pointer where the library or one of its functions is missing. It
// computes on one thread, so that the order of its sums is fixed.
const struct tare_openblas *tare_openblas(void);

#endif
