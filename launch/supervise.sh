# What the launch scripts share: finding the program, asking a running job to stop, explaining how it ended.
# shellcheck shell=bash

launch_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$launch_folder")

# mpirun gives ranks a terminal of its own as standard output, wherever the output really goes.
SD_TERMINAL=0
[ ! -t 1 ] || SD_TERMINAL=1
export SD_TERMINAL

# leave CODE MESSAGE…: ends the script.
leave() {
    local code=$1
    shift
    printf 'launch: %s\n' "$*" >&2
    exit "$code"
}

# Sets `binary` to the program (SD_BINARY, else the release build).
find_binary() {
    binary=${SD_BINARY:-$repository/.build/release/swift-distill}
    case $binary in
        */*) ;;
        *) binary=$(command -v -- "$binary") || leave 66 "$SD_BINARY is not on the PATH" ;;
    esac
    [ -x "$binary" ] || leave 66 "$binary is missing: build it with launch/build.sh, or set SD_BINARY"
    command -v mpirun >/dev/null || leave 78 "mpirun is missing: install Open MPI with launch/setup.sh"
}

# Physical cores this process may use: hyper-threads share the units that do the arithmetic.
physical_cores() {
    local allowed range cpu siblings
    allowed=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
    for range in ${allowed//,/ }; do
        for ((cpu = ${range%-*}; cpu <= ${range#*-}; cpu++)); do
            siblings=/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list
            if [ -r "$siblings" ]; then cat "$siblings"; else echo "$cpu"; fi
        done
    done | sort -u | wc -l
}

# Sets `forward` to flags that carry variables to other hosts: OMPI_* travel by themselves, nothing else does, and
# mpirun complains about names that are not set.
forward_variables() {
    local name
    forward=()
    for name in PATH LD_LIBRARY_PATH SWIFT_BACKTRACE OPENBLAS_NUM_THREADS OMP_NUM_THREADS OPENBLAS_CORETYPE \
        MALLOC_ARENA_MAX LC_ALL TZ $(compgen -e SD_); do
        [ -z "${!name+set}" ] || forward+=(-x "$name")
    done
}

# explain CODE: one line about an exit code that users cannot know.
explain() {
    case $1 in
        1) echo "mpirun could not run the job; the command above without -q says more" ;;
        75) echo "stopped on request after saving: run the same command with resume=true to go on" ;;
        76) echo "training diverged; the last good checkpoint is kept" ;;
        129 | 130 | 143) echo "ended at once by a signal; resume=true goes on from the last checkpoint" ;;
        132 | 139) echo "the program crashed; SWIFT_BACKTRACE=enable=yes shows where" ;;
        137) echo "a rank was killed from outside, often for lack of memory: try fewer ranks or a smaller batch" ;;
        138) echo "stopped before the run had begun" ;;
        205) echo "a host was lost; resume=true goes on without it" ;;
        255) echo "a host could not be reached with ssh, or mpirun could not start there" ;;
        *) return 0 ;;
    esac | sed 's/^/launch: /' >&2
}

# supervise COMMAND…: runs mpirun and ends with its exit code.
#
# mpirun answers SIGTERM by killing all ranks within seconds, whatever they are saving. SIGUSR1 it forwards, and the
# ranks save and stop at the next step: the first TERM, INT or HUP becomes that, a second one is meant as it is.
supervise() {
    local code=0
    asked=0 ended=
    printf 'launch: %s\n' "$*" >&2
    # A session of its own: Ctrl-C and a closed terminal reach this script only.
    setsid "$@" </dev/null &
    job=$!
    trap 'ask_to_stop 143' TERM
    trap 'ask_to_stop 130' INT
    trap 'ask_to_stop 129' HUP
    trap 'kill -USR1 "$job" 2>/dev/null' USR1
    trap give_up ALRM
    watch_ranks "$$" "$job" &
    watcher=$!
    disown "$watcher"
    while :; do
        code=0
        wait "$job" || code=$?
        # A trap ends `wait` early: look whether the job is still there.
        kill -0 "$job" 2>/dev/null || break
    done
    kill -KILL "$watcher" 2>/dev/null
    trap - TERM INT HUP USR1 ALRM
    # mpirun's own code after a SIGTERM is 1, whatever happened.
    code=${ended:-$code}
    explain "$code"
    return "$code"
}

# watch_ranks SCRIPT MPIRUN: tells the script when the ranks of this host have come and gone, but mpirun stays: it waits
# for ever for a host that was cut off.
watch_ranks() {
    local script=$1 mpirun=$2 program child children seen=0 missed=0
    program=$(readlink -f "$binary")
    exec >/dev/null 2>&1 </dev/null
    # Signals to the whole group are the script's to answer.
    trap '' TERM INT HUP USR1
    while sleep 3; do
        children=()
        read -r -a children <"/proc/$mpirun/task/$mpirun/children"
        for child in "${children[@]}"; do
            [ "$(readlink -f "/proc/$child/exe")" != "$program" ] || seen=1 missed=-1
        done
        missed=$((missed + 1))
        if [ $seen = 1 ] && [ $missed -ge 4 ]; then kill -ALRM "$script"; fi
    done
}

give_up() {
    ended=205
    # All of its session, the connections to other hosts too; asked politely, mpirun would go on waiting or crash.
    kill -KILL -- "-$job" 2>/dev/null
}

# ask_to_stop CODE: answers a signal; CODE is the exit code when it is meant as it is.
ask_to_stop() {
    asked=$((asked + 1))
    if [ "$asked" = 1 ]; then
        echo "launch: asked the ranks to save and stop; once more ends them at once" >&2
        kill -USR1 "$job" 2>/dev/null
    else
        ended=$1
        kill -TERM "$job" 2>/dev/null
    fi
}
