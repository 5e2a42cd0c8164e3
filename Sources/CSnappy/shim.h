// Snappy, for Parquet: what pyarrow and DuckDB compress with unless they are told otherwise.
#include <snappy-c.h>
