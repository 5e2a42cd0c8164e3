// Zstandard, for score files, Parquet and Arrow that it compressed.
#include <zstd.h>
