// resource-use FILE COMMAND…: runs a command and writes the largest resident set of its processes, in bytes, and the
// seconds of CPU of all of them to FILE. Ends as the command did; 128 + the signal's number when a signal ended it.
//
// A program of its own, since a process inherits the peak of the one that it is started from by vfork and exec, and a
// test runner's is large.

#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

int main(int count, char **words) {
    if (count < 3) return 64;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(words[2], words + 2);
        _exit(127);
    }
    int status = 0;
    struct rusage use;
    if (child < 0 || wait4(child, &status, 0, &use) != child) return 71;
    FILE *file = fopen(words[1], "w");
    if (!file) return 73;
    fprintf(file, "%lld %.3f\n", (long long)use.ru_maxrss * 1024, seconds(use.ru_utime) + seconds(use.ru_stime));
    if (fclose(file) != 0) return 74;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
