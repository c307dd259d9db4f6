// A library to be loaded before the C library (LD_PRELOAD) that writes down the calls by which a program changes files,
// and lets chosen ones fail. All of it is said by the environment:
//
//   FAULTY_FILES_ROOT    only paths below this folder count
//   FAULTY_FILES_LOG     a line `kind<tab>path` is appended to this file for every call that counts
//   FAULTY_FILES_KIND    open, write, sync, rename, link, truncate, mkdir or close: the calls of which some fail
//   FAULTY_FILES_PATH    shell pattern of their path: the new one, where a call has two
//   FAULTY_FILES_NUMBER  which of them fails, counted from 1
//   FAULTY_FILES_ERROR   its errno; 0 lets a write take half of its bytes
//   FAULTY_FILES_LASTING if set, all after it fail as well
//
// Of calls that open, those for writing count; a failed write has taken half of its bytes, as a disk that fills up does.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void append_line(const char *kind, const char *path) {
    const char *log = getenv("FAULTY_FILES_LOG");
    if (!log) return;
    int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) return;
    char line[5000];
    int size = snprintf(line, sizeof line, "%s\t%s\n", kind, path);
    syscall(SYS_write, file, line, size);
    syscall(SYS_close, file);
}

// Whether this call is to fail. Counts it.
static int fails(const char *kind, const char *path) {
    static atomic_int count;
    int before = errno;
    const char *root = getenv("FAULTY_FILES_ROOT");
    if (!root || strncmp(path, root, strlen(root)) != 0) return 0;
    append_line(kind, path);
    errno = before;
    const char *wanted = getenv("FAULTY_FILES_KIND"), *pattern = getenv("FAULTY_FILES_PATH");
    if (!wanted || !pattern || strcmp(wanted, kind) != 0 || fnmatch(pattern, path, 0) != 0) return 0;
    int number = atoi(getenv("FAULTY_FILES_NUMBER") ?: "1"), now = ++count;
    return now == number || (now > number && getenv("FAULTY_FILES_LASTING"));
}

static int code(void) { return atoi(getenv("FAULTY_FILES_ERROR") ?: "5"); }

// An absolute path, where it is relative to the working directory.
static const char *absolute(int folder, const char *path, char *room, size_t size) {
    if (path[0] == '/') return path;
    char base[4096] = "";
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return path;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        if (length < 0) return path;
        base[length] = 0;
    }
    while (strncmp(path, "./", 2) == 0) path += 2;
    snprintf(room, size, "%s/%s", base, path);
    return room;
}

static int fails_at(const char *kind, int folder, const char *path) {
    char room[8300];
    return fails(kind, absolute(folder, path, room, sizeof room));
}

static int fails_open_file(const char *kind, int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    int before = errno;
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0) return 0;
    path[length] = 0;
    return fails(kind, path);
}

static int failure(void) {
    errno = code();
    return -1;
}

// MARK: Opening

static mode_t mode_of(int flags, va_list rest) {
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                                                                                    \
    int name(const char *path, int flags, ...) {                                                                      \
        va_list rest;                                                                                                 \
        va_start(rest, flags);                                                                                        \
        mode_t mode = mode_of(flags, rest);                                                                           \
        va_end(rest);                                                                                                 \
        if ((flags & O_ACCMODE) != O_RDONLY && fails_at("open", AT_FDCWD, path)) return failure();                    \
        return REAL(name)(path, flags, mode);                                                                         \
    }
#define OPENAT(name)                                                                                                  \
    int name(int folder, const char *path, int flags, ...) {                                                          \
        va_list rest;                                                                                                 \
        va_start(rest, flags);                                                                                        \
        mode_t mode = mode_of(flags, rest);                                                                           \
        va_end(rest);                                                                                                 \
        if ((flags & O_ACCMODE) != O_RDONLY && fails_at("open", folder, path)) return failure();                      \
        return REAL(name)(folder, path, flags, mode);                                                                 \
    }
#define FOPEN(name)                                                                                                   \
    FILE *name(const char *path, const char *mode) {                                                                  \
        if (strpbrk(mode, "wa+") && fails_at("open", AT_FDCWD, path)) {                                               \
            failure();                                                                                                \
            return NULL;                                                                                              \
        }                                                                                                             \
        return REAL(name)(path, mode);                                                                                \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
FOPEN(fopen)
FOPEN(fopen64)

int creat(const char *path, mode_t mode) {
    return fails_at("open", AT_FDCWD, path) ? failure() : REAL(creat)(path, mode);
}
int mkstemp(char *path) { return fails_at("open", AT_FDCWD, path) ? failure() : REAL(mkstemp)(path); }
int mkostemp(char *path, int flags) {
    return fails_at("open", AT_FDCWD, path) ? failure() : REAL(mkostemp)(path, flags);
}

// MARK: Contents

ssize_t write(int file, const void *bytes, size_t count) {
    if (!fails_open_file("write", file)) return REAL(write)(file, bytes, count);
    if (code() == 0 && count < 2) return REAL(write)(file, bytes, count);
    ssize_t taken = REAL(write)(file, bytes, count / 2);
    return code() == 0 ? taken : failure();
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
    return fails_open_file("write", file) && code() ? failure() : REAL(pwrite)(file, bytes, count, place);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
    return fails_open_file("write", file) && code() ? failure() : REAL(pwrite64)(file, bytes, count, place);
}
int fsync(int file) { return fails_open_file("sync", file) ? failure() : REAL(fsync)(file); }
int fdatasync(int file) { return fails_open_file("sync", file) ? failure() : REAL(fdatasync)(file); }
int ftruncate(int file, off_t size) {
    return fails_open_file("truncate", file) ? failure() : REAL(ftruncate)(file, size);
}
int ftruncate64(int file, off64_t size) {
    return fails_open_file("truncate", file) ? failure() : REAL(ftruncate64)(file, size);
}
int truncate(const char *path, off_t size) {
    return fails_at("truncate", AT_FDCWD, path) ? failure() : REAL(truncate)(path, size);
}
int truncate64(const char *path, off64_t size) {
    return fails_at("truncate", AT_FDCWD, path) ? failure() : REAL(truncate64)(path, size);
}
int close(int file) {
    int flags = fcntl(file, F_GETFL);
    int failed = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && fails_open_file("close", file);
    int result = REAL(close)(file);
    return failed ? failure() : result;
}

// MARK: Names

int rename(const char *path, const char *target) {
    return fails_at("rename", AT_FDCWD, target) ? failure() : REAL(rename)(path, target);
}
int renameat(int folder, const char *path, int second, const char *target) {
    return fails_at("rename", second, target) ? failure() : REAL(renameat)(folder, path, second, target);
}
int renameat2(int folder, const char *path, int second, const char *target, unsigned flags) {
    return fails_at("rename", second, target) ? failure() : REAL(renameat2)(folder, path, second, target, flags);
}
int link(const char *path, const char *target) {
    return fails_at("link", AT_FDCWD, target) ? failure() : REAL(link)(path, target);
}
int linkat(int folder, const char *path, int second, const char *target, int flags) {
    return fails_at("link", second, target) ? failure() : REAL(linkat)(folder, path, second, target, flags);
}
int mkdir(const char *path, mode_t mode) {
    return fails_at("mkdir", AT_FDCWD, path) ? failure() : REAL(mkdir)(path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    return fails_at("mkdir", folder, path) ? failure() : REAL(mkdirat)(folder, path, mode);
}
