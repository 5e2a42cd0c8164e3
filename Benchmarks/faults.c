// Preloaded by soak.py: file locks that fail, as on network file systems without a lock service, and a clock that jumps.
//   cc -shared -fPIC -O2 Benchmarks/faults.c -o faults.so -ldl
//   TARE_FAULT_LOCKS=1   fcntl locks fail with ENOLCK
//   TARE_FAULT_CLOCK=1   the time of day jumps by up to a day, forwards and backwards, with every reading
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int is_set(const char *name) { const char *value = getenv(name); return value && *value == '1'; }

static int lock(const char *symbol, int file, int command, void *argument) {
  if (is_set("TARE_FAULT_LOCKS") && (command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK)) {
    errno = ENOLCK;
    return -1;
  }
  int (*real)(int, int, void *) = (int (*)(int, int, void *))dlsym(RTLD_NEXT, symbol);
  return real(file, command, argument);
}

int fcntl(int file, int command, ...) {
  va_list rest; va_start(rest, command); void *argument = va_arg(rest, void *); va_end(rest);
  return lock("fcntl", file, command, argument);
}
int fcntl64(int file, int command, ...) {
  va_list rest; va_start(rest, command); void *argument = va_arg(rest, void *); va_end(rest);
  return lock("fcntl64", file, command, argument);
}

static long jump(void) {
  static unsigned long state = 88172645463325252UL;
  state ^= state << 13; state ^= state >> 7; state ^= state << 17;
  return (long)(state % 172800) - 86400;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int (*real)(clockid_t, struct timespec *) = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(clock, time);
  if (status == 0 && clock == CLOCK_REALTIME && is_set("TARE_FAULT_CLOCK")) time->tv_sec += jump();
  return status;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int (*real)(struct timeval *, void *) = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
  int status = real(time, zone);
  if (status == 0 && is_set("TARE_FAULT_CLOCK")) time->tv_sec += jump();
  return status;
}
time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
