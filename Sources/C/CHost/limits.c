#define _GNU_SOURCE
#include "chost.h"

#include <limits.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// Memory and CPU time: what this process uses, and what the host and its control groups leave.

int64_t chost_resident_bytes(void) {
    long long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    if (fscanf(file, "%lld %lld", &pages, &resident) != 2) resident = 0;
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

int64_t chost_peak_resident_bytes(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

void chost_return_free_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

// The number behind `key` in a small file of the kernel ("" = the first word); -1 when there is none.
static int64_t number_in(const char *path, const char *key) {
    char line[160];
    long long value = -1;
    size_t length = strlen(key);
    FILE *file = fopen(path, "re");
    if (file == NULL) return -1;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, length) != 0) continue;
        if (sscanf(line + length, "%lld", &value) != 1) value = -1;
        break;
    }
    fclose(file);
    return value;
}

// Calls `visit` with the folder of this process's control group and of every group around it.
static void visit_groups(void (*visit)(const char *folder, void *result), void *result) {
    static const char root[] = "/sys/fs/cgroup";
    char line[PATH_MAX], folder[PATH_MAX + sizeof root];
    snprintf(folder, sizeof folder, "%s", root);
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file != NULL) {
        while (fgets(line, sizeof line, file) != NULL) {
            line[strcspn(line, "\n")] = 0;
            if (strncmp(line, "0::/", 4) == 0) snprintf(folder, sizeof folder, "%s%s", root, line + 3);
        }
        fclose(file);
    }
    while (strlen(folder) > strlen(root)) {
        visit(folder, result);
        *strrchr(folder, '/') = 0;
    }
    visit(root, result);
}

static int64_t group_number(const char *folder, const char *name, const char *key) {
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return number_in(path, key);
}

static void take_smaller(int64_t value, int64_t *result) {
    if (value >= 0 && (*result < 0 || value < *result)) *result = value;
}

// What a group has left; pages of files that were not used lately can be dropped and count as free.
static void visit_memory(const char *folder, void *result) {
    int64_t limit = group_number(folder, "memory.max", ""), used = group_number(folder, "memory.current", "");
    if (limit < 0 || used < 0) return;
    int64_t dropped = group_number(folder, "memory.stat", "inactive_file ");
    int64_t left = limit - used + (dropped > 0 ? dropped : 0);
    take_smaller(left > 0 ? left : 0, result);
}

int64_t chost_available_bytes(void) {
    int64_t kilobytes = number_in("/proc/meminfo", "MemAvailable:");
    int64_t available = kilobytes < 0 ? -1 : kilobytes * 1024;
    visit_groups(visit_memory, &available);
    // The first version of control groups writes "no limit" as a number near 2^63.
    int64_t limit = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes", "");
    int64_t used = number_in("/sys/fs/cgroup/memory/memory.usage_in_bytes", "");
    if (limit >= 0 && used >= 0 && limit < INT64_MAX / 2) {
        int64_t dropped = number_in("/sys/fs/cgroup/memory/memory.stat", "total_inactive_file ");
        int64_t left = limit - used + (dropped > 0 ? dropped : 0);
        take_smaller(left > 0 ? left : 0, &available);
    }
    return available;
}

static double quota_in(const char *path) {
    long long quota = -1, period = -1;
    FILE *file = fopen(path, "re");
    if (file == NULL) return 0;
    int count = fscanf(file, "%lld %lld", &quota, &period);
    fclose(file);
    return count == 2 && quota > 0 && period > 0 ? (double)quota / (double)period : 0;
}

static void visit_quota(const char *folder, void *result) {
    char path[PATH_MAX + 64];
    double *smallest = result;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    double quota = quota_in(path);
    if (quota > 0 && (*smallest == 0 || quota < *smallest)) *smallest = quota;
}

double chost_core_quota(void) {
    double quota = 0;
    visit_groups(visit_quota, &quota);
    if (quota > 0) return quota;
    int64_t micros = number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "");
    int64_t period = number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "");
    return micros > 0 && period > 0 ? (double)micros / (double)period : 0;
}
