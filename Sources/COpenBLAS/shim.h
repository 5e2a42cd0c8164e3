// OpenBLAS as Tare uses it: float32 products. cblas.h is found through libopenblas-dev's alternative.
#include <cblas.h>
