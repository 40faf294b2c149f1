#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hold.py URL COUNT BODY [HEADER…]: opens COUNT connections, has one answer on each, says how many there are, and holds
them until its standard input ends."""

import socket
import sys
from urllib.parse import urlsplit


def main():
    url, count, body, *headers = sys.argv[1:]
    parts = urlsplit(url)
    data = open(body, "rb").read()
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json", *headers]
    request = "\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data
    held = []
    for _ in range(int(count)):
        try:
            connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
            connection.sendall(request)
            if read_answer(connection):
                held.append(connection)
        except OSError:
            pass
    print(len(held), flush=True)
    sys.stdin.read()


def read_answer(connection: socket.socket) -> bool:
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65536)
        if not piece:
            return False
        answer += piece
    head, rest = answer.split(b"\r\n\r\n", 1)
    fields = {name.lower(): value.strip() for name, value in (line.split(b":", 1) for line in head.split(b"\r\n")[1:])}
    length = int(fields[b"content-length"])
    while len(rest) < length:
        rest += connection.recv(65536)
    return head.startswith(b"HTTP/1.1 200")


if __name__ == "__main__":
    main()
