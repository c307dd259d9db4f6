#define _GNU_SOURCE
#include "chost.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CORES = 8192 };

const char *chost_missing_cpu_features(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") != 0, fma = __builtin_cpu_supports("fma") != 0;
    return avx2 ? (fma ? "" : "fma") : (fma ? "avx2" : "avx2 fma");
#else
    return "";
#endif
}

int chost_allowed_core_list(int *cores, int capacity) {
    cpu_set_t *set = CPU_ALLOC(CORES);
    size_t size = CPU_ALLOC_SIZE(CORES);
    int count = 0;
    if (set == NULL) return 0;
    CPU_ZERO_S(size, set);
    if (sched_getaffinity(0, size, set) == 0) {
        for (int core = 0; core < CORES && count < capacity; core++) {
            if (CPU_ISSET_S(core, size, set)) cores[count++] = core;
        }
    }
    CPU_FREE(set);
    return count;
}

int chost_allowed_cores(void) {
    static int cores[CORES];
    int count = chost_allowed_core_list(cores, CORES);
    return count > 0 ? count : 1;
}

// The first hardware thread of the physical core that `core` belongs to.
static int first_sibling(int core) {
    char path[96];
    int first = core;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", core);
    FILE *file = fopen(path, "re");
    if (file == NULL) return core;
    if (fscanf(file, "%d", &first) != 1) first = core;
    fclose(file);
    return first;
}

int chost_physical_cores(void) {
    int *cores = malloc(CORES * sizeof(int));
    char *seen = calloc(CORES, 1);
    int physical = 0;
    if (cores != NULL && seen != NULL) {
        int count = chost_allowed_core_list(cores, CORES);
        for (int i = 0; i < count; i++) {
            int first = first_sibling(cores[i]);
            if (first < 0 || first >= CORES) first = cores[i];
            physical += seen[first] == 0;
            seen[first] = 1;
        }
    }
    free(cores);
    free(seen);
    return physical > 0 ? physical : 1;
}

int chost_host_cores(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}
