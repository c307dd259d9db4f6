#define _GNU_SOURCE
#include "cmpi.h"
#include "cnarrow.h"
#include "doubling.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MESSAGE_TAG = 1 };

static MPI_Comm buckets = MPI_COMM_NULL;
static MPI_Comm control = MPI_COMM_NULL;
static int local_rank = 0;
static int local_size = 1;

_Static_assert(sizeof(MPI_Request) <= sizeof(void *), "a request must fit its handle");

static MPI_Request unpack(const cmpi_request *request) {
    MPI_Request value;
    memcpy(&value, &request->handle, sizeof value);
    return value;
}

static void pack(MPI_Request value, cmpi_request *request) {
    request->handle = NULL;
    if (value != MPI_REQUEST_NULL) memcpy(&request->handle, &value, sizeof value);
}

// Open MPI copies between processes with process_vm_readv; where a container forbids it, transfers fail later.
static void avoid_forbidden_copies(void) {
    char from = 1, to = 0;
    struct iovec source = {&from, 1}, destination = {&to, 1};
    if (process_vm_readv(getpid(), &destination, 1, &source, 1, 0) != 1)
        setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
}

// MPI has no 16-bit floats: it moves 16 bits and calls these to add. As with its own sums, which of the two came first
// depends on the rank, and does not matter.
static void add_bfloat16(void *source, void *sum, int *count, MPI_Datatype *type) {
    (void)type;
    cnarrow_add_bfloat16(source, sum, (size_t)*count);
}

static void add_float16(void *source, void *sum, int *count, MPI_Datatype *type) {
    (void)type;
    cnarrow_add_float16(source, sum, (size_t)*count);
}

static MPI_Op bfloat16_sum = MPI_OP_NULL;
static MPI_Op float16_sum = MPI_OP_NULL;

// Said to commute: only then does Open MPI add as a balanced tree.
static int make_narrow_sums(void) {
    int status = MPI_Op_create(add_bfloat16, 1, &bfloat16_sum);
    return status != MPI_SUCCESS ? status : MPI_Op_create(add_float16, 1, &float16_sum);
}

static int find_local_ranks(void) {
    MPI_Comm host;
    int status = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
    if (status != MPI_SUCCESS) return status;
    MPI_Comm_rank(host, &local_rank);
    MPI_Comm_size(host, &local_size);
    return MPI_Comm_free(&host);
}

static int thread_level = MPI_THREAD_SINGLE;

const char *cmpi_thread_level(void) {
    switch (thread_level) {
    case MPI_THREAD_MULTIPLE: return "multiple";
    case MPI_THREAD_SERIALIZED: return "serialized";
    case MPI_THREAD_FUNNELED: return "funneled";
    default: return "single";
    }
}

int cmpi_start(void) {
    // This thread sleeps for tens of microseconds between tests; by default the kernel adds another 50.
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
    avoid_forbidden_copies();
    int status = MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &thread_level);
    if (status != MPI_SUCCESS) return status;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if ((status = MPI_Comm_dup(MPI_COMM_WORLD, &buckets)) != MPI_SUCCESS) return status;
    if ((status = MPI_Comm_dup(MPI_COMM_WORLD, &control)) != MPI_SUCCESS) return status;
    if ((status = make_narrow_sums()) != MPI_SUCCESS) return status;
    return find_local_ranks();
}

int cmpi_finish(void) {
    MPI_Op_free(&bfloat16_sum);
    MPI_Op_free(&float16_sum);
    MPI_Comm_free(&buckets);
    MPI_Comm_free(&control);
    return MPI_Finalize();
}

void cmpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

int cmpi_rank(void) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int cmpi_size(void) {
    int size = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
}

int cmpi_local_rank(void) { return local_rank; }

int cmpi_local_size(void) { return local_size; }

// --- Sums ------------------------------------------------------------------------------------------------------------

static MPI_Datatype type_of(int format) {
    switch (format) {
    case CMPI_FLOAT64_SUM:
    case CMPI_FLOAT64_MAX: return MPI_DOUBLE;
    case CMPI_FLOAT32_SUM: return MPI_FLOAT;
    default: return MPI_UINT16_T;
    }
}

static MPI_Op op_of(int format) {
    switch (format) {
    case CMPI_FLOAT64_MAX: return MPI_MAX;
    case CMPI_BFLOAT16_SUM: return bfloat16_sum;
    case CMPI_FLOAT16_SUM: return float16_sum;
    default: return MPI_SUM;
    }
}

// Below this many bytes the number of messages counts, not their size; Open MPI draws the line at the same place.
enum { SMALL = 65536 };

// Numbers the sums of a communicator, which all ranks start in the same order.
static int number_of_sum(MPI_Comm comm) {
    static int started[2] = {0, 0};
    int number = started[comm == control];
    started[comm == control] = (number + 1) % DOUBLING_NUMBERS;
    return number;
}

int cmpi_combine(int format, const void *source, void *destination, int count, cmpi_request *request) {
    MPI_Comm comm = format == CMPI_FLOAT64_SUM || format == CMPI_FLOAT64_MAX ? control : buckets;
    MPI_Datatype type = type_of(format);
    int ranks = cmpi_size(), width = 0;
    MPI_Type_size(type, &width);
    int is_power_of_two = (ranks & (ranks - 1)) == 0;
    if (is_power_of_two && ranks > 1 && (ranks == 2 || (size_t)count * width < SMALL))
        return doubling_start(
            comm, number_of_sum(comm), type, op_of(format), source, destination, count, &request->doubling);
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Iallreduce(source, destination, count, type, op_of(format), comm, &value);
    pack(value, request);
    return status;
}

int cmpi_broadcast(void *bytes, int count, cmpi_request *request) {
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Ibcast(bytes, count, MPI_BYTE, 0, control, &value);
    pack(value, request);
    return status;
}

int cmpi_allgather_lengths(const int64_t *own, int64_t *all, cmpi_request *request) {
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Iallgather(own, 1, MPI_INT64_T, all, 1, MPI_INT64_T, control, &value);
    pack(value, request);
    return status;
}

int cmpi_gather(
    const void *own, int count, void *all, const int *counts, const int *offsets, cmpi_request *request) {
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Igatherv(own, count, MPI_BYTE, all, counts, offsets, MPI_BYTE, 0, control, &value);
    pack(value, request);
    return status;
}

int cmpi_barrier(cmpi_request *request) {
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Ibarrier(control, &value);
    pack(value, request);
    return status;
}

int cmpi_send(const void *bytes, int count, int rank, cmpi_request *request) {
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Isend(bytes, count, MPI_BYTE, rank, MESSAGE_TAG, control, &value);
    pack(value, request);
    return status;
}

int cmpi_receive(void *bytes, int capacity, cmpi_request *request) {
    MPI_Request value = MPI_REQUEST_NULL;
    int status = MPI_Irecv(bytes, capacity, MPI_BYTE, MPI_ANY_SOURCE, MESSAGE_TAG, control, &value);
    pack(value, request);
    return status;
}

int cmpi_cancel(cmpi_request *request) {
    if (request->handle == NULL) return CMPI_OK;
    MPI_Request value = unpack(request);
    int status = MPI_Cancel(&value);
    if (status == MPI_SUCCESS) status = MPI_Request_free(&value);
    request->handle = NULL;
    return status;
}

int cmpi_test(cmpi_request *request, int *done) {
    *done = 1;
    if (request->doubling != NULL) return doubling_test(&request->doubling, done);
    if (request->handle == NULL) return CMPI_OK;
    MPI_Request value = unpack(request);
    int status = MPI_Test(&value, done, MPI_STATUS_IGNORE);
    pack(value, request);
    return status;
}

void cmpi_error_text(int code, char *text, size_t capacity) {
    char whole[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    if (MPI_Error_string(code, whole, &length) != MPI_SUCCESS) snprintf(whole, sizeof whole, "MPI error %d", code);
    snprintf(text, capacity, "%s", whole);
}

void cmpi_library_version(char *text, size_t capacity) {
    char whole[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length = 0;
    MPI_Get_library_version(whole, &length);
    // Open MPI's text goes on with the builder and the date after a comma.
    whole[strcspn(whole, ",\n")] = 0;
    snprintf(text, capacity, "%s", whole);
}
