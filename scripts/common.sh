# shellcheck shell=bash
# What ./run, ./test and the others share: where things are, speaking, the AppHost and, in the file beside this one, installing.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
state=$root/.run
. "$root/scripts/install.sh"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 ASPIRE_CLI_TELEMETRY_OPTOUT=1 PATH=$PATH:$HOME/.dotnet
# PostgreSQL's user must be able to enter it, as AppHost/Settings.cs says.
mkdir -p "$state/logs" && chmod 711 "$state"
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
  local what=$1 began=$SECONDS
  shift
  in_step=yes
  printf '  %-44s' "$what"
  "$@" >>"$state/logs/run.log" 2>&1
  in_step=''
  printf '%6d s\n' $((SECONDS - began))
}

# The AppHost holds the lock as long as it lives.
runs() { [[ -f $state/lock ]] && ! flock -n "$state/lock" true; }

# apphost <argument…>: as ./run has built it, or the solution.
apphost() {
  local built=${SKILLPLATFORM_APPHOST:-$state/build/bin/AppHost/release/AppHost.dll}
  [[ -f $built ]] || built=$root/AppHost/bin/Release/net10.0/AppHost.dll
  [[ -f $built ]] || dotnet build "$root/AppHost" --configuration Release --verbosity quiet -nologo >&2 || exit
  exec dotnet "$built" "$@"
}

# watched <project> <class>: these tests alone, what they say shown while they run.
watched() {
  [[ ${SKILLPLATFORM_TEST_NO_BUILD:-} ]] || dotnet build "$root/tests/$1.Tests" -c Release -v q -nologo
  dotnet "$root/tests/$1.Tests/bin/Release/net10.0/$1.Tests.dll" --ansi off --progress off --show-live-output on --filter-class "*.$2"
}
