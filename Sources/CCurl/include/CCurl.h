// libcurl, loaded when it is first wanted: models are pulled and engines elsewhere asked with it, and whoever
// only scores, calibrates or evaluates needs none. Everything but tare_http_wake belongs to one thread.
#ifndef TARE_CCURL_H
#define TARE_CCURL_H

#include <stddef.h>
#include <stdint.h>

// What a callback for body bytes returns to have them again when the transfer is resumed. Less than what it
// was given ends the transfer.
enum { TARE_HTTP_PAUSE = 0x10000001 };

typedef size_t tare_http_callback(char *bytes, size_t size, size_t count, void *context);

struct tare_http_request {
  const char *url;
  const char *method;
  // A list that tare_http_header made.
  void *headers;
  // Null for no body; it must live as long as the transfer.
  const void *body;
  int64_t body_size;
  // Milliseconds; 0 for no limit to the whole transfer.
  long connect_timeout;
  long timeout;
  // Null for the library's own.
  const char *authorities;
  tare_http_callback *on_header;
  tare_http_callback *on_body;
  void *context;
};

enum tare_http_end {
  TARE_HTTP_WHOLE,
  TARE_HTTP_TIMED_OUT,
  // Nobody took the connection, or TLS was not agreed on in time.
  TARE_HTTP_CONNECT_TIMED_OUT,
  // The connection was closed before the first byte, or before the last.
  TARE_HTTP_CLOSED,
  TARE_HTTP_CUT,
  TARE_HTTP_FAILED,
};

// Whether the library is there; loads it the first time.
int tare_http_load(void);

// The transfers of one thread, with the connections that they leave behind; null if memory is short.
void *tare_http_open(void);

// The list with one more line, "Name: value"; null, with the list freed, if memory is short.
void *tare_http_header(void *list, const char *line);
void tare_http_free_headers(void *list);

// Begins a transfer; null if it cannot be begun.
void *tare_http_start(void *transfers, const struct tare_http_request *request);
// Ends a transfer, done or not, and frees it.
void tare_http_remove(void *transfers, void *transfer);
// Has the bytes that a callback did not want delivered again.
void tare_http_resume(void *transfer);

// Does what there is to do without waiting; 0 if the library cannot go on.
int tare_http_perform(void *transfers);
// Waits until there is something to do, for some milliseconds at most.
void tare_http_wait(void *transfers, int milliseconds);
// Ends the wait, from any thread.
void tare_http_wake(void *transfers);

// The context of a transfer that is over, and how it ended; null if there is no further one.
void *tare_http_next_end(void *transfers, enum tare_http_end *end, char *reason, size_t reason_size);

// Microseconds from the start until the request could be sent; 0 before that.
int64_t tare_http_connected_after(void *transfer);
// Bytes of the request's body that were sent.
int64_t tare_http_sent(void *transfer);

#endif
