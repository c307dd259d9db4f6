#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Files of memory that no folder holds (memfd): processes of a host see the same pages, whatever size /dev/shm has, and
// nothing is left behind when a process is killed.

#ifdef MFD_ALLOW_SEALING

static const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

int chost_memory_file(void) { return memfd_create("swift-distill", MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int chost_memory_file_append(int file, const void *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0 && errno != EINTR) return -1;
        if (written > 0) {
            bytes = (const char *)bytes + written;
            count -= (size_t)written;
        }
    }
    struct stat status;
    if (fstat(file, &status) != 0) return -1;
    off_t page = (off_t)sysconf(_SC_PAGESIZE), end = (status.st_size + page - 1) / page * page;
    return ftruncate(file, end) == 0 && lseek(file, end, SEEK_SET) == end ? 0 : -1;
}

int chost_memory_file_seal(int file) { return fcntl(file, F_ADD_SEALS, seals); }

int chost_memory_file_open(int process, int file, int64_t bytes) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", process, file);
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) return -1;
    struct stat status;
    // Another container's process of this number has some other file, which has no such seals.
    if (fstat(opened, &status) == 0 && status.st_size == bytes && fcntl(opened, F_GET_SEALS) == seals) return opened;
    close(opened);
    errno = EINVAL;
    return -1;
}

#else

int chost_memory_file(void) { return errno = ENOSYS, -1; }
int chost_memory_file_append(int file, const void *bytes, size_t count) { return errno = ENOSYS, -1; }
int chost_memory_file_seal(int file) { return errno = ENOSYS, -1; }
int chost_memory_file_open(int process, int file, int64_t bytes) { return errno = ENOSYS, -1; }

#endif

int chost_memory_file_map(int file, int64_t offset, void *address, size_t bytes) {
    void *mapped = mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, (off_t)offset);
    return mapped == MAP_FAILED ? -1 : 0;
}
