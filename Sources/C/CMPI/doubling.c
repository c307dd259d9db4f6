#include "doubling.h"

#include <stdlib.h>

enum { FIRST_TAG = 2 };

// A sum of two ranks travels in pieces that fit what Open MPI sends at once over TCP. Larger messages are asked for first,
// and a request waits behind the data that travel the same way: the two directions of a wire would take turns.
enum { PIECE = 61440 };

struct doubling {
    MPI_Comm comm;
    MPI_Datatype type;
    MPI_Op op;
    int count;
    int rank, ranks;
    int mask;
    int tag;
    // What is sent, and where it arrives.
    const void *own;
    void *incoming;
    // What this rank has so far, and room for what arrives from the second round on.
    void *destination;
    void *room;
    // One pair of messages per piece; pieces before `complete` have gone and come.
    int piece;
    int pieces;
    int complete;
    size_t width;
    MPI_Request *requests;
};

static int doubling_exchange(struct doubling *sum) {
    int peer = sum->rank ^ sum->mask, status = MPI_SUCCESS;
    for (int i = 0; i < sum->pieces && status == MPI_SUCCESS; i++) {
        int start = i * sum->piece, count = sum->count - start < sum->piece ? sum->count - start : sum->piece;
        char *to = (char *)sum->incoming + start * sum->width;
        status = MPI_Irecv(to, count, sum->type, peer, sum->tag, sum->comm, &sum->requests[2 * i]);
    }
    for (int i = 0; i < sum->pieces && status == MPI_SUCCESS; i++) {
        int start = i * sum->piece, count = sum->count - start < sum->piece ? sum->count - start : sum->piece;
        const char *from = (const char *)sum->own + start * sum->width;
        status = MPI_Isend(from, count, sum->type, peer, sum->tag, sum->comm, &sum->requests[2 * i + 1]);
    }
    sum->complete = 0;
    return status;
}

static void doubling_free(struct doubling *sum) {
    free(sum->requests);
    free(sum->room);
    free(sum);
}

int doubling_start(
    MPI_Comm comm, int number, MPI_Datatype type, MPI_Op op, const void *source, void *destination, int count,
    struct doubling **started) {
    int width = 0;
    MPI_Type_size(type, &width);
    struct doubling *sum = malloc(sizeof *sum);
    if (sum == NULL) return MPI_ERR_NO_MEM;
    *sum = (struct doubling){
        .comm = comm, .type = type, .op = op, .count = count, .mask = 1, .tag = FIRST_TAG + number, .own = source,
        .incoming = destination, .destination = destination, .piece = PIECE / width, .width = (size_t)width};
    sum->pieces = count > 0 ? (count - 1) / sum->piece + 1 : 0;
    MPI_Comm_rank(comm, &sum->rank);
    MPI_Comm_size(comm, &sum->ranks);
    sum->requests = malloc(2 * (size_t)sum->pieces * sizeof *sum->requests);
    if (sum->ranks > 2) sum->room = malloc((size_t)count * sum->width);
    if (sum->requests == NULL || (sum->ranks > 2 && sum->room == NULL)) {
        doubling_free(sum);
        return MPI_ERR_NO_MEM;
    }
    *started = sum;
    return doubling_exchange(sum);
}

int doubling_test(struct doubling **started, int *done) {
    struct doubling *sum = *started;
    while (1) {
        int status = MPI_SUCCESS;
        // One by one, as they come: MPI_Testall would move data only once, and see what it moved at the next call.
        for (*done = 1; *done && sum->complete < 2 * sum->pieces; sum->complete += *done) {
            status = MPI_Test(&sum->requests[sum->complete], done, MPI_STATUS_IGNORE);
            if (status != MPI_SUCCESS) return status;
        }
        if (!*done) return MPI_SUCCESS;
        // The first round's sum is made where it arrived; later ones are added to what is there.
        const void *other = sum->mask == 1 ? sum->own : sum->incoming;
        status = MPI_Reduce_local(other, sum->destination, sum->count, sum->type, sum->op);
        if (status != MPI_SUCCESS) return status;
        sum->mask *= 2;
        if (sum->mask >= sum->ranks) break;
        sum->own = sum->destination;
        sum->incoming = sum->room;
        if ((status = doubling_exchange(sum)) != MPI_SUCCESS) return status;
    }
    doubling_free(sum);
    *started = NULL;
    return MPI_SUCCESS;
}
