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

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

static const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

int chost_memory_file(void) {
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    // Some systems insist on files that nobody can execute, older ones do not know them.
    int file = memfd_create("swift-distill", flags | MFD_NOEXEC_SEAL);
    return file < 0 && errno == EINVAL ? memfd_create("swift-distill", flags) : file;
}

int64_t chost_memory_file_number(int file) {
    struct stat status;
    return fstat(file, &status) == 0 ? (int64_t)status.st_ino : -1;
}

int chost_memory_file_append(int file, int64_t offset, const void *bytes, size_t count) {
    int64_t end = offset + (int64_t)count;
    while (offset < end) {
        ssize_t written = pwrite(file, bytes, (size_t)(end - offset), (off_t)offset);
        if (written < 0 && errno != EINTR) {
            // All or nothing: what was there before stays of use.
            int error = errno;
            return (void)ftruncate(file, (off_t)(end - (int64_t)count)), errno = error, -1;
        }
        if (written > 0) {
            bytes = (const char *)bytes + written;
            offset += written;
        }
    }
    return 0;
}

int chost_memory_file_seal(int file) { return fcntl(file, F_ADD_SEALS, seals); }

int chost_memory_file_open(int process, int file, int64_t number, int64_t bytes) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", process, file);
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) return -1;
    struct stat status;
    // In another container a process of this number has some other file.
    if (fstat(opened, &status) == 0 && status.st_size == bytes && (int64_t)status.st_ino == number) {
        int found = fcntl(opened, F_GET_SEALS);
        if (found >= 0 && (found & seals) == seals) return opened;
    }
    close(opened);
    errno = EINVAL;
    return -1;
}

int chost_memory_file_map(int file, int64_t offset, void *address, size_t bytes) {
    // Moved there, so that a failure leaves what was there.
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, (off_t)offset);
    if (mapped == MAP_FAILED) return -1;
    if (mremap(mapped, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, address) != MAP_FAILED) return 0;
    int error = errno;
    munmap(mapped, bytes);
    return errno = error, -1;
}

#else

int chost_memory_file(void) { return errno = ENOSYS, -1; }
int64_t chost_memory_file_number(int file) { return -1; }
int chost_memory_file_append(int file, int64_t offset, const void *bytes, size_t count) { return errno = ENOSYS, -1; }
int chost_memory_file_seal(int file) { return errno = ENOSYS, -1; }
int chost_memory_file_open(int process, int file, int64_t number, int64_t bytes) { return errno = ENOSYS, -1; }
int chost_memory_file_map(int file, int64_t offset, void *address, size_t bytes) { return errno = ENOSYS, -1; }

#endif
