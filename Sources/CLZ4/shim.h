// LZ4, for Arrow: what pyarrow compresses Feather files with; and the raw blocks of Parquet.
#include <lz4.h>
#include <lz4frame.h>
