#!/usr/bin/env python3
"""Writes a project of many mail domains: mail_fleet.py DIR [DOMAINS [MAILBOXES [ALIASES]]].

Mailboxes and aliases are per domain. The default is 1,000 domains with 100 mailboxes and 300
aliases each: 100,000 and 300,000 in all. `time plumb validate` in DIR is what loading costs.
"""

import pathlib
import sys


def project(root):
    (root / "plumb.yaml").write_text(
        """apiVersion: plumb/v1
kind: Project
metadata: {name: mail-fleet}
---
apiVersion: plumb/v1
kind: Provider
metadata: {name: zones}
spec: {type: zonefile, directory: zones}
---
apiVersion: plumb/v1
kind: Provider
metadata: {name: mailhost}
spec: {type: postfix-dovecot, directory: mail, dkim: {directory: mail/dkim}}
---
apiVersion: plumb/v1
kind: Server
metadata: {name: mx1}
spec: {hostname: mx1.fleet.example, addresses: [192.0.2.10, "2001:db8::10"]}
---
apiVersion: plumb/v1
kind: Profile
metadata: {name: mail}
spec:
  dns: {providers: [zones], defaultTTL: 300}
  mail:
    provider: mailhost
    servers: [mx1]
    dkim: {selector: s1, algorithm: ed25519}
    spf: {}
    dmarc: {policy: reject}
    mailboxQuota: 2GiB
  aliases: {postmaster: [user0], abuse: [user0]}
"""
    )


def domain(root, number, mailboxes, aliases):
    name = f"d{number:04}.example"
    lines = [
        "apiVersion: plumb/v1\nkind: Domain\n"
        f"metadata: {{name: {name}}}\nspec:\n  profiles: [mail]\n  aliases:"
    ]
    lines += [f"    alias{i}: [user{i % mailboxes}]" for i in range(aliases)]
    for i in range(mailboxes):
        lines.append(
            "---\napiVersion: plumb/v1\nkind: Mailbox\n"
            f"metadata: {{name: user{i}@{name}}}\n"
            f"spec: {{displayName: User {i}, quota: {1 + i % 8}GiB}}"
        )
    (root / f"{name}.yaml").write_text("\n".join(lines) + "\n")


def main():
    root = pathlib.Path(sys.argv[1])
    domains, mailboxes, aliases = (
        int(sys.argv[i]) if len(sys.argv) > i else default
        for i, default in ((2, 1000), (3, 100), (4, 300))
    )
    root.mkdir(parents=True, exist_ok=True)
    project(root)
    for number in range(domains):
        domain(root, number, mailboxes, aliases)


if __name__ == "__main__":
    main()
