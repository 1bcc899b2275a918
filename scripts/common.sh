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

# The AppHost holds the lock as long as it lives, and its number stands in it.
runs() { [[ -f $state/lock ]] && ! flock -n "$state/lock" true; }

# value_of <name> <file>: of a file of lines name=value.
value_of() { sed -n "s/^$1=//p" "$2"; }

# A name for what stands outside of the state folder and belongs to it, and whether others may enter a folder, as in AppHost/Settings.cs.
ours() { echo "skillplatform-$(printf %s "$state" | sha256sum | cut -c 1-10)"; }
open_to_others() { [[ $1 == / || $(stat -c %A "$1") == *[xt] ]] && { [[ $1 == / ]] || open_to_others "$(dirname "$1")"; }; }

# Where PostgreSQL's own tools are.
postgres_programs() {
  has_postgres || fail 'The PostgreSQL programs are missing on this machine: ./run installs them.'
  compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1
}

# Sets from: the database server that ./run has started, or the one that is named, as a connection string of PostgreSQL's own tools.
the_databases() {
  from=${SKILLPLATFORM_POSTGRES:-}
  [[ ! $from ]] || return 0
  [[ -f $state/secrets && -f $state/ports ]] || fail 'Nothing has been started here; SKILLPLATFORM_POSTGRES names another server.'
  from="host=127.0.0.1 port=$(value_of SKILLPLATFORM_POSTGRES_PORT "$state/ports") user=skillplatform"
  PGPASSWORD=$(value_of database_password "$state/secrets")
  export PGPASSWORD
}
