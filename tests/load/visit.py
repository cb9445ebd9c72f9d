"""Visit a running forum with a few readers at once for a while and say how it held.

Run it as `make load` beside `make run`. It only reads, only on this machine, and never longer than a minute.
"""

from __future__ import annotations

import http.client
import re
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

READERS = 8
SECONDS = 20
STILL = ("/", "/help", "/rules")
LINK = re.compile(r'href="(/(?:c|t)/[A-Za-z0-9_-]{22})"')


def _read(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def _paths(host: str, port: int) -> list[str]:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    found = set(STILL)
    for path in STILL[:1]:
        found |= set(LINK.findall(_read(connection, path)[1]))
    for path in sorted(found - set(STILL)):
        found |= set(LINK.findall(_read(connection, path)[1]))
    connection.close()
    return sorted(found)


def _reader(host: str, port: int, paths: list[str], until: float, seen: list[tuple[int, float]]) -> None:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    turn = len(seen)
    while time.monotonic() < until:
        turn += 1
        started = time.perf_counter()
        try:
            status, _page = _read(connection, paths[turn % len(paths)])
        except OSError:
            connection.close()
            status = 0
        seen.append((status, time.perf_counter() - started))
    connection.close()


def main(address: str) -> int:
    """Visit the forum at an address of this machine; 1 when any answer was an error."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 80
    if host not in {"127.0.0.1", "localhost"}:
        print("Only a forum on this machine may be visited like this.")
        return 2
    paths = _paths(host, port)
    seen: list[list[tuple[int, float]]] = [[] for _reader_ in range(READERS)]
    until = time.monotonic() + SECONDS
    threads = [threading.Thread(target=_reader, args=(host, port, paths, until, mine)) for mine in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = [one for mine in seen for one in mine]
    times = sorted(seconds for _status, seconds in every)
    statuses = Counter(status for status, _seconds in every)
    rate, worst = len(every) / SECONDS, times[-len(times) // 100] * 1000
    print(f"{len(paths)} pages, {READERS} readers, {SECONDS} seconds: {rate:.0f} pages a second")
    print(f"half within {times[len(times) // 2] * 1000:.1f} ms, 99 of 100 within {worst:.1f} ms")
    for status, count in sorted(statuses.items()):
        print(f"answer {status or 'none'}: {count}")
    return int(any(status != http.client.OK for status in statuses))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
