// The few MPI calls this program makes, free of MPI's types so that Swift can import them.
//
// Every function but cmpi_abort and cmpi_library_version belongs to one thread: the one that called cmpi_start.
// Functions return CMPI_OK or an MPI error code, and print nothing.
#ifndef CMPI_H
#define CMPI_H

#include <stddef.h>
#include <stdint.h>

enum { CMPI_OK = 0 };

// An operation on its way; empty (no operation) when zero.
typedef struct {
    void *handle;
    struct doubling *doubling;
} cmpi_request;

// What is combined, and how; numbers of 16 bits are added as cnarrow.h says.
enum { CMPI_FLOAT32_SUM, CMPI_BFLOAT16_SUM, CMPI_FLOAT16_SUM, CMPI_FLOAT64_SUM, CMPI_FLOAT64_MAX };

// Joins the world of mpirun and makes two communicators: one for large sums, one for everything else.
int cmpi_start(void);
// Leaves the world in good order. Only when every rank does so: on an error path use cmpi_abort.
int cmpi_finish(void);
// Ends every rank of the job with this exit code. May be called from any thread; may return.
void cmpi_abort(int code);

int cmpi_rank(void);
int cmpi_size(void);
// Place among the ranks of this host, and their number.
int cmpi_local_rank(void);
int cmpi_local_size(void);

// Gives every rank the combination of all sources, in the order of a balanced tree over consecutive ranks where their
// number is a power of two. Source and destination must not overlap. Floats of 16 and 32 bits have a communicator of their
// own: their order is independent of all other operations.
int cmpi_combine(int format, const void *source, void *destination, int count, cmpi_request *request);

int cmpi_broadcast(void *bytes, int count, cmpi_request *request);
int cmpi_allgather_lengths(const int64_t *own, int64_t *all, cmpi_request *request);
// The three arrays matter on rank 0 only.
int cmpi_gather(
    const void *own, int count, void *all, const int *counts, const int *offsets, cmpi_request *request);
int cmpi_barrier(cmpi_request *request);

// Short messages between two ranks, outside the order of the operations above.
int cmpi_send(const void *bytes, int count, int rank, cmpi_request *request);
int cmpi_receive(void *bytes, int capacity, cmpi_request *request);
// Gives up a message that may never come.
int cmpi_cancel(cmpi_request *request);

// Moves all communication forward; *done is 1 when this operation is complete (or empty).
int cmpi_test(cmpi_request *request, int *done);

// What an error code means.
void cmpi_error_text(int code, char *text, size_t capacity);
// What MPI allows threads to do, as it said when it was started: single, funneled, serialized, multiple.
const char *cmpi_thread_level(void);
// Name and version of the MPI library; works without cmpi_start.
void cmpi_library_version(char *text, size_t capacity);

#endif
