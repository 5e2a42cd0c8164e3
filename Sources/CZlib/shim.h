// zlib, for score files that are gzipped.
#include <zlib.h>
