// OpenBLAS as Tare uses it: float32 products for the decoder; double products, a Cholesky
// solver and eigenvalues for fitting heads and for adapters. cblas.h is found through libopenblas-dev's alternative.
#include <cblas.h>

/// LAPACK: solves A·X = B for a symmetric positive definite A, which its factor overwrites.
void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b,
            const int *ldb, int *info);

/// LAPACK: eigenvalues of a symmetric A, and its eigenvectors, which overwrite it.
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
            double *work, const int *lwork, int *info);
