# shellcheck shell=bash
# shellcheck disable=SC2015,SC2154 # `a && b || fail` is meant: fail when either fails; ./run sets root and state
# The private servers and the services, all under one supervisord that listens nowhere but on a socket in .run.

build=$state/build
pidfile=$state/supervisord.pid
socket=$state/supervisor.sock

# ---- state

prepare_state() {
  [[ $root =~ [[:space:]%\"\'] ]] && fail "The path $root holds a character that RabbitMQ's scripts cannot take; move the clone."
  ((${#socket} < 90)) || fail "The path $root is too long for a Unix socket; move the clone."
  mkdir -p "$state" && chmod 711 "$state"
  exec 9>"$state/lock"
  flock -n 9 || fail 'Another ./run is starting here.'
  none_left || stop_everything # what a killed supervisor left behind
  rm -rf "$state/logs.previous"
  [[ -d $state/logs ]] && mv "$state/logs" "$state/logs.previous"
  mkdir -p "$state/logs"
}

forget_everything() {
  stop_everything
  say 'Throwing the data away.'
  rm -rf "$state"/{rabbitmq,mailbox,secrets,starter-catalogue.loaded} "$(postgres_home)"
}

# ---- PostgreSQL and RabbitMQ

# PostgreSQL refuses to run as root, so root hands it to the user of its package,
# and keeps its data in /var/lib when that user may not enter the folder of this clone.
as_postgres() { if ((EUID == 0)); then runuser -u postgres -- "$@"; else "$@"; fi; }
postgres_home() {
  if ((EUID != 0)) || as_postgres test -x "$state" 2>/dev/null; then
    echo "$state/postgres"
  else
    echo "/var/lib/skillplatform-$(cksum <<<"$root" | cut -d ' ' -f 1)"
  fi
}
postgres_answers() { "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$SKILLPLATFORM_POSTGRES_PORT"; }
sql() {
  PGPASSWORD=$database_password "$(postgres_bin)/psql" -X -q -t -A -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$SKILLPLATFORM_POSTGRES_PORT" -U skillplatform -d postgres -c "$1"
}

prepare_servers() {
  local home
  home=$(postgres_home)
  if [[ ! -f $state/secrets ]]; then
    (
      umask 077
      printf '%s=%s\n' database_password "$(random)" broker_password "$(random)" >"$state/secrets"
    )
  fi
  # shellcheck source=/dev/null
  . "$state/secrets"

  if [[ ! -d $home/data ]]; then
    rm -rf "$home"
    if ((EUID == 0)); then install -d -o postgres -m 700 "$home"; else install -d -m 700 "$home"; fi
    as_postgres tee "$home/password" <<<"$database_password" >/dev/null
    as_postgres "$(postgres_bin)/initdb" -D "$home/new" -U skillplatform --pwfile="$home/password" \
      --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync &&
      rm "$home/password" && mv "$home/new" "$home/data" ||
      fail 'PostgreSQL could not create its data folder; the reason is in .run/logs/run.log'
  fi

  mkdir -p "$state/rabbitmq" "$state/mailbox"
  (
    umask 077
    cat >"$state/rabbitmq/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$SKILLPLATFORM_RABBITMQ_PORT
default_user = skillplatform
default_pass = $broker_password
disk_free_limit.absolute = 100MB
CONF
    echo '[].' | tee "$state/rabbitmq/advanced.config" >"$state/rabbitmq/enabled_plugins"
  )
  supervisor_configuration >"$state/supervisord.conf"
}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

create_databases() {
  local name existing
  existing=$(sql 'select datname from pg_database') || fail 'PostgreSQL refuses the password in .run/secrets; ./run --fresh starts anew.'
  for name in catalog proposals notifications identity web; do
    [[ $'\n'$existing$'\n' == *$'\n'$name$'\n'* ]] || sql "create database $name" || fail "The database $name could not be created."
  done
}

# ---- the supervisor

# The same names that the Aspire AppHost injects, so that a process cannot tell who started it.
service_environment() {
  local name
  for name in catalog proposals notifications identity web; do
    echo "ConnectionStrings__$name-db=Host=127.0.0.1;Port=$SKILLPLATFORM_POSTGRES_PORT;Database=$name;Username=skillplatform;Password=$database_password;Max Auto Prepare=50;Auto Prepare Min Usages=2"
    echo "services__${name}__http__0=http://127.0.0.1:$(port_of "$name")"
  done
  cat <<ENVIRONMENT
ConnectionStrings__messaging=amqp://skillplatform:$broker_password@127.0.0.1:$SKILLPLATFORM_RABBITMQ_PORT/
ASPNETCORE_ENVIRONMENT=Development
Identity__Authority=$(address_of identity)
Identity__Audience=skillplatform
Web__PublicOrigin=$(address_of web)
Smtp__Host=127.0.0.1
Smtp__Port=$SKILLPLATFORM_SMTP_PORT
Smtp__From=SkillPlatform <no-reply@example.org>
SKILLPLATFORM_RUN=$state
ENVIRONMENT
}
in_environment() {
  local environment
  mapfile -t environment < <(service_environment)
  env "${environment[@]}" "$@"
}

supervisor_configuration() {
  local service
  cat <<CONF
[supervisord]
pidfile=$pidfile
logfile=$state/logs/supervisord.log
directory=$state
$( ((EUID == 0)) && echo user=root)

[unix_http_server]
file=$socket
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://$socket

$(program postgres 10 INT "$(postgres_bin)/postgres -D $(postgres_home)/data -p $SKILLPLATFORM_POSTGRES_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200")
$( ((EUID == 0)) && echo user=postgres)

; Erlang's name server, which a node would otherwise start for the whole machine and leave behind.
$(program epmd 10 TERM "epmd -port $((SKILLPLATFORM_RABBITMQ_PORT + 1)) -address 127.0.0.1")

$(program rabbitmq 20 TERM /usr/lib/rabbitmq/bin/rabbitmq-server)
environment=$(rabbitmq_environment)

$(program mail 20 TERM "$(mail_node) mail/node_modules/.bin/maildev --ip 127.0.0.1 --smtp $SKILLPLATFORM_SMTP_PORT --web-ip 127.0.0.1 --web $SKILLPLATFORM_MAIL_PORT --mail-directory mailbox --max-emails 5000")
CONF
  for service in "${services[@]}"; do
    cat <<CONF

$(program "$service" 30 TERM "dotnet $build/publish/${service^}/release/${service^}.dll")
directory=$build/publish/${service^}/release
environment=ASPNETCORE_URLS="http://127.0.0.1:$(port_of "$service")"
autostart=false
CONF
  done
  printf '\n[group:services]\npriority=30\nprograms=%s\n' "$(
    IFS=,
    echo "${services[*]}"
  )"
}

program() { # name, order, stop signal, command
  cat <<CONF
[program:$1]
priority=$2
stopsignal=$3
command=$4
autorestart=true
startretries=1000
stopwaitsecs=30
killasgroup=true
redirect_stderr=true
stdout_logfile=$state/logs/$1.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
CONF
}

# ALLOW_INPUT makes its script become the node instead of waiting for it, so that the supervisor holds the node itself.
rabbitmq_environment() {
  local home=$state/rabbitmq pair joined=''
  for pair in \
    HOME="$home" RABBITMQ_NODENAME=skillplatform@localhost \
    ERL_EPMD_PORT=$((SKILLPLATFORM_RABBITMQ_PORT + 1)) ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_DIST_PORT=$((SKILLPLATFORM_RABBITMQ_PORT + 2)) \
    RABBITMQ_ALLOW_INPUT=yes RABBITMQ_SERVER_START_ARGS=-noinput \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced.config" RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$home" RABBITMQ_LOG_BASE="$home" RABBITMQ_LOGS=- RABBITMQ_PID_FILE="$home/pid"; do
    joined+=${pair%%=*}=\"${pair#*=}\",
  done
  echo "${joined%,}"
}

supervisorctl() { command supervisorctl -c "$state/supervisord.conf" "$@"; }
supervisor_runs() { [[ -s $pidfile ]] && is_ours "$(<"$pidfile")"; }
start_supervisor() {
  step 'Starting PostgreSQL, RabbitMQ and mail' launch_supervisor
}
launch_supervisor() {
  # The reader's terminal and the lock of this start must not live on in the supervisor.
  in_environment supervisord -c "$state/supervisord.conf" 3>&- 9>&- && within 10 supervisor_runs && return
  tail_of run
  fail 'The supervisor did not start.'
}
start_services() { supervisorctl start 'services:*'; }

# Everything started here carries the path of .run in its environment, and is found by that even if its parent is gone.
is_ours() { grep -qzxsF "SKILLPLATFORM_RUN=$state" "/proc/$1/environ"; }
our_processes() { grep -lzxsF "SKILLPLATFORM_RUN=$state" /proc/[0-9]*/environ | grep -o '[0-9]*'; }
none_left() { [[ ! $(our_processes) ]]; }

stop_everything() {
  local pids signal
  trap '' INT TERM HUP
  if supervisor_runs; then
    say 'Stopping services, then broker and database.'
    kill "$(<"$pidfile")" # stops in reverse order, each cleanly
    within 90 not supervisor_runs
  fi
  for signal in TERM KILL; do
    mapfile -t pids < <(our_processes)
    ((${#pids[@]} == 0)) && break
    kill -s "$signal" "${pids[@]}" 2>/dev/null
    within 15 none_left
  done
  trap - INT TERM HUP
}

# ---- the services

sources() {
  find services ServiceDefaults Directory.*.props global.json \
    \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' | sort | sha256sum
}

build_services() {
  local stamp=$build/sources now
  now=$(sources)
  [[ -f $stamp && $(<"$stamp") == "$now" ]] && return
  rm -f "$stamp"
  step 'Building the services' build_release
  echo "$now" >"$stamp"
}

# Without build servers, which would stay behind; without analyzers, which are for .ci/run.
build_release() {
  MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    dotnet publish services/services.slnf --configuration Release --artifacts-path "$build" --verbosity quiet \
    -p:RunAnalyzers=false -p:UseSharedCompilation=false && return
  grep -h ' error ' "$state/logs/run.log" | sort -u | tail -n 10 | sed 's/^/    /' >&3
  fail 'The services could not be built (restoring packages needs the network); more in .run/logs/run.log'
}

# wait_for <process> <condition…>: until it holds, at most 90 s, or shows what the process said last.
wait_for() {
  local process=$1
  shift
  within 90 "$@" && return
  tail_of "$process"
  fail "$process did not become ready; the lines above are the last of .run/logs/$process.log"
}

load_starter_catalogue() {
  local loaded=$state/starter-catalogue.loaded
  [[ -f $loaded ]] && return
  step 'Loading the starter catalogue' import_starter_catalogue
  touch "$loaded"
}
import_starter_catalogue() {
  in_environment timeout 300 dotnet "$build/publish/Catalog/release/Catalog.dll" import services/Catalog/starter-catalogue.json && return
  tail_of run
  fail 'The starter catalogue could not be loaded; more in .run/logs/run.log'
}

# ---- what the reader sees

show_addresses() {
  cat <<TEXT

  SkillPlatform      $(address_of web)
  Sign-in served by  $(address_of identity)
  Mail               http://localhost:$SKILLPLATFORM_MAIL_PORT
  API reference      $(address_of web)/api/docs

  Accounts           admin@example.org, reviewer@example.org, reviewer2@example.org,
                     contributor@example.org, reader@example.org
  Password           skillplatform-dev-1

TEXT
}

show_status() {
  local name status rest health exit_code=0
  supervisor_runs || { say 'Not running.' && exit 3; }
  while read -r name status rest; do
    name=${name#services:} health=''
    case $name in
      postgres) address=127.0.0.1:$SKILLPLATFORM_POSTGRES_PORT check=postgres_answers ;;
      rabbitmq) address=127.0.0.1:$SKILLPLATFORM_RABBITMQ_PORT check="listens $SKILLPLATFORM_RABBITMQ_PORT" ;;
      epmd) address=127.0.0.1:$((SKILLPLATFORM_RABBITMQ_PORT + 1)) check="listens $((SKILLPLATFORM_RABBITMQ_PORT + 1))" ;;
      mail) address=http://localhost:$SKILLPLATFORM_MAIL_PORT check="answers $address/api/healthz" ;;
      *) address=$(address_of "$name") check="answers $address/health/ready" ;;
    esac
    if $check 2>/dev/null; then health=ready; else health='not ready' exit_code=1; fi
    printf '  %-14s %-10s %-10s %-28s %s\n' "$name" "$status" "$health" "$address" "$rest"
  done < <(supervisorctl status)
  return $exit_code
}

# All logs as one, each line under the name of its process, until the supervisor is gone.
follow_logs() {
  tail -n 0 -F --pid="$(<"$pidfile")" "$state"/logs/{postgres,rabbitmq,mail,identity,catalog,proposals,notifications,web}.log \
    2>/dev/null > >(prefix_lines) &
  wait $!
}

# tail announces a change of file by the line `==> file <==` after an empty one.
prefix_lines() {
  local line name='' colour='' plain='' hue=31
  local -A hues=()
  trap '' INT
  [[ -t 1 ]] && plain=$'\e[0m'
  while IFS= read -r line; do
    if [[ $line =~ ^'==> '.*/([a-z]+)\.log' <=='$ ]]; then
      name=${BASH_REMATCH[1]}
      [[ ${hues[$name]:-} ]] || hues[$name]=$((hue++))
      [[ $plain ]] && colour=$'\e['$((hues[$name] > 36 ? hues[$name] + 54 : hues[$name]))m
    elif [[ $line ]]; then
      printf '%s%-13s%s | %s\n' "$colour" "$name" "$plain" "$line"
    fi
  done
}
