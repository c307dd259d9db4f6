#!/usr/bin/env bash
# launch/test.sh [arguments of swift test]: installs what is missing and runs every test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
launch/setup.sh
# Rooms may use only what Package.swift says they use: arrows point down.
swift build --explicit-target-dependency-import-check error
exec swift test "$@"
