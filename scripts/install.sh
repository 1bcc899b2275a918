# shellcheck shell=bash
# shellcheck disable=SC2015,SC2154 # `a && b || fail` is meant: fail when either fails; ./run sets root and state
# What the machine must have. Only what is missing is installed, and nothing installed is started machine-wide.

maildev=3.0.0
node=22.23.3 # used where the machine's own Node.js is older than maildev needs

postgres_bin() {
  local newest
  newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  echo "${newest%/initdb}"
}
has_postgres() { [[ -x $(postgres_bin)/initdb ]]; }
has_rabbitmq() { [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]]; }
has() { command -v "$1" >/dev/null; }
has_dotnet() { has dotnet && [[ $(dotnet --list-sdks 2>/dev/null) =~ (^|$'\n')10\. ]]; }

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }
may_be_root() { ((EUID == 0)) || { has sudo && sudo -n true 2>/dev/null; }; }

install_missing() {
  local packages=()
  has_postgres || packages+=(postgresql)
  has_rabbitmq || packages+=(rabbitmq-server)
  has supervisord || packages+=(supervisor)
  has curl || packages+=(curl ca-certificates)
  has npm || packages+=(npm)
  has ps || packages+=(procps)
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"

  export PATH=$PATH:$HOME/.dotnet
  has_dotnet || install_dotnet
  [[ -x $state/mail/node_modules/.bin/maildev ]] || step 'Installing the mail server (npm maildev)' install_maildev
}

install_packages() {
  has apt-get || fail "Missing here: $*. This is not Debian or Ubuntu: install them, then run again."
  may_be_root || fail "Missing here: $*. Run ./run as root, or install them: sudo apt-get install $*"
  step 'Refreshing the package lists' as_root apt-get -o DPkg::Lock::Timeout=120 update
  step "Installing $*" apt_install "$@"
}

# A package's services are private to .run: while installing, a policy keeps dpkg from starting them machine-wide.
apt_install() {
  (
    policy=/usr/sbin/policy-rc.d kept=$state/policy-rc.d
    [[ -e $policy ]] && as_root mv "$policy" "$kept"
    trap 'as_root rm -f "$policy"; [[ ! -e $kept ]] || as_root mv "$kept" "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" </dev/null
  ) || fail "apt-get could not install $* (is the network there?); the reason is in .run/logs/run.log"
}

install_dotnet() {
  if [[ $(apt-cache policy dotnet-sdk-10.0 2>/dev/null) =~ Candidate:\ [0-9] ]]; then
    install_packages dotnet-sdk-10.0
  else
    step "Installing the .NET SDK into $HOME/.dotnet" dotnet_install
  fi
}

dotnet_install() {
  curl -fsSL --retry 2 -m 60 https://dot.net/v1/dotnet-install.sh -o "$state/dotnet-install.sh" &&
    bash "$state/dotnet-install.sh" --channel 10.0 --install-dir "$HOME/.dotnet" && has_dotnet ||
    fail 'The .NET 10 SDK is missing and could not be fetched (is the network there?): https://dotnet.microsoft.com/download'
}

install_maildev() {
  local wanted=("maildev@$maildev")
  (($(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0) >= 20)) ||
    wanted+=("node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')@$node")
  rm -rf "$state/mail" && mkdir -p "$state/mail.new" &&
    npm install --prefix "$state/mail.new" --no-audit --no-fund --loglevel=error \
    --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=3000 "${wanted[@]}" &&
    mv "$state/mail.new" "$state/mail" ||
    fail "npm could not install ${wanted[*]} (is the network there?); the reason is in .run/logs/run.log"
}

# The Node.js that runs the mail server: the machine's, or the one installed beside it.
mail_node() {
  local own=("$state"/mail/node_modules/node-linux-*/bin/node)
  if [[ -x ${own[0]} ]]; then echo "${own[0]}"; else command -v node; fi
}
