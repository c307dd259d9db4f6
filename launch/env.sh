# What every rank needs in its environment. `. launch/env.sh` once, and a bare `mpirun -np 2 swift-distill` works too.
# shellcheck shell=bash

# The program's own threads split the work; more threads inside BLAS would fight them and change the last bits.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
# One failure is one message, not 60 lines of every rank's stack.
export SWIFT_BACKTRACE="${SWIFT_BACKTRACE:-enable=no}"
# More ranks than cores are allowed; Open MPI then gives waiting ranks' cores away.
export OMPI_MCA_rmaps_base_oversubscribe="${OMPI_MCA_rmaps_base_oversubscribe:-1}"

if [ "$(id -u)" = 0 ] && [ -z "${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-}" ]; then
    echo "launch: running as root, as in a container; Open MPI is told that this is meant" >&2
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
