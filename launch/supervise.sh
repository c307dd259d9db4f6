# What the launch scripts share: finding the program, asking a running job to stop, explaining how it ended.
# shellcheck shell=bash

launch_folder=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# The repository, or a tree as launch/tree.sh makes it, wherever it lies.
home=$(dirname "$launch_folder")
# shellcheck source=launch/output.sh
. "$launch_folder/output.sh"

# mpirun gives ranks a terminal of its own as standard output, wherever the output really goes.
SD_TERMINAL=0
[ ! -t 1 ] || SD_TERMINAL=1
export SD_TERMINAL

# leave CODE MESSAGE…: ends the script.
leave() {
    local code=$1
    shift
    tell "$*"
    exit "$code"
}

# Sets `binary` to the program: SD_BINARY, else that of an installation or an archive, else the release build.
find_program() {
    local own=$home/bin/swift-distill
    [ -e "$own" ] || own=$home/.build/release/swift-distill
    binary=${SD_BINARY:-$own}
    case $binary in
        */*) ;;
        *) binary=$(command -v -- "$binary") || leave 66 "$SD_BINARY is not on the PATH" ;;
    esac
    [ -f "$binary" ] && [ -x "$binary" ] ||
        leave 66 "$binary is missing: build it with launch/build.sh, or set SD_BINARY"
}

# `find_program`, and mpirun must be there.
find_binary() {
    find_program
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

# refuse_crowd CODE PLACE RANKS CORES: ends the script where there are more ranks than anybody means.
refuse_crowd() {
    [ "$3" -le $(($4 * 32)) ] ||
        leave "$1" "$2: $3 ranks are too many for $4 cores, at most 32 per core; one for 8 to 16 cores is usual"
}

# explain CODE: a line about an exit code that users cannot know.
explain() {
    local line death
    death=$(sed -n 's/^death //p' "$facts" | head -n 1)
    [ -z "$death" ] || tell "$death"
    case $1 in
        1) line="mpirun could not run the job" ;;
        75) line="stopped on request after saving: run the same command with resume=true to go on" ;;
        76) line="training diverged; the last good checkpoint is kept" ;;
        129 | 130 | 141 | 143) line="ended at once by a signal; resume=true goes on from the last checkpoint" ;;
        132 | 139) line="the program crashed; SWIFT_BACKTRACE=enable=yes shows where" ;;
        137) line="a rank was killed from outside, often for lack of memory: try fewer ranks or a smaller batch" ;;
        138) line="stopped before the run had begun" ;;
        205) line="a host was lost; resume=true goes on without it" ;;
        255) line="a host could not be reached with ssh, or mpirun could not start there" ;;
        *) return 0 ;;
    esac
    tell "$line"
}

# supervise COMMAND…: runs mpirun and ends with its exit code.
#
# mpirun answers SIGTERM by killing all ranks within seconds, whatever they are saving. SIGUSR1 it forwards, and the
# ranks save and stop at the next step: the first TERM, INT or HUP becomes that, a second one is meant as it is. A
# reader of the output that is gone asks, too.
supervise() {
    local code=0
    asked=0 ended='' job='' facts=$(mktemp)
    trap 'ask_to_stop 143' TERM
    trap 'ask_to_stop 130' INT
    trap 'ask_to_stop 129' HUP
    trap '[ -z "$job" ] || kill -USR1 "$job" 2>/dev/null' USR1
    trap '[ $asked -gt 0 ] || ask_to_stop 141' PIPE
    trap give_up ALRM
    start_job "$@"
    watch_ranks "$$" "$job" "$facts" &
    watcher=$!
    disown "$watcher"
    while :; do
        code=0
        wait "$job" || code=$?
        # A trap ends `wait` early: look whether the job is still there.
        [ "$ended" != 205 ] && kill -0 "$job" 2>/dev/null || break
    done
    kill -KILL "$watcher" 2>/dev/null
    await "$sifter"
    [ -z "$relayer" ] || await "$relayer"
    trap - TERM INT HUP USR1 ALRM
    trap : PIPE
    # mpirun's own code after a SIGTERM is 1, whatever happened.
    code=${ended:-$code}
    # It says 255 for a host that it cannot reach, and for one that it has reached and lost.
    if [ "$code" = 255 ] && grep -q '^ran' "$facts"; then code=205; fi
    explain "$code"
    rm -f "$facts"
    return "$code"
}

# start_job COMMAND…: sets `job`, and `sifter` and `relayer` ("" where none is needed), which pass on what it says.
start_job() {
    local errors output
    tell "$*"
    exec {errors}> >(sift "$$" "$facts")
    sifter=$!
    relayer=
    if is_pipe /dev/stdout; then
        exec {output}> >(exec {errors}>&-; relay "$$")
        relayer=$!
    else
        exec {output}>&1
    fi
    # A session of its own: Ctrl-C and a closed terminal reach this script only.
    setsid "$@" </dev/null >&"$output" 2>&"$errors" {output}>&- {errors}>&- &
    job=$!
    exec {output}>&- {errors}>&-
}

# watch_ranks SCRIPT MPIRUN FACTS: notes that ranks of this host have run, and tells the script when they are gone but
# mpirun stays: it waits for ever for a host that was cut off.
watch_ranks() {
    local script=$1 mpirun=$2 facts=$3 program child children seen=0 missed=0
    program=$(readlink -f "$binary")
    exec >/dev/null 2>&1 </dev/null
    # Signals to the whole group are the script's to answer.
    trap '' TERM INT HUP USR1
    while sleep $((1 + 2 * seen)); do
        children=()
        read -r -a children <"/proc/$mpirun/task/$mpirun/children"
        for child in "${children[@]}"; do
            [ "$(readlink -f "/proc/$child/exe")" = "$program" ] || continue
            if [ $seen = 0 ]; then
                echo ran >>"$facts"
                # mpirun forgets what was asked before it had ranks.
                ! grep -q '^asked' "$facts" || kill -USR1 "$mpirun"
            fi
            seen=1 missed=-1
        done
        missed=$((missed + 1))
        if [ $seen = 1 ] && [ $missed -ge 3 ]; then kill -ALRM "$script"; fi
    done
}

give_up() {
    ended=205
    # The shell shall not report it.
    disown "$job"
    # All of its session, the connections to other hosts too; asked politely, mpirun would go on waiting or crash.
    kill -KILL -- "-$job" 2>/dev/null
}

# ask_to_stop CODE: answers a signal; CODE is the exit code when it is meant as it is.
ask_to_stop() {
    asked=$((asked + 1))
    if [ "$asked" = 1 ]; then
        echo asked >>"$facts"
        tell "asked the ranks to save and stop; once more ends them at once"
        [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null
    else
        ended=$1
        [ -z "$job" ] || kill -TERM "$job" 2>/dev/null
    fi
}
