// Sums by recursive doubling, for numbers of ranks that are powers of two.
//
// In round k every rank exchanges what it has with the rank whose number differs in bit k, and adds: all have the sum after
// log2(ranks) rounds, in the order of a balanced tree. Open MPI 4.1 takes twice as many rounds for small sums and for two
// ranks (a tree up to rank 0 and down again), in which one direction of the wire idles.
#ifndef DOUBLING_H
#define DOUBLING_H

#include <mpi.h>

// Sums of a communicator are numbered below this, and then from 0 again. A later sum may be in its second round before an
// earlier one: the number tells whose a message is.
enum { DOUBLING_NUMBERS = 16384 };

struct doubling;

// Starts a sum; source and destination must not overlap, and belong to it until it is done.
int doubling_start(
    MPI_Comm comm, int number, MPI_Datatype type, MPI_Op op, const void *source, void *destination, int count,
    struct doubling **started);

// Goes through as many rounds as are complete; the last one frees *started and makes it NULL.
int doubling_test(struct doubling **started, int *done);

#endif
