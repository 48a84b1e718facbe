#!/usr/bin/env python3
"""Makes a fleet of mail domains as manifests, the same for the same numbers: one Domain a file, all records its own.

usage: fleet.py ZONES RECORD_SETS_PER_ZONE FOLDER [zonefile | powerdns PORT]
"""
import base64, os, random, sys

zones, per_zone, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
provider = sys.argv[4] if len(sys.argv) > 4 else 'zonefile'
rnd = random.Random(zones * 1000 + per_zone)
ip4 = lambda: '198.51.%d.%d' % (rnd.randrange(256), rnd.randrange(1, 255))
ip6 = lambda: '2001:db8:%x::%x' % (rnd.randrange(1, 65536), rnd.randrange(1, 65536))
key = lambda: 'v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA' + base64.b64encode(rnd.randbytes(258)).decode()[:340] + 'IDAQAB'


def record_sets(zone):
    yield '@', 'MX', 3600, ['10 mx1.%s.' % zone, '20 mx2.%s.' % zone]
    yield '@', 'TXT', 3600, ['v=spf1 mx ip4:%s ip6:%s -all' % (ip4(), ip6())]
    yield '_dmarc', 'TXT', 3600, ['v=DMARC1; p=reject; rua=mailto:dmarc@' + zone]
    for host in ('mx1', 'mx2', 'mail'):
        yield host, 'A', 300, [ip4()]
        yield host, 'AAAA', 300, [ip6()]
    for number in range(per_zone):
        part = 'team%d' % number
        yield part, 'MX', 3600, ['10 mx1.%s.' % zone]
        yield part, 'TXT', 3600, ['v=spf1 ip4:%s ~all' % ip4()]
        yield 's1._domainkey.' + part, 'TXT', 3600, [key()]
        yield 'mail.' + part, 'A', 300, [ip4()]
        yield '_imaps._tcp.' + part, 'SRV', 3600, ['0 1 993 mail.%s.%s.' % (part, zone)]
        yield 'autoconfig.' + part, 'CNAME', 3600, ['mail.%s.' % zone]


def write(path, text):
    with open(os.path.join(folder, path), 'w') as out:
        out.write(text)


os.makedirs(os.path.join(folder, 'domains'), exist_ok=True)
write('plumb.yaml', 'apiVersion: plumb/v1\nkind: Project\nmetadata: {name: fleet}\nspec: {manifests: [providers.yaml, domains], drift: heal}\n')
spec = '  type: zonefile\n  directory: zones\n'
if provider == 'powerdns':
    spec = '  type: powerdns\n  endpoint: http://127.0.0.1:%s\n  auth: {apiKey: {env: PDNS_API_KEY}}\n' % sys.argv[5]
write('providers.yaml', 'apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: dns}\nspec:\n' + spec)
for i in range(zones):
    zone = 'mail%05d.example' % i
    lines = ['apiVersion: plumb/v1', 'kind: Domain', 'metadata: {name: %s}' % zone, 'spec:',
             '  dns: {providers: [dns], ownership: exclusive, nameServers: [ns1.dns.test., ns2.dns.test.]}', '  records:']
    for count, (name, kind, ttl, values) in enumerate(record_sets(zone), 2):
        if count > per_zone:
            break
        lines.append("    - {name: '%s', type: %s, ttl: %d, values: [%s]}" % (name, kind, ttl, ', '.join("'%s'" % v for v in values)))
    write('domains/%s.yaml' % zone, '\n'.join(lines) + '\n')
