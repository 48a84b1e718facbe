#!/bin/sh
# run.sh FOLDER COMMAND...: runs a command where the only name server is NSD with FOLDER/nsd.conf, on port 53 of a
# loopback of its own. Exits with 77 where that may not be done here: it takes root, for a namespace of mounts and
# network.
set -eu
folder=$1
shift
if [ "${PLUMB_OWN_NET:-}" = "" ]; then
  unshare -mn true 2>/dev/null || exit 77
  [ -f /etc/resolv.conf ] || exit 77
  here=$(cd "$(dirname "$0")" && pwd)
  PLUMB_OWN_NET=yes exec unshare -mn sh "$here/run.sh" "$folder" "$@"
fi
ip link set lo up
echo "nameserver 127.0.0.1" >"$folder/resolv.conf"
mount --bind "$folder/resolv.conf" /etc/resolv.conf
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
