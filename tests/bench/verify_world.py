#!/usr/bin/env python3
"""Mail domains to look at, and the name servers that have them, on the loopback.

usage: verify_world.py DOMAINS FOLDER NSD_PORT UNBOUND_PORT
Writes a project, and nsd.conf and unbound.conf for what `plumb apply` makes of it.
"""
import pathlib
import sys

domains, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
nsd_port, unbound_port = sys.argv[3], sys.argv[4]
KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
PARENT, REVERSE = "fleet.example", "127.in-addr.arpa"


def write(path, text):
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def domain(name, records, delegate=False):
    dns = "providers: [dns], ownership: exclusive, nameServers: [ns1.%s.]" % PARENT
    lines = ["apiVersion: plumb/v1", "kind: Domain", "metadata: {name: %s}" % name, "spec:",
             "  dns: {%s%s}" % (dns, ", delegate: true" if delegate else ""), "  records:"]
    lines += ["    - {name: '%s', type: %s, value: '%s'}" % record for record in records]
    write("domains/%s.yaml" % name, "\n".join(lines) + "\n")


write("plumb.yaml", "apiVersion: plumb/v1\nkind: Project\nmetadata: {name: world}\nspec:\n"
      "  manifests: [providers.yaml, domains]\n  resolvers: ['127.0.0.1:%s']\n" % unbound_port)
write("providers.yaml", "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: dns}\nspec:\n  type: zonefile\n"
      "  directory: zones\n  verify: {servers: ['127.0.0.1:%s']}\n" % nsd_port)
names = ["mail%05d.%s" % (i, PARENT) for i in range(domains)]
for i, name in enumerate(names):
    domain(name, [("@", "MX", "10 mx1.%s." % name),
                  ("mx1", "A", "127.1.%d.%d" % (i // 250, 1 + i % 250)),
                  ("@", "TXT", "v=spf1 mx -all"),
                  ("_dmarc", "TXT", "v=DMARC1; p=reject; rua=mailto:dmarc@%s" % name),
                  ("s1._domainkey", "TXT", "v=DKIM1; k=ed25519; p=" + KEY),
                  ("_smtp._tls", "TXT", "v=TLSRPTv1; rua=mailto:tls@%s" % name),
                  ("@", "CAA", '0 issue "ca.example"'),
                  ("_imaps._tcp", "SRV", "0 1 993 mx1.%s." % name)], True)
domain(PARENT, [("ns1", "A", "127.0.0.1")])
domain(REVERSE, [("%d.%d.1" % (1 + i % 250, i // 250), "PTR", "mx1.%s." % name) for i, name in enumerate(names)])

zones = names + [PARENT, REVERSE]
write("run/nsd.conf", """server:
  ip-address: 127.0.0.1@%s
  username: ""
  database: ""
  zonesdir: "%s/zones"
  pidfile: ""
  zonelistfile: "%s/run/zone.list"
  xfrdfile: "%s/run/xfrd.state"
  xfrdir: "%s/run"
  logfile: "%s/run/nsd.log"
remote-control:
  control-enable: no
""" % (nsd_port, *[folder] * 5) + "".join('zone:\n  name: "%s"\n  zonefile: "%s.zone"\n' % (z, z) for z in zones))
write("run/unbound.conf", """server:
  interface: 127.0.0.1
  port: %s
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "%s/run"
  pidfile: ""
  use-syslog: no
  logfile: "%s/run/unbound.log"
  do-not-query-localhost: no
  do-ip6: no
  module-config: "iterator"
  root-hints: ""
  so-rcvbuf: 1m
  local-zone: "." static
  local-zone: "%s." transparent
  local-zone: "%s." transparent
remote-control:
  control-enable: no
""" % (unbound_port, folder, folder, PARENT, REVERSE) + "".join(
    'stub-zone:\n  name: "%s."\n  stub-addr: 127.0.0.1@%s\n' % (z, nsd_port) for z in zones))
