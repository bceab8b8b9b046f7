#include <cblas.h>
#include <stddef.h>

// LAPACK's Fortran routines, which OpenBLAS holds; not every package of it brings a header for them. Fortran passes the
// length of each character argument, by value, after all others.

void dgeqp3_(const blasint *m, const blasint *n, double *a, const blasint *lda, blasint *jpvt, double *tau, double *work,
             const blasint *lwork, blasint *info);

void dormqr_(const char *side, const char *trans, const blasint *m, const blasint *n, const blasint *k, double *a,
             const blasint *lda, const double *tau, double *c, const blasint *ldc, double *work, const blasint *lwork,
             blasint *info, size_t side_length, size_t trans_length);

void dtrtrs_(const char *uplo, const char *trans, const char *diag, const blasint *n, const blasint *nrhs,
             const double *a, const blasint *lda, double *b, const blasint *ldb, blasint *info, size_t uplo_length,
             size_t trans_length, size_t diag_length);

void dsyev_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w, double *work,
            const blasint *lwork, blasint *info, size_t jobz_length, size_t uplo_length);
