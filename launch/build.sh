#!/usr/bin/env bash
# launch/build.sh [arguments of swift build]: the release program, .build/release/swift-distill.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v swift >/dev/null || {
    echo "launch: swift is missing: install Swift 6.2 or later from https://www.swift.org/install/linux" >&2
    exit 78
}
# The Swift runtime goes into the program: other hosts need the C libraries only.
exec swift build -c release --static-swift-stdlib "$@"
