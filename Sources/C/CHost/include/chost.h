// What the host offers, and what it asks of this process: cores, memory, disks, signals.
//
// Plain C without vector instructions: it may run before anything else, on any CPU.
#ifndef CHOST_H
#define CHOST_H

#include <stddef.h>
#include <stdint.h>

// --- CPU -------------------------------------------------------------------------------------------------------------

// Names of the CPU features (separated by a space) that the kernels need and this CPU lacks; "" when all is well.
const char *chost_missing_cpu_features(void);
// Cores this process may run on, from its affinity mask: hardware threads, at least 1.
int chost_allowed_cores(void);
// Numbers of those cores, ascending, at most `capacity`; returns how many were written.
int chost_allowed_core_list(int *cores, int capacity);
// Physical cores behind the allowed hardware threads, at least 1.
int chost_physical_cores(void);
// Hardware threads of the whole host, at least 1.
int chost_host_cores(void);
// CPU time per second that the control group grants, in cores; 0 when there is no limit.
double chost_core_quota(void);

// --- Host, memory, disks ---------------------------------------------------------------------------------------------

// Bytes of this process in memory now, and the most there ever were.
int64_t chost_resident_bytes(void);
int64_t chost_peak_resident_bytes(void);
// Gives back what was freed but lies between pieces in use, where the allocator knows how.
void chost_return_free_memory(void);
// Page faults of this process so far: every page that it touched for the first time is one.
int64_t chost_page_faults(void);
// Bytes of memory that the host has; -1 when unknown.
int64_t chost_host_memory(void);
// Reserves addresses that nothing stands behind yet, aligned to a page; NULL when there are not that many.
void *chost_reserve(size_t bytes);
// Lets a part of reserved addresses be used: zeros, which take memory as they are touched. Returns 0, or -1 with errno.
int chost_commit(void *address, size_t bytes);
// Gives the memory behind whole pages back, whatever was put in their place; they are zeros when they are touched again.
void chost_discard(void *address, size_t bytes);
// Makes a file of the host's memory that ends with the last process that uses it; returns its descriptor, or -1 with errno,
// also where there are none.
int chost_memory_file(void);
// What tells it from all others of the host; -1 when unknown.
int64_t chost_memory_file_number(int file);
// Writes bytes behind the first `offset`, all or none of them. Returns 0, or -1 with errno.
int chost_memory_file_append(int file, int64_t offset, const void *bytes, size_t count);
// Makes it as it is for good. Returns 0, or -1 with errno.
int chost_memory_file_seal(int file);
// Opens the file that another process of this host has under `file`; -1 with errno when it may not, or it is not the sealed
// file of this number and of `bytes` bytes.
int chost_memory_file_open(int process, int file, int64_t number, int64_t bytes);
// Puts whole pages of the file in place of those at `address`; who writes to them gets pages of its own. Returns 0, or -1
// with errno.
int chost_memory_file_map(int file, int64_t offset, void *address, size_t bytes);
// Bytes that can still be allocated before the host or the control group runs out; -1 when unknown.
int64_t chost_available_bytes(void);
// Addresses that this process can still take under its limit (ulimit -v), in bytes; -1 without a limit.
int64_t chost_free_addresses(void);
// Bytes free for this user on the disk that holds `path`; -1 when unknown.
int64_t chost_free_disk_bytes(const char *path);
// 1 when `path` lies on a network file system, 0 when not, -1 when unknown.
int chost_is_network_disk(const char *path);
// Seconds of a clock that never jumps.
double chost_seconds(void);
// CPU seconds that this process has used on all its threads.
double chost_cpu_seconds(void);
// From now on the calling thread gets a core only where no other thread of this process wants it, and a small share
// where every core is wanted. There is no way back.
void chost_step_aside(void);

// Asks for the cache line at `address`; it need not exist.
static inline void chost_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

// Gives two folders each other's name at once. Returns 0, or -1 with errno, also where the file system cannot do it.
int chost_exchange(const char *first, const char *second);

// --- Signals ---------------------------------------------------------------------------------------------------------

// From now on SIGUSR1, SIGTERM, SIGINT and SIGHUP ask the program to stop instead of ending it. A second SIGTERM or SIGINT
// ends the process at once. Returns 0, or -1 with errno. May be repeated.
int chost_listen_for_signals(void);

// From now on a reader that is gone (SIGPIPE) or a quota that is used up (SIGXFSZ) is an error of one write.
void chost_survive_failed_writes(void);
// The first signal that asked to stop, or 0.
int chost_stop_signal(void);
// Calls `callback` on a thread of its own whenever a stop is asked; NULL ends that. When this returns, the previous
// callback is not running any more (unless it is the caller).
void chost_on_stop(void (*callback)(void *context, int number), void *context);
// Ends the process with `code` in `seconds`, whatever else it does.
void chost_exit_after(double seconds, int code);
// Asks another process to end in `seconds`, and ends it 2 seconds later, also when this one has ended before; nothing happens
// when that has ended by itself.
void chost_end_process_later(int process, unsigned seconds);

// Standard output appears line by line also where it is a pipe, as under mpirun.
void chost_print_by_line(void);

#endif
