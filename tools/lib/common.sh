# Shell functions that the scripts in tools/ share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
downloads=${KWIRE_DOWNLOADS:-$root/build/downloads}

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs a command silently; when it fails, shows the end of what it said.
# Usage: quietly WHAT COMMAND...
quietly() {
  local what=$1 log started=$SECONDS
  shift
  log=$(mktemp)
  printf '%s ... ' "$what"
  if "$@" >"$log" 2>&1; then
    say "done ($((SECONDS - started)) s)"
    rm -f "$log"
    return 0
  fi
  say "FAILED"
  tail -n 30 "$log" >&2
  rm -f "$log"
  return 1
}

# Configures build/PROFILE when it is new or its native file has changed, and brings it up to date.
configure_profile() {
  local profile=$1
  local dir=$root/build/$profile native=$root/tools/profiles/$profile.ini
  [ -f "$native" ] || die "no profile '$profile'; there are: $(profile_names)"
  command -v meson >/dev/null || die "meson is missing; run tools/setup build"
  if [ -f "$dir/build.ninja" ] && cmp -s "$native" "$dir/profile.ini"; then
    bring_up_to_date "$dir"
    return
  fi
  rm -rf "$dir"
  quietly "configuring build/$profile" \
    meson setup --native-file "$native" "$dir" "$root" || return 1
  cp "$native" "$dir/profile.ini"
}

# Has meson look again at what has changed in meson.build files; silent unless that fails.
bring_up_to_date() {
  local output
  output=$(ninja -C "$1" build.ninja 2>&1) || {
    say "$output" >&2
    return 1
  }
}

# Builds build/PROFILE: a line for every tenth of the way, and what the compiler has to say.
build_profile() {
  local profile=$1
  configure_profile "$profile" || return 1
  NINJA_STATUS='[%f/%t] ' ninja -C "$root/build/$profile" | awk '
    /^ninja: (Entering directory|no work to do)/ { next }
    /^\[[0-9]+\/[0-9]+\]/ {
      split(substr($1, 2, length($1) - 2), count, "/")
      tenth = int(10 * count[1] / count[2])
      if (tenth > shown) { shown = tenth; print "  " $1; fflush() }
      next
    }
    { print; fflush() }'
}

profile_names() {
  local file
  for file in "$root"/tools/profiles/*.ini; do
    basename "$file" .ini
  done | paste -sd' '
}
