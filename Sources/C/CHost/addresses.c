#define _GNU_SOURCE
#include "chost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// A limit on addresses (ulimit -v): below some of them libraries fail as they are loaded, without a word or for ever.

enum { LEAST_MEGABYTES = 1500, WRONG_ENVIRONMENT = 78 };

int64_t chost_free_addresses(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return -1;
    if (fscanf(file, "%lld", &pages) != 1) pages = 0;
    fclose(file);
    int64_t left = (int64_t)limit.rlim_cur - pages * sysconf(_SC_PAGESIZE);
    return left > 0 ? left : 0;
}

#if defined(__linux__)
// Of many ranks the first of a host speaks; the others have its limit.
static int speaks(char **environment) {
    static const char key[] = "OMPI_COMM_WORLD_LOCAL_RANK=";
    for (char **entry = environment; entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, key, sizeof key - 1) == 0) return strcmp(*entry + sizeof key - 1, "0") == 0;
    }
    return 1;
}

static void refuse_few_addresses(int count, char **arguments, char **environment) {
    (void)count, (void)arguments;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    if (limit.rlim_cur / 1024 >= (rlim_t)LEAST_MEGABYTES * 1000) return;
    char text[256];
    int length = snprintf(
        text, sizeof text,
        "swift-distill: the addresses of a process are limited to %lld MB, which is less than the %d MB that its "
        "libraries and threads want. Raise the limit (ulimit -v unlimited).\n",
        (long long)(limit.rlim_cur / 1024 / 1000), LEAST_MEGABYTES);
    if (speaks(environment) && write(STDERR_FILENO, text, (size_t)length) < 0) _exit(WRONG_ENVIRONMENT);
    _exit(WRONG_ENVIRONMENT);
}

// Before the constructors of all libraries, which start threads.
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(int, char **, char **) =
    refuse_few_addresses;
#endif
