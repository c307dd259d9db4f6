# The hosts of a cluster: reading the hostfile, asking every host, choosing the network between them.
# shellcheck shell=bash

ssh_options=(-o BatchMode=yes -o ConnectTimeout=5)
# Both are words of one command line, as ssh takes them.
read -r -a own_ssh_options <<<"${SD_SSH_OPTIONS:-}"
ssh_options+=("${own_ssh_options[@]}")

# read_hostfile FILE: sets hosts (in order), slots[host], ranks, users[host], and host_lines: what mpirun reads, which
# has no comments everywhere. What it takes is taken; its own text for mistakes helps nobody.
read_hostfile() {
    local file=$1 line number=0
    hosts=() host_lines=() ranks=0
    declare -gA slots=() users=() has_slots=() most=()
    [ -r "$file" ] && [ ! -d "$file" ] || leave 66 "$file cannot be read: copy hostfile.example and edit the copy"
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1))
        # Editors of another system put this mark before the first word.
        [ $number -gt 1 ] || line=${line#$'\xef\xbb\xbf'}
        case $line in *$'\r'*) leave 65 "$file:$number: Windows line end; mend with: sed -i 's/\\r\$//' $file" ;; esac
        read_host_line "$file:$number" "${line%%#*}"
    done <"$file"
    [ ${#hosts[@]} -gt 0 ] || leave 65 "$file names no host"
    local host
    for host in "${hosts[@]}"; do
        line="$(address "$host") slots=${slots[$host]}"
        host_lines+=("$line${most[$host]:+ max_slots=${most[$host]}}")
        ranks=$((ranks + slots[$host]))
    done
}

# address HOST: as ssh and mpirun are told it, with the user of that host where there is one.
address() { echo "${users[$1]:+${users[$1]}@}$1"; }

# read_host_line PLACE LINE: a host and its settings; a host that is there already gets one more slot.
read_host_line() {
    local place=$1 words word host user=
    # Spaces around = are fine, and so are the comments of C.
    read -r -a words <<<"$(sed 's,/\*.*\*/,,; s,//.*,,; s/[[:space:]]*=[[:space:]]*/=/g' <<<"$2")"
    [ ${#words[@]} -gt 0 ] || return 0
    host=${words[0]}
    case $host in *@*) user=${host%@*} host=${host#*@} ;; esac
    [[ $host =~ ^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$ ]] || leave 65 "$place: \"${words[0]}\" is no host name"
    [[ $user =~ ^([A-Za-z0-9_][A-Za-z0-9._-]*)?$ ]] || leave 65 "$place: \"$user\" is no user name"
    if [ -n "${slots[$host]:-}" ]; then
        slots[$host]=$((slots[$host] + 1)) has_slots[$host]=1
    else
        hosts+=("$host")
        slots[$host]=1
    fi
    for word in "${words[@]:1}"; do
        case $word in
            slots=* | count=*)
                # mpirun refuses it, too: it could mean the one number or the other.
                [ -z "${has_slots[$host]:-}" ] || leave 65 "$place: $host is there twice; put all its slots on one line"
                has_slots[$host]=1 slots[$host]=${word#*=}
                ;;
            max_slots=* | max-slots=*) most[$host]=${word#*=} ;;
            username=* | user=*)
                user=${word#*=}
                [[ $user =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || leave 65 "$place: \"$user\" is no user name"
                continue
                ;;
            *) leave 65 "$place: unknown \"$word\"; a line is: NAME slots=N max_slots=N" ;;
        esac
        [[ ${word#*=} =~ ^[1-9][0-9]{0,4}$ ]] || leave 65 "$place: \"$word\" needs a number above 0"
    done
    [ -z "$user" ] || users[$host]=$user
}

# What a host says about itself, as lines `key value`; runs there.
describe_host() {
    local binary=$1 folder=$2
    echo "name $(hostname)"
    echo "cores $(physical_cores)"
    echo "clock $(date +%s)"
    command -v orted >/dev/null && echo "mpi $(mpirun --version 2>/dev/null | sed -n '1s/.*) //p')"
    [ -x "$binary" ] && echo "digest $(sha256sum <"$binary" | cut -c 1-16)"
    [ -d "$folder" ] && echo "folder yes"
    if command -v ip >/dev/null; then
        ip -o -4 address show scope global | awk '{ print "address", $4 }'
    else
        # Without `ip` the size of the network is not known.
        hostname -I | tr ' ' '\n' | awk '/^[0-9.]+$/ { print "address", $1 "/24" }'
    fi
    return 0
}

is_this_host() {
    local name
    for name in localhost 127.0.0.1 "$(hostname)" "$(hostname -s)" "$(hostname -f 2>/dev/null)" $(hostname -I); do
        [ "$1" != "$name" ] || return 0
    done
    return 1
}

# ask_hosts FOLDER BINARY: all at once; answers in FOLDER/<host>, complaints in FOLDER/<host>.error.
ask_hosts() {
    local folder=$1 binary=$2 host script
    script=$(declare -f physical_cores describe_host; printf 'describe_host %q %q\n' "$binary" "$PWD")
    for host in "${hosts[@]}"; do
        if is_this_host "$host"; then
            bash -c "$script" >"$folder/$host" 2>"$folder/$host.error" &
        else
            timeout 20 ssh "${ssh_options[@]}" "$(address "$host")" bash -s <<<"$script" \
                >"$folder/$host" 2>"$folder/$host.error" &
        fi
    done
    wait
}

# answer FOLDER HOST KEY: the value a host gave, if any.
answer() { sed -n "s/^$3 //p" "$1/$2"; }

# check_hosts FOLDER BINARY: a table, and the end at the first kind of trouble; sets threads.
check_hosts() {
    local folder=$1 binary=$2 host other key now first=${hosts[0]} trouble=0 share
    printf '%-24s %6s %6s  %s\n' host slots cores "Open MPI" >&2
    for host in "${hosts[@]}"; do
        printf '%-24s %6s %6s  %s\n' \
            "$host" "${slots[$host]}" "$(answer "$folder" "$host" cores)" "$(answer "$folder" "$host" mpi)" >&2
    done
    for host in "${hosts[@]}"; do
        [ -z "$(answer "$folder" "$host" name)" ] || continue
        tell "$host does not answer: $(tail -n 1 "$folder/$host.error")"
        trouble=1
    done
    [ $trouble = 0 ] || leave 255 "ssh must work without password or question: ssh -o BatchMode=yes HOST true"
    for host in "${hosts[@]}"; do
        [ -n "$(answer "$folder" "$host" digest)" ] || leave 78 "$host has no $binary: copy it there, to the same path"
        [ -n "$(answer "$folder" "$host" folder)" ] || leave 78 "$host has no folder $PWD: make it, or share it"
        [ -n "$(answer "$folder" "$host" mpi)" ] || \
            leave 78 "$host does not find Open MPI's orted: install Open MPI there"
        for key in digest mpi; do
            [ "$(answer "$folder" "$host" $key)" = "$(answer "$folder" "$first" $key)" ] && continue
            case $key in
                digest) leave 78 "$binary on $host differs from $first's: copy the same build to all hosts" ;;
                mpi) leave 78 "Open MPI on $host differs from $first's: install the same on all hosts" ;;
            esac
        done
    done
    other=$(for host in "${hosts[@]}"; do answer "$folder" "$host" name; done | sort | uniq -d | head -n 1)
    for host in "${hosts[@]}"; do
        refuse_crowd 65 "$host slots=${slots[$host]}" "${slots[$host]}" "$(answer "$folder" "$host" cores)"
    done
    [ -z "$other" ] || leave 78 "several hosts call themselves $other: give each a host name of its own"
    threads=${SD_THREADS:-}
    now=$(answer "$folder" "$first" clock)
    for host in "${hosts[@]}"; do
        other=$(($(answer "$folder" "$host" clock) - now))
        [ "${other#-}" -le 60 ] || tell "warning: the clock of $host is off by $other s"
        share=$(($(answer "$folder" "$host" cores) / slots[$host]))
        # Every rank gets the same number of cores: steps wait for the slowest.
        if [ -z "${SD_THREADS:-}" ] && { [ -z "$threads" ] || [ "$share" -lt "$threads" ]; }; then threads=$share; fi
    done
}

# network ADDRESS/PREFIX: the network it lies in.
network() {
    local prefix=${1#*/} a b c d value
    IFS=. read -r a b c d <<<"${1%/*}"
    value=$(((a << 24 | b << 16 | c << 8 | d) & (0xffffffff << (32 - prefix)) & 0xffffffff))
    echo "$((value >> 24)).$((value >> 16 & 255)).$((value >> 8 & 255)).$((value & 255))/$prefix"
}

# choose_subnet FOLDER: sets subnet to the smallest network in which every host has an address of its own, or to "".
#
# Bridges such as docker0 have the same address on every host: a job that tries them hangs.
choose_subnet() {
    local folder=$1 host address
    subnet=${SD_SUBNET:-}
    [ -z "$subnet" ] || return 0
    subnet=$(
        for host in "${hosts[@]}"; do
            while read -r address; do
                [ -z "$address" ] || echo "$(network "$address") ${address%/*} $host"
            done < <(answer "$folder" "$host" address)
        done | sort -u | awk -v wanted=${#hosts[@]} '
            { if (!seen[$1, $3]++) on[$1]++; if (used[$1, $2]++) shared[$1] = 1 }
            END { for (net in on) if (on[net] == wanted && !shared[net]) { split(net, part, "/"); print part[2], net } }
        ' | sort -k1,1nr -k2 | awk 'NR == 1 { print $2 }'
    )
}
