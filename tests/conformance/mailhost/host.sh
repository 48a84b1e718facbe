#!/bin/sh
# host.sh FOLDER SOURCE PROGRAM: a machine of its own that is set up as docs/mail-server says, file by file and command
# by command, with Postfix, Dovecot, rspamd and NSD, until it is killed. Exits with 77 where that may not be done here: it
# takes root, for namespaces of mounts, network and processes. What differs from a real machine stands below "besides".
#
# FOLDER/etc, var, srv and run are its /etc, /var, /srv and /run; the project is FOLDER/srv/project; PROGRAM is
# /srv/plumb-program there. FOLDER/srv/ready comes when the network and the name server are there; /srv/start.sh starts
# the rest, /srv/elsewhere.sh runs a command on another machine.
set -eu
folder=$1 source=$2 program=$3
if [ "${PLUMB_OWN_HOST:-}" = "" ]; then
  unshare -mnp --fork --mount-proc ip link add out type veth peer name in 2>/dev/null || exit 77
  PLUMB_OWN_HOST=yes exec unshare -mnp --fork --kill-child --mount-proc sh "$0" "$@"
fi
exec >"$folder/host.log" 2>&1
set -x
docs=$source/docs/mail-server

# 192.0.2.10 is this machine; 192.0.2.99 is another one, whose mail server keeps all that it gets in /srv/elsewhere.
ip link set lo up
ip link add out type veth peer name in
unshare -n sleep infinity &
elsewhere=$!
until [ "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$elsewhere/ns/net")" ]; do
  sleep 0.02
done
ip link set in netns "$elsewhere"
ip address add 192.0.2.10/24 dev out
ip link set out up
nsenter -t "$elsewhere" -n sh -c "ip link set lo up; ip address add 192.0.2.99/24 dev in; ip link set in up"

# A fresh Debian, after `apt install`.
mkdir -p "$folder/var/spool/postfix" "$folder/var/lib/postfix" "$folder/var/lib/rspamd" "$folder/var/lib/dovecot" \
  "$folder/var/log/rspamd" "$folder/var/mail" "$folder/var/tmp" "$folder/run/rspamd" "$folder/run/nsd" "$folder/srv/project/zones"
chmod 755 "$folder/var" "$folder/srv" "$folder/run"
ln -s /run "$folder/var/run"
cp -a /etc "$folder/etc"
cp "$source/tests/conformance/mailhost/start.sh" "$folder/srv/start.sh"
echo "exec nsenter -t $elsewhere -n \"\$@\"" >"$folder/srv/elsewhere.sh"
cp -r "$docs" "$folder/srv/docs"
: >"$folder/srv/plumb-program"
mount --bind "$program" "$folder/srv/plumb-program"
chown _rspamd: "$folder/var/lib/rspamd" "$folder/var/log/rspamd" "$folder/run/rspamd"
chown postfix: "$folder/var/lib/postfix"
here=$folder/srv
for one in etc var run srv; do
  [ "$one" = srv ] || mount --bind "$folder/$one" "/$one"
done
mount --rbind "$here" /srv
docs=/srv/docs
cp /etc/postfix/master.cf.proto /etc/postfix/master.cf
echo "postmaster: root" >/etc/aliases

# README.md, "Putting it in place": its commands but for apt, its files where its table says.
sed -n '/^```$/,/^```$/p' "$docs/README.md" | sed '/^```/d; /^apt /d' >/srv/commands.sh
grep -q vmail /srv/commands.sh
sh -e /srv/commands.sh
cp "$docs/postfix/main.cf" /etc/postfix/main.cf
cat "$docs/postfix/master.cf.additions" >>/etc/postfix/master.cf
cp "$docs/dovecot/dovecot.conf" /etc/dovecot/dovecot.conf
cp "$docs"/rspamd/local.d/* /etc/rspamd/local.d/

# Besides: a certificate, names of this network alone, logs in files since there is no syslog.
mkdir -p /etc/letsencrypt/live/mx1.example.net
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mx1.example.net \
  -keyout /etc/letsencrypt/live/mx1.example.net/privkey.pem -out /etc/letsencrypt/live/mx1.example.net/fullchain.pem
rm -f /etc/resolv.conf /etc/hosts # they may be links
echo "nameserver 127.0.0.1" >/etc/resolv.conf
echo "127.0.0.1 localhost" >/etc/hosts
postconf -e maillog_file=/var/log/mail.log

# The name server that serves what plumb writes.
cat >/run/nsd/nsd.conf <<CONF
server:
  ip-address: 127.0.0.1
  ip-address: 192.0.2.10
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "/srv/project/zones"
  zonefiles-check: yes
  pidfile: "/run/nsd/nsd.pid"
  xfrdfile: "/run/nsd/xfrd.state"
  zonelistfile: "/run/nsd/zone.list"
  xfrdir: "/run/nsd"
  logfile: "/var/log/nsd.log"
remote-control:
  control-enable: no
CONF
for zone in example.com example.org shop.example else.example; do
  printf 'zone:\n  name: "%s"\n  zonefile: "%s.zone"\n' "$zone" "$zone" >>/run/nsd/nsd.conf
done
cat >/srv/project/zones/else.example.zone <<ZONE
else.example. 300 IN SOA ns.else.example. h.else.example. 1 3600 600 86400 300
else.example. 300 IN MX 10 mx.else.example.
else.example. 300 IN TXT "v=spf1 ip4:192.0.2.99 -all"
mx.else.example. 300 IN A 192.0.2.99
ZONE
nsd -c /run/nsd/nsd.conf
mkdir -m 777 /srv/elsewhere
(cd /srv/elsewhere && exec sh /srv/elsewhere.sh smtp-sink -u nobody -d m. 192.0.2.99:25 10) &
touch /srv/ready
# The first process of a machine: takes in what others leave behind.
while :; do sleep 3600 & wait "$!"; done
