#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// CURLOPT_PROTOCOLS is deprecated, and the only one that libcurl before 7.85 knows.
#define CURL_DISABLE_DEPRECATION
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define FUNCTIONS(each)       \
  each(curl_global_init)      \
  each(curl_easy_init)        \
  each(curl_easy_setopt)      \
  each(curl_easy_getinfo)     \
  each(curl_easy_pause)       \
  each(curl_easy_cleanup)     \
  each(curl_easy_strerror)    \
  each(curl_slist_append)     \
  each(curl_slist_free_all)   \
  each(curl_multi_init)       \
  each(curl_multi_add_handle) \
  each(curl_multi_remove_handle) \
  each(curl_multi_perform)    \
  each(curl_multi_poll)       \
  each(curl_multi_wakeup)     \
  each(curl_multi_info_read)

#define DECLARE(name) __typeof__(name) *name##_;
static struct { FUNCTIONS(DECLARE) } curl;
static int is_loaded = 0;

static int load_from(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 0;
  int is_whole = 1;
#define LOOK_UP(name) is_whole &= (curl.name##_ = dlsym(library, #name)) != NULL;
  FUNCTIONS(LOOK_UP)
  // Before 7.68, of January 2020, there is no curl_multi_wakeup.
  if (is_whole && curl.curl_global_init_(CURL_GLOBAL_DEFAULT) == CURLE_OK) return 1;
  dlclose(library);
  return 0;
}

static void load(void) {
  is_loaded = load_from("libcurl.so.4") || load_from("libcurl-gnutls.so.4");
}

int tare_http_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return is_loaded;
}

void *tare_http_open(void) { return curl.curl_multi_init_(); }

void *tare_http_header(void *list, const char *line) {
  struct curl_slist *longer = curl.curl_slist_append_(list, line);
  if (longer == NULL) curl.curl_slist_free_all_(list);
  return longer;
}

void tare_http_free_headers(void *list) { curl.curl_slist_free_all_(list); }

// Everything that decides what is sent to whom; 0 if the library refuses any of it.
static int configure(CURL *easy, const struct tare_http_request *request) {
  int is_right = 1;
#define SET(option, value) is_right &= curl.curl_easy_setopt_(easy, option, value) == CURLE_OK
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_PATH_AS_IS, 1L);
  SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  // Redirects, credentials and proxies are the caller's: no environment variable or file adds any.
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  SET(CURLOPT_PROXY, "");
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  if (request->authorities != NULL) SET(CURLOPT_CAINFO, request->authorities);
  SET(CURLOPT_HTTPHEADER, request->headers);
  if (request->body != NULL) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, request->body);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
  }
  SET(CURLOPT_CUSTOMREQUEST, request->method);
  SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout);
  SET(CURLOPT_TIMEOUT_MS, request->timeout);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  SET(CURLOPT_BUFFERSIZE, 1L << 17);
  SET(CURLOPT_HEADERFUNCTION, request->on_header);
  SET(CURLOPT_HEADERDATA, request->context);
  SET(CURLOPT_WRITEFUNCTION, request->on_body);
  SET(CURLOPT_WRITEDATA, request->context);
  SET(CURLOPT_PRIVATE, request->context);
#if LIBCURL_VERSION_NUM >= 0x075700
  // A transfer that ends while a name is looked up does not wait for that; libcurl before 7.87 does.
  (void)curl.curl_easy_setopt_(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
#undef SET
  return is_right;
}

void *tare_http_start(void *transfers, const struct tare_http_request *request) {
  CURL *easy = curl.curl_easy_init_();
  if (easy == NULL) return NULL;
  if (!configure(easy, request) || curl.curl_multi_add_handle_(transfers, easy) != CURLM_OK) {
    curl.curl_easy_cleanup_(easy);
    return NULL;
  }
  return easy;
}

void tare_http_remove(void *transfers, void *transfer) {
  curl.curl_multi_remove_handle_(transfers, transfer);
  curl.curl_easy_cleanup_(transfer);
}

void tare_http_resume(void *transfer) { curl.curl_easy_pause_(transfer, CURLPAUSE_CONT); }

int tare_http_perform(void *transfers) {
  int running = 0;
  return curl.curl_multi_perform_(transfers, &running) == CURLM_OK;
}

void tare_http_wait(void *transfers, int milliseconds) {
  curl.curl_multi_poll_(transfers, NULL, 0, milliseconds, NULL);
}

void tare_http_wake(void *transfers) { curl.curl_multi_wakeup_(transfers); }

static enum tare_http_end end_of(CURL *easy, CURLcode code) {
  switch (code) {
    case CURLE_OK: return TARE_HTTP_WHOLE;
    case CURLE_GOT_NOTHING: return TARE_HTTP_CLOSED;
    case CURLE_PARTIAL_FILE: return TARE_HTTP_CUT;
    case CURLE_OPERATION_TIMEDOUT:
      return tare_http_connected_after(easy) > 0 ? TARE_HTTP_TIMED_OUT : TARE_HTTP_CONNECT_TIMED_OUT;
    default: return TARE_HTTP_FAILED;
  }
}

void *tare_http_next_end(void *transfers, enum tare_http_end *end, char *reason, size_t reason_size) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl.curl_multi_info_read_(transfers, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    CURLcode code = message->data.result;
    CURL *easy = message->easy_handle;
    *end = end_of(easy, code);
    long number = 0;
    curl.curl_easy_getinfo_(easy, CURLINFO_OS_ERRNO, &number);
    // The system's words where it was the network, as in "Connection refused".
    int is_network = code == CURLE_COULDNT_CONNECT || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR;
    const char *words =
        is_network && number != 0 ? strerror((int)number) : curl.curl_easy_strerror_(code);
    snprintf(reason, reason_size, "%s", words);
    char *context = NULL;
    curl.curl_easy_getinfo_(easy, CURLINFO_PRIVATE, &context);
    return context;
  }
  return NULL;
}

int64_t tare_http_connected_after(void *transfer) {
  curl_off_t time = 0;
  curl.curl_easy_getinfo_(transfer, CURLINFO_PRETRANSFER_TIME_T, &time);
  return time;
}

int64_t tare_http_sent(void *transfer) {
  curl_off_t count = 0;
  curl.curl_easy_getinfo_(transfer, CURLINFO_SIZE_UPLOAD_T, &count);
  return count;
}
