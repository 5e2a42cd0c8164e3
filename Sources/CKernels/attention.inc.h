// Causal attention over panels of keys and values.

// Writes some of a row's probabilities as the product with the values reads them, and returns them as
// they were written: the sum that they are divided by is that of rounded ones, so that rounding does
// not change what all values have in common.
INLINE V storeProbabilities(int type, Group *row, int j, V p) {
  if (type == TARE_FLOAT32) {
    store((float *)row + j, p);
    return p;
  }
  const VH16 narrow = narrowHalves(p);
  *(VH16U *)((uint16_t *)row + j) = narrow;
  return (V)(__builtin_convertvector(narrow, VU32) << 16);
}

// A logit without a key (`sinkLogit`) counts as one that was seen before all keys, with a value of 0.
//
// Online softmax over panels of keys (Milakov and Gimelshein 2018; FlashAttention, Dao et al. 2022).
// Panels start at the sequence's first position, so a row's sums depend on its own sequence alone.
//
// With `watched`, each row's entropy and its share on position 0 are taken along. With logits l less the
// largest so far m, Z = Σ exp(l − m) and A = Σ exp(l − m)·(l − m), the entropy is log Z − A/Z; where m
// grows by d, A becomes exp(−d)·(A − d·Z). The outputs are computed by the same operations either way.
INLINE void attentionOf(int type, bool watched, const TareAttentionTile *t, float *scratch) {
  enum { P = TARE_KEY_PANEL };
  const int perGroup = type == TARE_FLOAT32 ? 1 : 2;
  const int n = t->queryCount, d = t->headDim, width = tare_padded_head(d);
  const int depth = (d + perGroup - 1) / perGroup;
  float *logits = scratch;                     // [P, P]
  float *out = logits + P * P;                 // [P, width], not yet divided by the sums
  Group *query = (Group *)(out + P * width);   // [P, depth], scaled
  Group *weights = query + P * width;          // [P, P / perGroup], exp(logit − top)
  float *top = (float *)(weights + P * P);     // [P] largest logit so far
  float *sums = top + P;                       // [P, VW] sums of exp(logit − top), lane by lane
  float *weighted = sums + P * VW;             // [P, VW] sums of exp(logit − top) · (logit − top)
  memset(out, 0, sizeof(float) * (size_t)n * (size_t)width);
  for (int r = 0; r < n; r++) {
    top[r] = t->sinkLogit ? *t->sinkLogit : -INFINITY;
    store(sums + r * VW, splat(0));
    if (t->sinkLogit) sums[r * VW] = 1;
    if (watched) {
      store(weighted + r * VW, splat(0));
      t->sink[r] = 0;
    }
    const float *from = t->query + r * t->queryStride;
    if (type == TARE_FLOAT32) {
      float *row = (float *)query + r * depth;
      for (int i = 0; i < d; i++) row[i] = from[i] * t->scale;
    } else {
      uint16_t *row = (uint16_t *)(query + r * depth);
      int i = 0;
      for (; i + VW <= d; i += VW) storeNarrow(row + i, load(from + i) * splat(t->scale));
      for (; i < d; i++) row[i] = narrowed(from[i] * t->scale);
    }
  }
  const int end = t->queryStart + n;  // keys 0..<end can be seen by the last row
  // The first key that the first row sees; whole panels before it are passed over.
  const int begin = t->window > 0 && t->queryStart >= t->window ? t->queryStart - t->window + 1 : 0;
  for (int start = begin / P * P; start < end; start += P) {
    const int keys = end - start < P ? end - start : P;
    const int32_t place = t->panels[start / P];
    const Group *keyPanel = (const Group *)t->keys + place * t->keyPanelSize;
    const Group *valuePanel = (const Group *)t->values + place * t->valuePanelSize;
    // Rows of the last panel do not see its later keys: these are neither computed nor read.
    const int diagonal = t->queryStart - start + 1;  // keys of the panel that the first row sees
    for (int r = 0; r < n; r += MR) {
      const int rows = n - r < MR ? n - r : MR;
      const int most = diagonal + r + rows - 1;
      const int columns = most >= P ? P : most <= 0 ? 0 : (most + VW - 1) / VW * VW;
      matrixProduct(type, false, logits + r * P, P, query + r * depth, depth, keyPanel, P, rows,
                    columns, depth);
    }
    if (t->softCap > 0) {
      const V cap = splat(t->softCap), inverse = splat(1.0f / t->softCap);
      for (int i = 0; i < n * P; i += VW) store(logits + i, cap * tanhV(load(logits + i) * inverse));
    }
    if (t->slope != 0) {
      for (int r = 0; r < n; r++) {
        // Distances are whole numbers that float32 has exactly.
        const int first = start - t->queryStart - r;
        for (int j = 0; j < P; j++) logits[r * P + j] += t->slope * (float)(first + j);
      }
    }
    for (int r = 0; r < n; r++) {
      float *row = logits + r * P;
      Group *probabilities = weights + r * (P / perGroup);
      // Row r may see the keys unseen..<seen of this panel.
      int seen = t->queryStart + r + 1 - start;
      int unseen = t->window > 0 ? seen - t->window : 0;
      if (seen > keys) seen = keys;
      if (seen <= 0 || unseen >= seen) {
        memset(probabilities, 0, sizeof(Group) * (size_t)(P / perGroup));
        continue;
      }
      const int visible = (seen + VW - 1) / VW * VW;
      for (int j = 0; j < unseen; j++) row[j] = -INFINITY;
      for (int j = seen; j < visible; j++) row[j] = -INFINITY;
      V high = load(row);
      for (int j = VW; j < visible; j += VW) high = larger(high, load(row + j));
      float m = largest(high);
      if (m < top[r]) m = top[r];
      V total = splat(0), moment = splat(0);
      for (int j = 0; j < visible; j += VW) {
        const V below = load(row + j) - splat(m);
        const V p = storeProbabilities(type, probabilities, j, expBoundedV(below));
        total += p;
        // What is not seen is infinitely far below, and its p is 0.
        if (watched) moment += p * larger(below, splat(-1000));
      }
      for (int j = visible; j < P; j += VW) storeProbabilities(type, probabilities, j, splat(0));
      if (m != top[r]) {
        const V shrink = expBoundedV(splat(top[r] - m));
        if (watched && top[r] > -INFINITY) {
          const V grown = load(sums + r * VW) * splat(top[r] - m);
          store(weighted + r * VW, (load(weighted + r * VW) + grown) * shrink);
          t->sink[r] *= shrink[0];
        }
        store(sums + r * VW, load(sums + r * VW) * shrink);
        for (int i = 0; i < width; i += VW) store(out + r * width + i, load(out + r * width + i) * shrink);
        top[r] = m;
      }
      store(sums + r * VW, load(sums + r * VW) + total);
      if (watched) {
        store(weighted + r * VW, load(weighted + r * VW) + moment);
        if (start == 0) {
          uint32_t bits = type == TARE_FLOAT32 ? *(const uint32_t *)probabilities
                                               : (uint32_t)*(const uint16_t *)probabilities << 16;
          memcpy(t->sink + r, &bits, sizeof bits);
        }
      }
    }
    for (int r = 0; r < n; r += MR) {
      const int rows = n - r < MR ? n - r : MR;
      const int most = diagonal + r + rows - 1;
      const int seen = most >= keys ? keys : most <= 0 ? 0 : most;
      matrixProduct(type, true, out + r * width, width, weights + r * (P / perGroup), P / perGroup,
                    valuePanel, width, rows, width, (seen + perGroup - 1) / perGroup);
    }
  }
  for (int r = 0; r < n; r++) {
    const float factor = 1.0f / sum(load(sums + r * VW));
    if (watched) {
      t->sink[r] *= factor;
      t->entropy[r] = -logf(factor) - sum(load(weighted + r * VW)) * factor;
    }
    float *to = t->output + r * t->outputStride;
    int i = 0;
    for (; i + VW <= d; i += VW) store(to + i, load(out + r * width + i) * splat(factor));
    for (; i < d; i++) to[i] = out[r * width + i] * factor;
  }
}

KERNEL void NAMED(attention)(const TareAttentionTile *t, float *scratch) {
  if (t->sink != NULL) {
    if (t->type == TARE_FLOAT32) attentionOf(TARE_FLOAT32, true, t, scratch);
    else attentionOf(TARE_BFLOAT16, true, t, scratch);
  } else if (t->type == TARE_FLOAT32) {
    attentionOf(TARE_FLOAT32, false, t, scratch);
  } else {
    attentionOf(TARE_BFLOAT16, false, t, scratch);
  }
}

KERNEL void NAMED(keep)(TarePrecision type, const float *key, const float *value, int heads,
                        int headDim, void *keys, ptrdiff_t keyHead, void *values,
                        ptrdiff_t valueHead, int column) {
  enum { P = TARE_KEY_PANEL };
  const int width = tare_padded_head(headDim);
  uint16_t narrow[TARE_MAX_HEAD_DIM];
  for (int h = 0; h < heads; h++, key += headDim, value += headDim) {
    Group *k = (Group *)keys + h * keyHead, *v = (Group *)values + h * valueHead;
    if (type == TARE_FLOAT32) {
      for (int i = 0; i < headDim; i++) memcpy(k + i * P + column, key + i, sizeof(Group));
      memcpy(v + column * width, value, sizeof(float) * (size_t)headDim);
      continue;
    }
    NAMED(narrow)(narrow, 0, key, 0, 1, headDim);
    for (int i = 0; i < headDim; i += 2) memcpy(k + i / 2 * P + column, narrow + i, sizeof(Group));
    NAMED(narrow)(narrow, 0, value, 0, 1, headDim);
    // The other half of each group is another row's, which another thread may be writing.
    Group *pairs = v + column / 2 * width;
    int i = 0;
#if NATIVE_BFLOAT16
    for (; i + VW <= headDim; i += VW) {
      __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(narrow + i)));
      if (column % 2) _mm512_mask_storeu_epi16(pairs + i, 0xAAAAAAAA, _mm512_slli_epi32(wide, 16));
      else _mm512_mask_storeu_epi16(pairs + i, 0x55555555, wide);
    }
#endif
    for (; i < headDim; i++) ((uint16_t *)(pairs + i))[column % 2] = narrow[i];
  }
}
