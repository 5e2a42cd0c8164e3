/// Files that are inside the program: the report's style and script, the demo's data.
#ifndef CFILES_H
#define CFILES_H

#include <stddef.h>

/// The bytes of a file, as it stands in this folder; they live as long as the program.
typedef struct {
  const void *_Nonnull bytes;
  size_t count;
} tare_file;

tare_file tare_page_style(void);
tare_file tare_page_maps(void);
tare_file tare_page_script(void);

/// The page of `tare label`.
tare_file tare_label_style(void);
tare_file tare_label_script(void);

/// The pairs of datasets/balanced-pairs.jsonl with their scores; datasets/make_demo.py makes it.
tare_file tare_demo_scores(void);
/// The reward head that gave them: results/heads/smollm2-135m-alpaca.safetensors.
tare_file tare_demo_head(void);

/// Prompt templates of `tare judge`.
tare_file tare_judge_rating(void);
tare_file tare_judge_rating_explained(void);
tare_file tare_judge_pair(void);
tare_file tare_judge_pair_explained(void);
tare_file tare_judge_best(void);
tare_file tare_judge_best_explained(void);

#endif
