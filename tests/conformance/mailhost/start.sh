#!/bin/sh
# start.sh: what `systemctl restart postfix dovecot rspamd` does, on a machine without systemd; comes back when all three
# answer.
set -eu
/usr/lib/postfix/configure-instance.sh -
postfix start
dovecot -o log_path=/var/log/dovecot.log
rspamd -c /etc/rspamd/rspamd.conf -u _rspamd -g _rspamd
answers() {
  /usr/bin/python3 - "$1" <<'ASK'
import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
ASK
}
for port in 25 143 465 587 993 11332; do
  tries=600
  until answers "$port" 2>/dev/null; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "nothing listens on port $port" >&2; tail -n 50 /var/log/*.log /var/log/rspamd/*.log >&2; exit 1; }
    sleep 0.05
  done
done
