# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with ./run and the other scripts
# Speaking, timing and ports: what both the installation and the processes need.

services=(identity catalog proposals notifications web)

# what · the variable that moves it · default
ports=(
  'web SKILLPLATFORM_WEB_PORT 8080'
  'identity SKILLPLATFORM_IDENTITY_PORT 8081'
  'catalog SKILLPLATFORM_CATALOG_PORT 8082'
  'proposals SKILLPLATFORM_PROPOSALS_PORT 8083'
  'notifications SKILLPLATFORM_NOTIFICATIONS_PORT 8084'
  'mail SKILLPLATFORM_MAIL_PORT 8025'
  'smtp SKILLPLATFORM_SMTP_PORT 1025'
  'postgres SKILLPLATFORM_POSTGRES_PORT 15432'
  'rabbitmq SKILLPLATFORM_RABBITMQ_PORT 15673'
)

exec 3>&2 # steps run with their output in a log; what the reader must see goes here

say() { printf '%s\n' "$*"; }
fail() {
  end_line
  printf '%s\n' "$*" >&3
  exit 1
}
end_line() {
  [[ ${in_step:-} ]] && printf '\n' >&3
  in_step=''
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

# The last lines of a log, for the reader of a failure.
tail_of() {
  end_line
  tail -n "${2:-15}" "$state/logs/$1.log" 2>/dev/null | sed 's/^/    /' >&3
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
not() { ! "$@"; }

# A port is what the environment says, else what the last start used, else the default.
recall_ports() {
  local port name variable default remembered=''
  [[ -f $state/ports ]] && remembered=$(<"$state/ports")
  for port in "${ports[@]}"; do
    read -r name variable default <<<"$port"
    [[ $remembered =~ $variable=([0-9]+) ]] && default=${BASH_REMATCH[1]}
    printf -v "$variable" %s "${!variable:-$default}"
    [[ ${!variable} =~ ^[0-9]{1,5}$ ]] || fail "$variable must be a port number, not '${!variable}'."
  done
}

remember_ports() {
  local port name variable _
  for port in "${ports[@]}"; do
    read -r name variable _ <<<"$port"
    echo "$variable=${!variable}"
  done >"$state/ports"
}

port_of() {
  local variable=SKILLPLATFORM_${1^^}_PORT
  echo "${!variable}"
}
address_of() { echo "http://localhost:$(port_of "$1")"; }

listens() { (exec 4<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
answers() { curl -fs -m 3 -o /dev/null "$1"; }

check_ports() {
  local port name variable _ number taken=' '
  for port in "${ports[@]}"; do
    read -r name variable _ <<<"$port"
    # RabbitMQ's name server and its node take the two ports after its own.
    for number in "${!variable}" $([[ $name == rabbitmq ]] && echo $((${!variable} + 1)) $((${!variable} + 2))); do
      [[ $taken == *" $number "* ]] && fail "Port $number ($name) is given out twice; move it with $variable=<port>."
      listens "$number" && fail "Port $number ($name) is in use by another program; move it with $variable=<port>."
      taken+="$number "
    done
  done
  remember_ports
}
