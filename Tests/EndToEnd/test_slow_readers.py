# SPDX-License-Identifier: Apache-2.0
"""Clients that stop reading: their providers are paused, and the gateway's memory does not grow with what they send."""

import json
import socket
import threading
from pathlib import Path

import pytest

from support.certificates import Authority
from support.gateway import DEMO_KEY
from support.http2 import Http2
from support.processes import eventually, free_ports
from support.streams import CHAT
from support.wire import request

STREAMS = 50
# What the gateway may hold of a stream, by what it has taken and not given away; its process, with all that it needs for the
# stream beside the bytes.
HELD = 256 << 10
EVENT = b'data: {"choices":[{"delta":{"content":"' + b"x" * 4000 + b'"}}]}\n\n'


class Torrent:
    """A provider that streams to everybody as fast as it is taken, and counts what was."""

    MOST = 32 << 20

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=STREAMS)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.offered: list[int] = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._stream, args=(connection,), daemon=True).start()

    def _stream(self, connection: socket.socket):
        received = b""
        while b"}]" not in received:
            received += connection.recv(65536)
        # Until the connection closes, so that every byte after the head is payload.
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        number = len(self.offered)
        self.offered.append(0)
        try:
            while self.offered[number] < self.MOST:
                self.offered[number] += connection.send(EVENT)
        except OSError:
            pass

    def rest(self, streams: int) -> int:
        """What it has handed to its sockets, once that stands still."""
        eventually(lambda: len(self.offered) == streams, what=f"{streams} streams have begun")
        seen = [-1]

        def still():
            seen.append(sum(self.offered))
            return seen[-1] == seen[-2]

        eventually(still, within=60, every=1, what="the providers are paused")
        assert max(self.offered) < self.MOST, "a provider was not paused"
        return seen[-1]


def queued(*, local: int | None = None, remote: int | None = None) -> tuple[int, int]:
    """Bytes in the kernel for the sockets with these ports: sent and not acknowledged, received and not read."""
    sent = received = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ports = [int(address.split(":")[1], 16) for address in fields[1:3]]
        if local in (None, ports[0]) and remote in (None, ports[1]):
            unsent, unread = (int(count, 16) for count in fields[4].split(":"))
            sent, received = sent + unsent, received + unread
    return sent, received


def taken(torrent: Torrent, streams: int) -> int:
    """What the gateway's process has taken out of its sockets."""
    return torrent.rest(streams) - queued(local=torrent.port)[0] - queued(remote=torrent.port)[1]


@pytest.fixture
def torrent():
    with Torrent() as provider:
        yield provider


@pytest.fixture
def authority(tmp_path):
    return Authority.make(tmp_path)


@pytest.fixture
def gateway(start_gateway, torrent, authority):
    certificate, key = authority.issue("gateway")
    (port,) = free_ports(1)

    def change(configuration):
        configuration["server"]["lanes"] = 1
        configuration["server"]["tls"] = {
            "address": f"127.0.0.1:{port}", "certificate": str(certificate), "private_key": str(key)}
        configuration["providers"][0]["base_url"] = f"{torrent.url}/v1"

    process = start_gateway(change=change)
    process.tls_port = port
    return process


def body(prompt: str) -> dict:
    return CHAT.body(CHAT.model, prompt)


def check(gateway, held: int, before: int):
    grown = gateway.resident_bytes() - before
    print(f"of each stream {held // STREAMS >> 10} KiB held, {grown // STREAMS >> 10} KiB of memory")
    assert 0 <= held <= STREAMS * HELD
    assert grown <= STREAMS * HELD


def test_over_http1(gateway, torrent, prompt):
    clients = []

    def start():
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", gateway.data_port))
        # HTTP/1.0, so that the answer has no chunks.
        client.sendall(request(body(prompt), key=DEMO_KEY, version="HTTP/1.0"))
        clients.append(client)

    # The first shows what the gateway needs once.
    start()
    torrent.rest(1)
    before = gateway.resident_bytes()
    for _ in range(STREAMS):
        start()
    held = taken(torrent, 1 + STREAMS)
    for client in clients:
        port = client.getsockname()[1]
        held -= queued(local=gateway.data_port, remote=port)[0] + queued(local=port)[1]
    # The answers' heads were given and not taken.
    check(gateway, held + len(clients) * 1024, before)
    for client in clients:
        client.close()


def test_over_http2_without_a_window(gateway, authority, torrent, prompt):
    head = [
        (":method", "POST"), (":scheme", "https"), (":path", CHAT.path), (":authority", "gateway"),
        ("authorization", f"Bearer {DEMO_KEY}"), ("content-type", "application/json")]
    with Http2(gateway.tls_port, authority.trust()) as connection:
        connection.request(head, json.dumps(body(prompt)).encode())
        torrent.rest(1)
        before = gateway.resident_bytes()
        for _ in range(STREAMS):
            connection.request(head, json.dumps(body(prompt)).encode())
        held = taken(torrent, 1 + STREAMS)
        connection.socket.settimeout(1)
        try:
            while connection.read():
                pass
        except TimeoutError:
            pass
        given = sum(len(outcome.body) for outcome in connection.outcomes.values())
        assert given <= 65535, "more was given than the window allows"
        check(gateway, held - given, before)
