#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// Handlers only note the signal and wake a thread through a pipe: what a thread may do is not limited to the few
// functions that are safe in a handler, and it does not matter which thread of the process the signal hit.

static atomic_int stop_signal;
static atomic_int ending_signals;
static int pipe_ends[2] = {-1, -1};

static pthread_mutex_t lock;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static int prepare_result;
static void (*stop_callback)(void *, int);
static void *stop_context;

static void note(int number) {
    int saved = errno;
    int none = 0;
    atomic_compare_exchange_strong(&stop_signal, &none, number);
    if ((number == SIGTERM || number == SIGINT) && atomic_fetch_add(&ending_signals, 1) > 0) {
        // Asked twice: end as if nobody had listened, so that the exit code tells the signal.
        signal(number, SIG_DFL);
        raise(number);
    }
    char byte = (char)number;
    // A full pipe means that the thread has enough to do: the note above is what counts.
    if (write(pipe_ends[1], &byte, 1) < 0) {}
    errno = saved;
}

static void *serve(void *unused) {
    (void)unused;
    char byte;
    while (1) {
        ssize_t count = read(pipe_ends[0], &byte, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return NULL;
        pthread_mutex_lock(&lock);
        if (stop_callback != NULL) stop_callback(stop_context, byte);
        pthread_mutex_unlock(&lock);
    }
}

static int start_thread(void *(*body)(void *), void *argument) {
    pthread_t thread;
    int status = pthread_create(&thread, NULL, body, argument);
    if (status == 0) pthread_detach(thread);
    return status;
}

static void prepare(void) {
    // Recursive, so that a callback may take itself off.
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
        prepare_result = errno;
        return;
    }
    fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
    prepare_result = start_thread(serve, NULL);
}

int chost_listen_for_signals(void) {
    static const int asking[] = {SIGUSR1, SIGTERM, SIGINT, SIGHUP};
    pthread_once(&prepared, prepare);
    if (prepare_result != 0) {
        errno = prepare_result;
        return -1;
    }
    sigset_t wanted;
    sigemptyset(&wanted);
    for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++) {
        struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
        sigemptyset(&action.sa_mask);
        if (sigaction(asking[i], &action, NULL) != 0) return -1;
        sigaddset(&wanted, asking[i]);
    }
    // A launcher may have left them blocked.
    pthread_sigmask(SIG_UNBLOCK, &wanted, NULL);
    return 0;
}

void chost_survive_failed_writes(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int chost_stop_signal(void) { return atomic_load(&stop_signal); }

void chost_on_stop(void (*callback)(void *, int), void *context) {
    pthread_once(&prepared, prepare);
    pthread_mutex_lock(&lock);
    stop_callback = callback;
    stop_context = context;
    pthread_mutex_unlock(&lock);
}

struct deadline {
    double seconds;
    int code;
};

static void *exit_at_deadline(void *argument) {
    struct deadline deadline = *(struct deadline *)argument;
    struct timespec rest = {(time_t)deadline.seconds, (long)((deadline.seconds - (time_t)deadline.seconds) * 1e9)};
    free(argument);
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {}
    _exit(deadline.code);
}

void chost_exit_after(double seconds, int code) {
    struct deadline *deadline = malloc(sizeof *deadline);
    if (deadline == NULL) _exit(code);
    *deadline = (struct deadline){seconds, code};
    if (start_thread(exit_at_deadline, deadline) != 0) _exit(code);
}

// --- Ending a process from outside this one ---------------------------------------------------------------------------

static void send_after(int process_file, unsigned seconds, int number) {
    for (unsigned left = seconds; left > 0;) left = sleep(left);
    syscall(SYS_pidfd_send_signal, process_file, number, NULL, 0);
}

void chost_end_process_later(int process, unsigned seconds) {
    // A number could be another process by then; this stays the same one.
    int file = (int)syscall(SYS_pidfd_open, process, 0);
    if (file < 0) return;
    pid_t child = fork();
    if (child != 0) {
        close(file);
        return;
    }
    // Nobody shall wait for what this process has open, nor end it with the group of its parent.
    setsid();
    signal(SIGTERM, SIG_DFL);
    for (int other = 0; other < 1024; other++)
        if (other != file) close(other);
    send_after(file, seconds, SIGTERM);
    send_after(file, 2, SIGKILL);
    _exit(0);
}
