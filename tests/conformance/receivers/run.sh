#!/bin/sh
# run.sh FOLDER COMMAND...: runs a command where the only name server is NSD with FOLDER/nsd.conf, on port 53 of a
# loopback of its own, in a namespace of mounts and network: root's own, or one of users where somebody else asks.
set -eu
folder=$1
shift
if [ "${PLUMB_OWN_NET:-}" = "" ]; then
  users=
  [ "$(id -u)" = 0 ] || users=-Ur
  unshare $users -mn true || { echo "this machine allows no namespaces of mounts and network" >&2; exit 1; }
  here=$(cd "$(dirname "$0")" && pwd)
  PLUMB_OWN_NET=yes exec unshare $users -mn sh "$here/run.sh" "$folder" "$@"
fi
ip link set lo up
# A machine may have no resolv.conf to put another on: a copy of its settings has one. What somebody else may not
# read is not needed here.
cp -a /etc "$folder/etc" 2>/dev/null || true
rm -f "$folder/etc/resolv.conf"
echo "nameserver 127.0.0.1" >"$folder/etc/resolv.conf"
mount --bind "$folder/etc" /etc
nsd=/usr/sbin/nsd
[ -x "$nsd" ] || nsd=nsd
"$nsd" -d -c "$folder/nsd.conf" >"$folder/nsd.out" 2>&1 &
server=$!
trap 'kill "$server"; wait "$server" || true' EXIT
tries=400
until drill -t example. @127.0.0.1 SOA 2>/dev/null | grep -q "rcode: NOERROR"; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { cat "$folder/nsd.out" "$folder/nsd.log" >&2; exit 1; }
  sleep 0.05
done
"$@"
