#!/usr/bin/env bash
# launch/fuzz.sh [TARGET] [SECONDS]: makes up inputs for one reader of the program, or for each in turn (60 s each), under
# the address sanitizer. Inputs that end it are left in .build-fuzz/found; those of the corpus are where it starts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=.build-fuzz
sanitizers=(-Xswiftc -sanitize=fuzzer,address -Xswiftc -DFUZZING -Xswiftc -parse-as-library)
swift build --scratch-path "$build" --product fuzz "${sanitizers[@]}" \
    -Xcc -fsanitize=fuzzer-no-link,address -Xlinker -rpath -Xlinker "$(dirname "$(command -v swift)")/../lib/swift/linux"
program=$build/debug/fuzz

all=$(sed -n 's/^    case \([a-z]*\)$/\1/p' Tests/FuzzTargets/FuzzTarget.swift)
targets=${1:-$all}
for target in $targets; do
    grep -qx "$target" <<<"$all" || { echo "fuzz.sh: no target $target; there are: ${all//$'\n'/ }" >&2; exit 64; }
    mkdir -p "$build/corpus/$target" "$build/found"
    echo "$target: ${2:-60} s"
    # The backtracer of Swift and the sanitizer would wait for each other.
    FUZZ_TARGET=$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 \
        "$program" "$build/corpus/$target" "Tests/FuzzTargets/Corpus/$target" \
        -artifact_prefix="$build/found/$target-" -max_total_time="${2:-60}" -timeout=10 -rss_limit_mb=1200 \
        -max_len=65536 -print_final_stats=1
done
