#!/usr/bin/env bash
# launch/bench.sh: the training step, and the same step by Ultralytics on PyTorch, alternately; prints a table (Markdown).
#
#   SD_BINARY    the program, when it is not the one beside these scripts
#   PEER_PYTHON  a Python that has the peer, when it is not python3; launch/peer_step.py says what to install
#   SD_ROUNDS    how often everything is measured; the table has medians (3)
#   SD_STEPS     timed steps of a measurement (2)
#   SD_CASES     rows, as SIZE:BATCH:THREADS, or SIZE:BATCH:THREADS:RANKS with batch and threads of all ranks together
#   SD_STUDENT, SD_TEACHER  the models (yolov8n, yolov8m)
set -euo pipefail
# shellcheck source=launch/supervise.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/supervise.sh"

[ $# = 0 ] || leave 64 "usage: launch/bench.sh, without arguments; its first lines name the variables that it reads"
find_binary
rounds=${SD_ROUNDS:-3} steps=${SD_STEPS:-2} student=${SD_STUDENT:-yolov8n} teacher=${SD_TEACHER:-yolov8m}
read -r -a cases <<<"${SD_CASES:-640:4:2 320:8:2 320:8:2:2 320:8:1}"
for number in "$rounds" "$steps"; do
    [[ $number =~ ^[1-9][0-9]{0,3}$ ]] || leave 64 "SD_ROUNDS and SD_STEPS are numbers above 0, not \"$number\""
done
for case in "${cases[@]}"; do
    [[ $case =~ ^[1-9][0-9]*(:[1-9][0-9]*){2,3}$ ]] || leave 64 "SD_CASES has \"$case\"; a row is SIZE:BATCH:THREADS[:RANKS]"
    IFS=: read -r _ batch threads ranks <<<"$case"
    ((batch % ${ranks:-1} == 0 && threads % ${ranks:-1} == 0)) ||
        leave 64 "\"$case\" in SD_CASES has a batch or threads that its ranks cannot share"
done
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

# Sets `peer` to a Python that has the peer, or to "".
find_peer() {
    peer=${PEER_PYTHON:-python3}
    YOLO_OFFLINE=1 "$peer" -c 'import torch, ultralytics' >"$answers/import" 2>&1 && return
    [ -z "${PEER_PYTHON:-}" ] ||
        leave 78 "PEER_PYTHON=$PEER_PYTHON cannot import torch and ultralytics: $(tail -n 1 "$answers/import")"
    peer=
    echo "launch: the peer is not installed, so only swift-distill is measured; to compare:" >&2
    sed -n 's/^Needs: *//p; s/^  *torch==/    torch==/p' "$launch_folder/peer_step.py" | sed 's/^/launch:   /' >&2
    echo "launch:   PEER_PYTHON=VENV/bin/python launch/bench.sh" >&2
}

# answer FILE COMMAND…: appends the last line that the command prints, its JSON, to the file of that name.
answer() {
    local file=$1 code=0
    shift
    "$@" </dev/null >"$answers/output" 2>"$answers/errors" || code=$?
    if [ "$code" != 0 ] || ! tail -n 1 "$answers/output" | grep '^{' >>"$answers/$file"; then
        tail -n 5 "$answers/errors" >&2
        leave "$((code ? code : 70))" "this measurement failed: $*"
    fi
}

# ours CASE: of one process, or of ranks as launch/local.sh starts them.
ours() {
    local size batch threads ranks command
    IFS=: read -r size batch threads ranks <<<"$1"
    command=(bench --json --profile 0 --student "$student" --teacher "$teacher" --imgsz "$size" --steps "$steps")
    command+=(--batch "$((batch / ${ranks:-1}))" --threads "$((threads / ${ranks:-1}))")
    if [ -z "$ranks" ]; then
        answer "ours $1" "$binary" "${command[@]}"
    else
        SD_BINARY=$binary SD_THREADS=$((threads / ranks)) answer "ours $1" \
            "$launch_folder/local.sh" "$ranks" "${command[@]}"
    fi
}

# theirs SIZE:BATCH:THREADS: in both of the peer's memory formats.
theirs() {
    local size batch threads layout flags
    IFS=: read -r size batch threads <<<"$1"
    for layout in NCHW NHWC; do
        flags=(--student "$student" --teacher "$teacher" --imgsz "$size" --batch "$batch" --threads "$threads")
        [ $layout = NCHW ] || flags+=(--channels-last)
        # What the launch scripts set for ranks is not meant for the peer.
        answer "peer $layout $1" env -u OMP_NUM_THREADS -u OPENBLAS_NUM_THREADS \
            "$peer" "$launch_folder/peer_step.py" --steps "$steps" "${flags[@]}"
    done
}

# values FILE KEY: the key's numbers in a file of answers.
values() { sed -n "s/.*\"$2\":\([0-9.eE+-]*\).*/\1/p" "$answers/$1"; }

# word FILE KEY: the key's first text in a file of answers.
word() { sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p" "$answers/$1" | head -n 1; }

median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# own CASE KEY: the median of this program: ms per image of all ranks, or MB of all ranks.
own() {
    local file="ours $1" ranks
    ranks=$(values "$file" ranks | head -n 1)
    case $2 in
        step) values "$file" images_per_second | awk '{ print 1000 / $1 }' | median ;;
        teacher) values "$file" teacher_ms_per_image | median ;;
        # As the peer counts it: all of a step but the teacher's pass, the comparison with its answers included.
        student)
            paste <(values "$file" step_ms_per_image) <(values "$file" teacher_ms_per_image) |
                awk '{ print $1 - $2 }' | median
            ;;
        # Pages that the ranks of a host share are resident in each, but there only once.
        memory)
            paste <(values "$file" peak_rss_mb) <(values "$file" shared) |
                awk -v ranks="$ranks" '{ print $1 * ranks - (ranks - 1) * $2 / 1048576 }' | median
            ;;
    esac
}

# faster SIZE:BATCH:THREADS KEY: the smaller of the medians of the peer's two memory formats.
faster() {
    local key=${2}_ms_per_image layout
    [ "$2" != memory ] || key=peak_rss_mb
    for layout in NCHW NHWC; do values "peer $layout $1" "$key" | median; done | sort -g | head -n 1
}

# cell CASE KEY: ratio and both numbers, or this program's alone.
cell() {
    local mine theirs
    mine=$(own "$1" "$2")
    if [ -z "$peer" ]; then
        printf ' %.0f |' "$mine"
        return
    fi
    theirs=$(faster "$(cut -d : -f 1-3 <<<"$1")" "$2")
    awk -v a="$theirs" -v b="$mine" 'BEGIN { printf " %.2f (%.0f / %.0f) |", a / b, a, b }'
}

table() {
    local case size batch threads ranks first="ours ${cases[0]}" key
    echo "$(date +%F), $(word "$first" processor), $(physical_cores) cores: $teacher teaches $student;" \
        "$(word "$first" program)${peer:+ against $(word "peer NCHW $(cut -d : -f 1-3 <<<"${cases[0]}")" program)}."
    if [ -n "$peer" ]; then
        echo "Peer / ours, in brackets ms per image and MB, the peer in the faster of its two memory formats;" \
            "medians of $rounds alternating rounds of $steps steps."
    else
        echo "Ms per image and MB; medians of $rounds rounds of $steps steps."
    fi
    printf '\n| | student step | teacher forward | whole step | peak memory |\n| --- | --- | --- | --- | --- |\n'
    for case in "${cases[@]}"; do
        IFS=: read -r size batch threads ranks <<<"$case"
        if [ -z "$ranks" ]; then
            printf '| %s, batch %s, %s thread%s |' "$size" "$batch" "$threads" "$([ "$threads" = 1 ] || echo s)"
            for key in student teacher step memory; do cell "$case" $key; done
        else
            printf "| \`mpirun -np %s\`, %s, batch %s per rank, %s thread%s each%s |" "$ranks" "$size" \
                "$((batch / ranks))" "$((threads / ranks))" "$([ "$((threads / ranks))" = 1 ] || echo s)" \
                "${peer:+; the peer with $threads threads at batch $batch}"
            # A rank's halves of a step are not what all ranks together need for an image.
            printf ' | |'
            for key in step memory; do cell "$case" $key; done
        fi
        echo
    done
}

find_peer
for ((round = 1; round <= rounds; round++)); do
    measured=' '
    for case in "${cases[@]}"; do
        echo "launch: round $round of $rounds: $case" >&2
        ours "$case"
        settings=$(cut -d : -f 1-3 <<<"$case")
        case $measured in *" $settings "*) continue ;; esac
        measured+="$settings "
        [ -z "$peer" ] || theirs "$settings"
    done
done
table
