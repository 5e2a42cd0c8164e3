// OpenBLAS as Tare uses it: float32 products for the decoder; double products and a Cholesky solver
// for fitting heads. cblas.h is found through libopenblas-dev's alternative.
#include <cblas.h>

/// LAPACK: solves A·X = B for a symmetric positive definite A, which its factor overwrites.
void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b,
            const int *ldb, int *info);
