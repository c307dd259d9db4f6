#!/usr/bin/env bash
# launch/quickstart.sh [key=value …]: from a fresh machine with Swift to a distilled student, on embedded data.
#
# Installs the system packages, builds, installs the program into ~/.local, draws the data set, and runs the main job on
# two ranks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
config=configs/distillation_config.yaml

launch/setup.sh
launch/install.sh

# The data set's folder as the recipe names it, relative to the recipe.
data=$(sed -n 's/^distillation_dataset:[[:space:]]*//p' "$config" |
    sed 's/[[:space:]]*#.*//; s/^["'\'']//; s/["'\'']$//')
[ -n "$data" ] || {
    echo "quickstart: $config names no distillation_dataset" >&2
    exit 65
}
case $data in
    /*) ;;
    *) data=$(dirname "$config")/$data ;;
esac
# A drawn set has a scenes.json, with a summary once it is complete; one without is the user's own.
if [ -n "$(find "$data/train/images/" -mindepth 1 ! -type d -print -quit 2>/dev/null)" ] &&
    { [ ! -e "$data/scenes.json" ] || grep -q '"summary"' "$data/scenes.json"; }; then
    echo "quickstart: using the data set in $data"
else
    .build/release/swift-distill synth "$data"
fi

exec launch/local.sh 2 train "$config" "$@"
