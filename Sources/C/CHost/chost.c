#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int chost_exchange(const char *first, const char *second) {
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
#else
    errno = ENOSYS;
    return -1;
#endif
}

int64_t chost_free_disk_bytes(const char *path) {
    struct statvfs disk;
    if (statvfs(path, &disk) != 0) return -1;
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

int chost_is_network_disk(const char *path) {
    struct statfs disk;
    if (statfs(path, &disk) != 0) return -1;
    // NFS, SMB, CIFS, SMB2, AFS, Ceph, Lustre, GPFS, BeeGFS, 9P.
    static const uint32_t kinds[] = {0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400,
                                     0x0bd00bd0, 0x47504653, 0x19830326, 0x01021997};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((uint32_t)disk.f_type == kinds[i]) return 1;
    }
    return 0;
}

double chost_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double chost_cpu_seconds(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

void chost_step_aside(void) {
#ifdef __linux__
    // Linux keeps this number per thread, unlike POSIX. A refusal changes speed only.
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
#endif
}
