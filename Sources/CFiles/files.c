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
static const unsigned char scores[] = {
#embed "demo/demo-scores.jsonl.gz"
};
static const unsigned char head[] = {
#embed "demo/smollm2-135m-alpaca.safetensors"
};

tare_file tare_page_style(void) { return (tare_file){style, sizeof style}; }
tare_file tare_page_maps(void) { return (tare_file){maps, sizeof maps}; }
tare_file tare_page_script(void) { return (tare_file){script, sizeof script}; }
tare_file tare_demo_scores(void) { return (tare_file){scores, sizeof scores}; }
tare_file tare_demo_head(void) { return (tare_file){head, sizeof head}; }
