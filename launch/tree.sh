# The program and what belongs to it, as a folder that works wherever it lies: an archive's, and that of an
# installation.
# shellcheck shell=bash

# find_release: `find_program`; in the repository without SD_BINARY it is built first.
find_release() {
    if [ -z "${SD_BINARY:-}" ] && [ -e "$home/Package.swift" ]; then
        "$launch_folder/build.sh" --product swift-distill >&2 || leave 70 "the program could not be built"
    fi
    find_program
}

# make_tree FOLDER: fills a new folder with bin/, launch/ and configs/, and FILES: their digests.
make_tree() {
    local folder=$1
    mkdir -p "$folder/bin" &&
        cp "$binary" "$folder/bin/swift-distill" && chmod 755 "$folder/bin/swift-distill" &&
        cp -R "$home/launch" "$home/configs" "$folder" &&
        cp "$home/hostfile.example" "$home/LICENSE" "$folder" &&
        # What only the repository can do.
        rm -f "$folder/launch/"{build,package,quickstart,test,fuzz,judges}.sh &&
        (cd "$folder" && find . -type f ! -name FILES -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >FILES)
}

# remove_tree FOLDER: removes what `make_tree` has put there; what was changed or added stays, and is named.
remove_tree() {
    local folder=$1 digest file
    [ -d "$folder" ] || return 0
    while read -r digest file; do
        [ -f "$folder/$file" ] && [ "$(sha256sum <"$folder/$file" | cut -d ' ' -f 1)" = "$digest" ] || continue
        rm -f "$folder/$file"
    done < <(cat "$folder/FILES" 2>/dev/null)
    [ -n "$(find "$folder" -type f ! -path "$folder/FILES" -print -quit)" ] || rm -f "$folder/FILES"
    find "$folder" -depth -type d -empty -delete
    [ ! -e "$folder" ] || tell "left alone, since not all in it was installed: $folder"
}
