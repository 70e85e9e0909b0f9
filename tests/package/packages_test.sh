#!/bin/bash
# Installs the Debian packages as an operator would, and uses what came: lints them, starts the server by the command
# line of its unit, as its user, on a file system that is read-only, asks it with the installed command line, reloads and
# stops it; builds another project with the installed SDK; and removes them.
#
# All in a copy of this machine that is thrown away: an overlay of its root, in namespaces of its own. That takes root;
# sudo where the user is another.
# usage: packages_test.sh SOURCE_DIR FOLDER_OF_THE_PACKAGES
set -eu
source=$(realpath "$1")
debs=$(realpath "$2")

if [ "$(id -u)" != 0 ]; then
  exec sudo "$0" "$source" "$debs"
fi
if [ $# = 2 ]; then
  work=$(mktemp -d)
  trap 'rmdir "$work"' EXIT
  unshare --mount --propagation private --net --pid --fork --kill-child --mount-proc "$0" "$source" "$debs" "$work"
  exit
fi
work=$3

say() { echo "-- $*"; }
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# expect WHAT ACTUAL PATTERN: fails where the text does not match the extended regular expression.
expect() { grep -qE -- "$3" <<<"$2" || fail "$1 is \"$2\", but should match: $3"; }

# await WHAT PATTERN FILE: until a line of the file matches, for 30 s at most.
await() {
  local deadline=$((SECONDS + 30))
  until grep -qE -- "$2" "$3"; do
    [ $SECONDS -lt $deadline ] || fail "$1; $3 has: $(cat "$3")"
    sleep 0.05
  done
}

say "lintian: no error, no warning"
lintian --allow-root --fail-on error,warning "$debs"/*.deb

# The overlay. Its upper layer is in memory, so it ends with the namespace.
ip link set lo up
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/overlay" "$work/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/overlay" "$work/root"
root=$work/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
log=$work/hotlined.log
: >"$log"
mkdir "$root/tmp/debs" "$root/tmp/consumer"
cp "$debs"/*.deb "$root/tmp/debs"
cp "$source"/tests/package/consumer/* "$source/client/examples/cpp/quickstart.cc" "$root/tmp/consumer"
inside() { chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

say "they are installed, and once more over a file of flags that was changed"
inside sh -c 'dpkg -i /tmp/debs/*.deb' >"$work/dpkg.log" 2>&1 || fail "dpkg: $(cat "$work/dpkg.log")"
expect "the user" "$(inside getent passwd hotline)" '^hotline:x:[0-9]{3}:'
echo '--max_playbacks=2000' >>"$root/etc/hotline/hotlined.flags"
inside sh -c 'dpkg -i /tmp/debs/hotline-server_*.deb' >"$work/dpkg.log" 2>&1 || fail "dpkg: $(cat "$work/dpkg.log")"
expect "the file of flags" "$(cat "$root/etc/hotline/hotlined.flags")" '^--max_playbacks=2000$'

unit=$root/lib/systemd/system/hotlined.service
# setting NAME: of the unit.
setting() { sed -n "s/^$1=//p" "$unit"; }

say "systemd takes the unit, and finds little exposed"
verdict=$(inside systemd-analyze verify --man=no /lib/systemd/system/hotlined.service 2>&1) || fail "$verdict"
expect "systemd-analyze verify" "$verdict" '^$'
inside systemd-analyze security --offline=true --threshold=15 /lib/systemd/system/hotlined.service |
  sed -n 's/.*\(Overall exposure\)/   \1/p'
inside systemctl is-enabled hotlined.service >/dev/null || fail "the unit is not enabled"

say "the server starts as the unit would start it, where nothing can be written"
mount -o remount,ro "$root"
mount -o remount,ro "$root/tmp"
mount -o remount,ro "$root/run"
# strace -D: its parent is what is started, so signals and exit code are the server's own.
install -m 666 /dev/null "$work/syscalls"
# As many descriptors as the unit gives, where this machine lets root raise its limit.
ulimit -n "$(setting LimitNOFILE)" 2>/dev/null || ulimit -n "$(ulimit -Hn)"
chroot "$root" setpriv --reuid="$(setting User)" --regid="$(setting User)" --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all env -i /usr/bin/strace -D -f -c -U name -o /dev/fd/9 $(setting ExecStart) \
  9<"$work/syscalls" 2>"$log" &
server=$!
await "it does not start" 'listening on 127\.0\.0\.1:50051$' "$log"
expect "the user of the server" "$(stat -c %u /proc/$server)" "^$(inside id -u "$(setting User)")\$"
ask() { inside hotline "$@"; }
expect "hotline health" "$(ask health)" '^SERVING$'
expect "hotline corpus" "$(ask corpus)" '13 documents|documents +13'
expect "hotline play" "$(ask play --unpaced)" '^The end: 28 events of 13 documents\.$'
exec 3<>/dev/tcp/127.0.0.1/9464
printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3
expect "/readyz" "$(cat <&3)" '^HTTP/1\.[01] 200 '
exec 3>&-
expect "hotline --version" "$(ask --version)" "^hotline $(inside dpkg-query -W -f '${source:Upstream-Version}' hotline)\$"

say "ExecReload makes it read its corpus again"
MAINPID=$server sh -c "$(setting ExecReload)"
await "it does not reload" 'SIGHUP: serving revision' "$log"

say "SIGTERM ends it with 0"
kill -s "$(setting KillSignal)" $server
code=0
wait $server || code=$?
[ $code = 0 ] || fail "it ended with $code: $(cat "$log")"
expect "its last line" "$(tail -n 1 "$log")" 'drained$'
! grep -E ' (warning|error) ' "$log" || fail "it complained"

say "what it calls of the kernel is what the unit allows"
await "strace does not end" 'total$' "$work/syscalls"
# Each line of a group is a system call, or another group.
calls_of() {
  inside systemd-analyze syscall-filter "$1" | sed -n '2,$s/^ *\([@a-z0-9_-]*\)$/\1/p' | while read -r call; do
    case $call in @*) calls_of "$call" ;; *) echo "$call" ;; esac
  done
}
calls_of @system-service | sort -u >"$work/allowed"
{ calls_of @privileged && calls_of @resources; } | sort -u >"$work/forbidden"
sed '1,/^---/d; /^---/,$d; s/ //g' "$work/syscalls" | sort -u >"$work/used"
[ -s "$work/used" ] || fail "strace saw nothing"
expect "what the unit forbids" "$(setting SystemCallFilter | xargs)" '^@system-service ~@privileged @resources$'
refused=$(comm -13 <(comm -23 "$work/allowed" "$work/forbidden") "$work/used")
[ -z "$refused" ] || fail "SystemCallFilter refuses it $(xargs <<<"$refused")"

say "another project is built with the installed SDK"
mount -o remount,rw "$root"
mount -o remount,rw "$root/tmp"
inside sh -c 'cd /tmp/consumer && cmake -G Ninja -DQUICKSTART=/tmp/consumer/quickstart.cc -B build . && ninja -C build' \
  >"$work/build.log" 2>&1 || fail "$(tail -n 30 "$work/build.log")"
expect "what it prints" "$(inside /tmp/consumer/build/mocked)" '^hotline [0-9.]+: 1 message, 2 steps$'

say "the descriptors are there, and whole"
verdict=$("$source/build/python/bin/python" "$source/tests/package/descriptors_test.py" \
  "$root/usr/share/hotline/proto" 2>&1) || fail "$verdict"

say "they are removed without a trace"
mount -o remount,rw "$root/run"
inside dpkg --purge hotline-server hotline libhotline-dev >"$work/dpkg.log" 2>&1 || fail "dpkg: $(cat "$work/dpkg.log")"
left=$(find "$root"/{etc,usr,lib,var/lib/systemd} -xdev -iname '*hotline*' -not -path '*/var/lib/dpkg/*' | head)
[ -z "$left" ] || fail "left behind: $left"
say "all as it should be"
