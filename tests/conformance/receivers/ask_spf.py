"""Reads "id<TAB>client<TAB>helo<TAB>sender" from standard input; says for each what pyspf (with its explanation) and
libspf2 come to: "id<TAB>pyspf<TAB>explanation<TAB>libspf2"."""
import subprocess
import sys

# pyspf takes dnspython where it is installed, and does not catch what that raises for names that are too long.
sys.modules["dns"] = None

import spf


def pyspf(client, sender, helo):
    answer = spf.query(client, sender, helo, strict=True, timeout=10).check()
    return answer[0], answer[2]


def libspf2(client, sender, helo):
    ran = subprocess.run(
        ["spfquery.libspf2", "-ip", client, "-sender", sender or "postmaster@" + helo, "-helo", helo],
        capture_output=True, text=True, timeout=60, check=False)
    word = ran.stdout.split("\n")[0]
    return "error" if word == "StartError" else word


for line in sys.stdin:
    number, address, name, mail = line.rstrip("\n").split("\t")
    result, why = pyspf(address, mail, name)
    print(number, result, why.replace("\t", " "), libspf2(address, mail, name), sep="\t")
