// oneDNN's C interface.
#include <oneapi/dnnl/dnnl.h>
