# What a job says, on its way to whoever reads it: nothing is lost, and a reader that leaves ends nobody.
# shellcheck shell=bash

# tell MESSAGE…: one line on standard error, if anybody reads it.
tell() { { printf 'launch: %s\n' "$*" >&3; } 3>&2 2>/dev/null || true; }

# is_pipe FILE: whether somebody may stop reading it.
is_pipe() { [ -p "$1" ] || [ -S "$1" ]; }

# relay SCRIPT: copies standard input to standard output. When its reader is gone (`… | head -1`) it tells the script
# and takes the rest in: a writer would die of SIGPIPE, with everything that ranks have not saved.
relay() {
    # Signals to the whole group are the script's to answer.
    trap '' TERM INT HUP USR1
    cat 2>/dev/null && return
    kill -PIPE "$1" 2>/dev/null
    cat >/dev/null
}

# sift SCRIPT FACTS: copies standard input, the errors of a job, to standard error, without what mpirun says about ends
# that `explain` explains; which rank died, and how, goes to the file FACTS.
sift() {
    local script=$1 facts=$2 line rule='' is_inside=
    local noticed='.*process \(rank [0-9]*\) .*on node \(.*\) exited on signal \(.*\)\.'
    trap '' TERM INT HUP USR1 PIPE
    while IFS= read -r line || [ -n "$line" ]; do
        # Its texts stand between two rules of 74 dashes.
        if [[ $line =~ ^-{74}$ ]]; then
            if [ -n "$is_inside" ]; then
                is_inside=
            else
                pass_on "$rule"
                rule=$line$'\n'
            fi
            continue
        fi
        case ${rule:+rule }$line in
            "rule mpirun noticed that process rank "*)
                sed "s/$noticed/death \\1 (\\2) was ended by signal \\3/" <<<"$line" >>"$facts"
                ;;&
            "rule mpirun noticed "* | "rule mpirun detected "* | "rule mpirun has exited "* | "rule Primary job "* | \
                "rule MPI_ABORT was invoked "* | "rule ORTE has lost communication "*) rule= is_inside=1 ;;
            "mpirun: Forwarding signal "* | *"ORTE_ERROR_LOG: "*"/show_help.c "* | *" sent help message "* | \
                *'Set MCA parameter "orte_base_help_aggregate"'*) ;;
            *)
                [ -n "$is_inside" ] || pass_on "$rule$line"$'\n'
                rule=
                ;;
        esac
    done
    pass_on "$rule"
}

# pass_on TEXT: prints it on standard error; `script` is told when nobody reads that any more.
pass_on() {
    [ -n "$1" ] || return 0
    { printf '%s' "$1" >&3; } 3>&2 2>/dev/null || kill -PIPE "$script" 2>/dev/null || true
}

# await PROCESS: waits until it has passed on what was written; not for ever, since a stray process may still hold its
# input.
await() {
    local i
    for ((i = 0; i < 50; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}
