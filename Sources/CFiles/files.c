// The compiler reads the files themselves: `#embed` is of C23, and clang has it since version 19.
#include "CFiles.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char style[] = {
#embed "page/style.css"
};
static const unsigned char maps[] = {
#embed "page/maps.css"
};
static const unsigned char script[] = {
#embed "page/page.js"
};
static const unsigned char label_style[] = {
#embed "page/label.css"
};
static const unsigned char label_script[] = {
#embed "page/label.js"
};
static const unsigned char scores[] = {
#embed "demo/demo-scores.jsonl.gz"
};
static const unsigned char head[] = {
#embed "demo/smollm2-135m-alpaca.safetensors"
};
static const unsigned char judge_rating[] = {
#embed "judge/rating.txt"
};
static const unsigned char judge_rating_explained[] = {
#embed "judge/rating-explained.txt"
};
static const unsigned char judge_pair[] = {
#embed "judge/pair.txt"
};
static const unsigned char judge_pair_explained[] = {
#embed "judge/pair-explained.txt"
};
static const unsigned char judge_best[] = {
#embed "judge/best.txt"
};
static const unsigned char judge_best_explained[] = {
#embed "judge/best-explained.txt"
};

tare_file tare_page_style(void) { return (tare_file){style, sizeof style}; }
tare_file tare_page_maps(void) { return (tare_file){maps, sizeof maps}; }
tare_file tare_page_script(void) { return (tare_file){script, sizeof script}; }
tare_file tare_label_style(void) { return (tare_file){label_style, sizeof label_style}; }
tare_file tare_label_script(void) { return (tare_file){label_script, sizeof label_script}; }
tare_file tare_demo_scores(void) { return (tare_file){scores, sizeof scores}; }
tare_file tare_demo_head(void) { return (tare_file){head, sizeof head}; }
tare_file tare_judge_rating(void) {
  return (tare_file){judge_rating, sizeof judge_rating};
}
tare_file tare_judge_rating_explained(void) {
  return (tare_file){judge_rating_explained, sizeof judge_rating_explained};
}
tare_file tare_judge_pair(void) {
  return (tare_file){judge_pair, sizeof judge_pair};
}
tare_file tare_judge_pair_explained(void) {
  return (tare_file){judge_pair_explained, sizeof judge_pair_explained};
}
tare_file tare_judge_best(void) {
  return (tare_file){judge_best, sizeof judge_best};
}
tare_file tare_judge_best_explained(void) {
  return (tare_file){judge_best_explained, sizeof judge_best_explained};
}
