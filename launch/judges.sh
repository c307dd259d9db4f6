#!/usr/bin/env bash
# launch/judges.sh [VENV [arguments of swift test]]: every test that asks the programs whose numbers ours must match.
#
# VENV is a virtual environment of Python, .build-judges/venv unless given; what it lacks of the pinned packages is
# installed into it. Fails when a test fails, and when one was skipped. Of torch the wheels for CPUs are enough; where
# pip is to find them is pip's own setting (PIP_EXTRA_INDEX_URL, or pip config).
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."

packages=(
    torch==2.13.0 torchvision==0.28.0 ultralytics==8.4.190 onnx==1.23.2 onnxruntime==1.31.1 safetensors==0.8.0
    tensorboard==2.21.0 pycocotools==2.0.11
)

venv=${1:-.build-judges/venv}
[ $# = 0 ] || shift
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || {
    echo "judges: $venv could not be made: install python3-venv" >&2
    exit 78
}
PEER_PYTHON=$(realpath -s "$venv/bin/python")
export PEER_PYTHON YOLO_OFFLINE=1

# lacking: those of the packages that are not there, or in another version.
lacking() {
    "$PEER_PYTHON" - "${packages[@]}" <<'END'
import importlib.metadata as metadata
import sys

for package in sys.argv[1:]:
    name, version = package.split("==")
    try:
        found = metadata.version(name).split("+")[0]
    except metadata.PackageNotFoundError:
        found = None
    if found != version:
        print(package)
END
}

mapfile -t missing < <(lacking)
if [ ${#missing[@]} -gt 0 ]; then
    echo "judges: installing ${missing[*]} into $venv"
    # All at once: each may want other versions of what they share.
    "$PEER_PYTHON" -m pip install --quiet --disable-pip-version-check "${packages[@]}" || {
        echo "judges: pip could not install them: see above" >&2
        exit 78
    }
fi
YOLO_CONFIG_DIR=${TMPDIR:-/tmp} PYTHONPATH=Tests/Peers \
    "$PEER_PYTHON" -c 'import torchvision_ready, cv2, ultralytics, onnxruntime' >/dev/null || {
    echo "judges: the packages in $venv cannot be imported; OpenCV may want libgl1 and libglib2.0-0" >&2
    exit 78
}

# Suites are named as their files.
suites=$(grep -rl --include='*Tests.swift' 'Peer\.has(' Tests | sed 's,.*/,,; s,\.swift$,,' | sort -u | paste -sd '|')
output=$(mktemp)
trap 'rm -f "$output"' EXIT
code=0
swift test --filter "\\.($suites)(/|\$)" "$@" 2>&1 | tee "$output" || code=$?

# count WORDS: tests whose last line says so; one with cases has a line of its own.
count() { grep -cE "^[^ ]* (Test|Suite) .* $1" "$output" || true; }
skipped=$(count 'skipped')
passed=$(grep -cE '^[^ ]* Test ([^ ]+\(|".*") *.* passed after' "$output" || true)
failed=$(count 'failed after')
echo "judges: $passed tests passed, $skipped skipped$([ "$failed" = 0 ] || echo ", $failed failed")"
[ "$code" = 0 ] || exit "$code"
[ "$skipped" = 0 ] && [ "$passed" -gt 0 ]
