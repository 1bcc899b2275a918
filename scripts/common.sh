# shellcheck shell=bash
# shellcheck disable=SC2154 # ./run, ./test and ./bench set root and state
# Speaking, waiting and, in the file beside this one, installing.

. "${BASH_SOURCE%/*}/install.sh"
exec 3>&2 # steps run with their output in a log; what the reader must see goes here

say() { printf '%s\n' "$*"; }
fail() {
  [[ ${in_step:-} ]] && printf '\n' >&3
  printf '%s\n' "$*" >&3
  exit 1
}

# step <what> <command…>: says what is done, does it with its output in .run/logs/run.log, says how long it took.
# The command ends the run with `fail` when it cannot do its work.
step() {
  local what=$1 began=${EPOCHREALTIME/[.,]/} tenths
  shift
  in_step=yes
  printf '  %-44s' "$what"
  "$@" >>"$state/logs/run.log" 2>&1
  in_step=''
  tenths=$(((${EPOCHREALTIME/[.,]/} - began) / 100000))
  printf '%4d.%d s\n' $((tenths / 10)) $((tenths % 10))
}

# within <seconds> <condition…>: waits until the condition holds; false when it does not in time.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

listens() { (exec 4<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
