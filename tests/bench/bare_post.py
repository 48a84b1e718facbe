#!/usr/bin/env python3
"""What a bare HTTP client needs to make zones at a PowerDNS: `collect PORT FOLDER` keeps the zones that are there as
bodies, `post PORT FOLDER` makes them again over one connection that is kept alive, and does nothing else."""
import http.client, json, os, sys

verb, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
headers = {'X-API-Key': 'bench', 'Content-Type': 'application/json'}
connection = http.client.HTTPConnection('127.0.0.1', port)
base = '/api/v1/servers/localhost/zones'


def call(method, path, body=None):
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status < 300, (answer.status, content[:300])
    return content


if verb == 'collect':
    os.makedirs(folder, exist_ok=True)
    for zone in json.loads(call('GET', base)):
        whole = json.loads(call('GET', base + '/' + zone['id']))
        sets = [{k: s[k] for k in ('name', 'type', 'ttl', 'records')} for s in whole['rrsets']]
        with open(os.path.join(folder, zone['name'] + 'json'), 'w') as out:
            json.dump({'name': zone['name'], 'kind': 'Native', 'nameservers': [], 'api_rectify': True, 'rrsets': sets}, out)
else:
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), 'rb') as body:
            call('POST', base, body.read())
