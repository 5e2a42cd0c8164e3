// OpenSSL's hashes. Its older interface keeps a hash in a value, which can be copied and carried on; OpenSSL 3
// calls it deprecated in favour of one with allocations.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
