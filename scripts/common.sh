# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share; sourced by them.
set -euo pipefail

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
me=$(basename -- "$0")

# say TEXT...: one line about what happens now.
say() { printf '%s: %s\n' "$me" "$*"; }

# fail CODE TEXT...: one line about why it ends; 2 is the user's to mend, 4 is not.
fail() {
    local code=$1
    shift
    printf '%s: %s\n' "$me" "$*" >&2
    exit "$code"
}

# print_usage: the comment block at the top of the script, without its first two lines and what is
# for shellcheck.
print_usage() { sed -n '3,/^[^#]/{/^# shellcheck/d; s/^# \{0,1\}//p}' "$0"; }

# duration SECONDS: 12 s, 4 min 05 s.
duration() {
    if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

phase_start=$SECONDS
phase_times=()
# phase_done NAME: notes the time since the last call, for phase_summary.
phase_done() {
    phase_times+=("$1 $(duration $((SECONDS - phase_start)))")
    phase_start=$SECONDS
}
phase_summary() {
    local text
    printf -v text '%s, ' "${phase_times[@]}"
    say "times: ${text%, }; together $(duration $SECONDS)."
}

# show_progress TITLE LOG: copies its input to the log and shows how far ninja is, on a terminal in
# one line that redraws itself, else every 20 seconds.
show_progress() {
    local title=$1 line last=$SECONDS terminal=false
    [[ -t 1 ]] && terminal=true
    while IFS= read -r line || [[ -n $line ]]; do
        printf '%s\n' "$line" >&3
        [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
        if $terminal; then
            printf '\r\033[K%s: %s, %s of %s' "$me" "$title" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
        elif ((SECONDS - last >= 20)); then
            say "$title, ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
            last=$SECONDS
        fi
    done 3>"$2"
    if $terminal; then printf '\r\033[K'; fi
}

# run_logged TITLE LOG COMMAND...: runs the command quietly; when it fails, shows the log's end and
# where the rest is.
run_logged() {
    local title=$1 log=$2 status=0
    shift 2
    mkdir -p "$(dirname -- "$log")"
    "$@" 2>&1 | show_progress "$title" "$log" || status=$?
    if ((status == 0)); then return; fi
    tail -n 30 "$log" >&2
    fail "$status" "$title failed (exit code $status; the last lines are above). The whole log: $log"
}

# build PRESET [TARGET...]: configures and builds with as many jobs as processors and memory allow
# (2 GB a job; JETSMITH_JOBS overrides), through ccache where there is one.
build() {
    local preset=$1 jobs memory
    shift
    memory=$(awk '/^MemAvailable/ {print int($2 / 2e6)}' /proc/meminfo)
    jobs=$(nproc)
    ((memory < jobs)) && jobs=$memory
    ((jobs > 0)) || jobs=1
    jobs=${JETSMITH_JOBS:-$jobs}
    if command -v ccache >/dev/null; then
        export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_CUDA_COMPILER_LAUNCHER=ccache
    fi
    local options=()
    if [[ -n ${JETSMITH_LIBTORCH:-} ]]; then options+=("-DJETSMITH_LIBTORCH=$JETSMITH_LIBTORCH"); fi
    mkdir -p "$root/build"
    exec 8>"$root/build/.lock.$preset"
    flock -n 8 || { say "another build of '$preset' is running; waiting for it"; flock 8; }
    (cd "$root" && run_logged "configuring ($preset)" "$root/build/log/$preset-configure.txt" \
        cmake --preset "$preset" "${options[@]}")
    # Targets that this configuration does not have (the CUDA plug-in without nvcc) are left out.
    local targets=() target
    for target in "$@"; do
        if [[ -n $(ninja -C "$root/build/$preset" -t query "$target" 2>/dev/null) ]]; then
            targets+=("$target")
        fi
    done
    (cd "$root" && run_logged "building ($preset)" "$root/build/log/$preset-build.txt" \
        cmake --build --preset "$preset" -j "$jobs" ${targets:+--target "${targets[@]}"})
    exec 8>&-
}
