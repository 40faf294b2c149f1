# SPDX-License-Identifier: Apache-2.0
"""Several processes with one configuration file, and load that goes on while they replace each other."""

import contextlib
import itertools
import socket
import sqlite3
import threading
import time
import uuid

import httpx

from .certificates import Authority
from .gateway import DEMO_KEY, Gateway
from .http2 import Http2
from .load import Load, Outcome
from .processes import Process, free_ports
from .streams import ALL, CHAT


@contextlib.contextmanager
def https_beside(folder):
    """Gives what adds an HTTPS address to a configuration, and what connects to it by HTTP/2."""
    authority = Authority.make(folder)
    certificate, key = authority.issue("gateway")
    (port,) = free_ports(1)

    def change(configuration):
        configuration["server"]["tls"] = {
            "address": f"127.0.0.1:{port}", "certificate": str(certificate), "private_key": str(key)}

    with contextlib.ExitStack() as connections:
        yield change, lambda: connections.enter_context(Http2(port, authority.trust()))


def head(marker: str) -> list[tuple[str, str]]:
    """Of a chat request by HTTP/2."""
    return [
        (":method", "POST"), (":scheme", "https"), (":path", CHAT.path), (":authority", "gateway"),
        ("authorization", f"Bearer {DEMO_KEY}"), ("content-type", "application/json"), ("x-request-id", marker)]


class Peer(Gateway):
    """Another process with the configuration file, ports and database of a gateway that runs."""

    def __init__(self, first: Gateway, name: str):
        vars(self).update(vars(first))
        self.name, self.process = name, None
        self.log_file = first.folder / f"{name}.log"
        self.admin = self._client(first.admin_port, dict(first.admin.headers))
        self.health = self._client(first.health_port, {})
        self.data = self._client(first.data_port, {"Authorization": f"Bearer {DEMO_KEY}"})
        self.anyone = self._client(first.data_port, {})

    def start(self):
        """Returns when this process serves: the ports answer before, from the other one."""
        Process.start(self)
        self.ready_after = self.wait_ready(lambda: '"msg":"listening"' in self.log)
        return self


def ledger(folder) -> dict[str, list[sqlite3.Row]]:
    """Every row by its request id, read when no process has the database open."""
    with sqlite3.connect(folder / "sluice.db") as connection:
        connection.row_factory = sqlite3.Row
        rows: dict[str, list[sqlite3.Row]] = {}
        for row in connection.execute("SELECT * FROM ledger"):
            rows.setdefault(row["request_id"], []).append(row)
    return rows


class Callers(Load):
    """Load without a pause that never tries again. Half of the threads keep their connection, the others make one for each
    call; in each half some stream."""

    def __init__(self, gateway, threads: int = 8, pace: str = "chunks=8,delay=5"):
        super().__init__(gateway, threads, pace)
        self.failures: list[str] = []

    def wait_for(self, count: int):
        """Until so many more calls have been made."""
        wanted = len(self.outcomes) + count
        while len(self.outcomes) < wanted:
            time.sleep(0.01)

    def _run(self, number: int):
        keeps, streams = number % 2 == 0, number // 2 % 2 == 0
        headers = {"Authorization": f"Bearer {DEMO_KEY}", "anthropic-version": "2023-06-01"}
        options = dict(base_url=self.url, headers=headers, timeout=30, trust_env=False)
        with httpx.Client(**options) as kept:
            for count in itertools.takewhile(lambda _: not self.over.is_set(), itertools.count()):
                outcome = Outcome(f"marker-{uuid.uuid4().hex}")
                self.outcomes.append(outcome)
                try:
                    if keeps:
                        self._call(kept, outcome, ALL[count % len(ALL)], streams)
                    else:
                        with httpx.Client(**options) as own:
                            self._call(own, outcome, ALL[count % len(ALL)], streams)
                    if not outcome.is_good:
                        self.failures.append(f"{outcome.status}: {outcome.text[-200:]}")
                except httpx.TransportError as error:
                    self.failures.append(f"{'kept' if keeps else 'new'}, {'stream' if streams else 'whole'}: {error!r}")


class Probes:
    """Asks a port the way supervisors do, each time on a new connection, until the block ends."""

    def __init__(self, port: int, path: str, headers: dict[str, str] | None = None):
        fields = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.port, self.path = port, path
        self.request = f"GET {path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n{fields}\r\n".encode()
        self.count, self.failures = 0, []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(20)

    def _run(self):
        while not self.over.is_set():
            self.count += 1
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as probe:
                    probe.sendall(self.request)
                    answer = probe.makefile("rb").read()
                if b" 200 " not in answer.split(b"\r\n")[0]:
                    self.failures.append(answer[-200:])
            except OSError as error:
                self.failures.append(repr(error))
            time.sleep(0.002)
