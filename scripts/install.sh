# shellcheck shell=bash
# shellcheck disable=SC2015 # `a && b || fail` is meant: fail when either fails
# What the machine must have. Only what is missing is installed, and nothing installed is started machine-wide.

has() { command -v "$1" >/dev/null; }
has_dotnet() { has dotnet && [[ $(dotnet --list-sdks 2>/dev/null) =~ (^|$'\n')10\. ]]; }

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }
may_be_root() { as_root true 2>/dev/null; }

# missing <what…>: those of them that this machine lacks, as Debian's packages.
missing() {
  local one
  for one; do
    case $one in
      postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
      rabbitmq-server) [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] ;;
      procps) has ps ;;
      dovecot-imapd) [[ -x /usr/sbin/dovecot ]] ;;
      *) has "$one" ;;
    esac || echo "$one"
  done
}

# install <what…>: the packages that are missing, and the SDK.
install() {
  local packages
  mapfile -t packages < <(missing "$@")
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}"
  has_dotnet || install_dotnet
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
    printf '#!/bin/sh\nexit 101\n' | as_root env install -m 755 /dev/stdin "$policy"
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" ca-certificates </dev/null
  ) || fail "apt-get could not install $* (is the network there?); the reason is in .run/logs/run.log"
}

install_dotnet() {
  [[ $(apt-cache policy dotnet-sdk-10.0 2>/dev/null) =~ Candidate:\ [0-9] ]] && install_packages dotnet-sdk-10.0 && return
  step "Installing the .NET SDK into $HOME/.dotnet" dotnet_install
}
dotnet_install() {
  curl -fsSL --retry 2 -m 60 https://dot.net/v1/dotnet-install.sh -o "$state/dotnet-install.sh" &&
    bash "$state/dotnet-install.sh" --channel 10.0 --install-dir "$HOME/.dotnet" && has_dotnet ||
    fail 'The .NET 10 SDK is missing and could not be fetched (is the network there?): https://dotnet.microsoft.com/download'
}
