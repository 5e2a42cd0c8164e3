// One step of the gated delta rule (arXiv 2412.06464) for one head.
#include "CKernels.h"

void tare_delta_step(float *restrict state, const float *restrict query, const float *restrict key,
                     const float *restrict value, float decay, float beta, size_t keyDim,
                     size_t valueDim, float *restrict delta, float *restrict output) {
  for (size_t j = 0; j < valueDim; j++) delta[j] = output[j] = 0;
  // What the decayed state has for the key.
  for (size_t i = 0; i < keyDim; i++) {
    float *restrict row = state + i * valueDim;
    for (size_t j = 0; j < valueDim; j++) {
      row[j] *= decay;
      delta[j] += row[j] * key[i];
    }
  }
  for (size_t j = 0; j < valueDim; j++) delta[j] = (value[j] - delta[j]) * beta;
  for (size_t i = 0; i < keyDim; i++) {
    float *restrict row = state + i * valueDim;
    for (size_t j = 0; j < valueDim; j++) {
      row[j] += key[i] * delta[j];
      output[j] += row[j] * query[i];
    }
  }
}
