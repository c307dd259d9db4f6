#define _GNU_SOURCE
#include "chost.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// Pages of memory: addresses are reserved first, and become memory as they are committed and touched.

int64_t chost_host_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (int64_t)pages * size : -1;
}

int64_t chost_page_faults(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_minflt + usage.ru_majflt : 0;
}

void *chost_reserve(size_t bytes) {
    // Where addresses are limited (ulimit -v), others need some, too.
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur / 4) return NULL;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
    flags |= MAP_NORESERVE;
#endif
    void *address = mmap(NULL, bytes, PROT_NONE, flags, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}

int chost_commit(void *address, size_t bytes) {
    if (mprotect(address, bytes, PROT_READ | PROT_WRITE) != 0) return -1;
#ifdef MADV_HUGEPAGE
    // A wish: tensors are read from end to end, and few large pages are found faster than many small ones.
    (void)madvise(address, bytes, MADV_HUGEPAGE);
#endif
    return 0;
}

void chost_discard(void *address, size_t bytes) {
    // Fresh pages: to forget those of a file would bring back what the file says.
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
#ifdef MAP_NORESERVE
    flags |= MAP_NORESERVE;
#endif
    if (mmap(address, bytes, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) {
        (void)madvise(address, bytes, MADV_DONTNEED);
        return;
    }
#ifdef MADV_HUGEPAGE
    (void)madvise(address, bytes, MADV_HUGEPAGE);
#endif
}
