// Counts what a program asks of the C library: allocations, octets in use, looks at the clock. Loaded into it
// by LD_PRELOAD; the counts lie in the file that KWIRE_BENCH_COUNTERS names, where the meter reads them at
// any time. Programs that bring their own allocator or ask the kernel for the time without the library (Go)
// are not seen.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct counters {
  atomic_llong allocations;
  atomic_llong allocated_octets;  // ever
  atomic_llong live_octets;       // allocated and not yet given back
  atomic_llong clock_reads;
};

static struct counters nowhere;
static struct counters* counts = &nowhere;

// The C library's own, which need not be looked up: looking up allocates.
extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);
extern void __libc_free(void*);

static int (*real_clock_gettime)(clockid_t, struct timespec*);
static int (*real_gettimeofday)(struct timeval*, void*);
static time_t (*real_time)(time_t*);

__attribute__((constructor)) static void begin(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  real_gettimeofday = (int (*)(struct timeval*, void*))dlsym(RTLD_NEXT, "gettimeofday");
  real_time = (time_t (*)(time_t*))dlsym(RTLD_NEXT, "time");
  const char* file = getenv("KWIRE_BENCH_COUNTERS");
  if (file == NULL) return;
  const int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* at = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) counts = at;
}

static void add(atomic_llong* to, long long n) { atomic_fetch_add_explicit(to, n, memory_order_relaxed); }

static void* taken(void* at) {
  if (at == NULL) return NULL;
  const long long octets = (long long)malloc_usable_size(at);
  add(&counts->allocations, 1);
  add(&counts->allocated_octets, octets);
  add(&counts->live_octets, octets);
  return at;
}

static void given_back(void* at) {
  if (at != NULL) add(&counts->live_octets, -(long long)malloc_usable_size(at));
}

void* malloc(size_t size) { return taken(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }
void* memalign(size_t alignment, size_t size) { return taken(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void** to, size_t alignment, size_t size) {
  void* at = memalign(alignment, size);
  if (at == NULL) return 12;  // ENOMEM
  *to = at;
  return 0;
}

void* realloc(void* old, size_t size) {
  const long long before = old == NULL ? 0 : (long long)malloc_usable_size(old);
  void* at = __libc_realloc(old, size);
  if (at == NULL && size != 0) return NULL;  // the old one is still there
  add(&counts->live_octets, -before);
  return taken(at);
}

void free(void* at) {
  given_back(at);
  __libc_free(at);
}

int clock_gettime(clockid_t which, struct timespec* to) {
  add(&counts->clock_reads, 1);
  if (real_clock_gettime == NULL) return -1;
  return real_clock_gettime(which, to);
}

int gettimeofday(struct timeval* restrict to, void* restrict zone) {
  add(&counts->clock_reads, 1);
  if (real_gettimeofday == NULL) return -1;
  return real_gettimeofday(to, zone);
}

time_t time(time_t* to) {
  add(&counts->clock_reads, 1);
  return real_time == NULL ? -1 : real_time(to);
}
