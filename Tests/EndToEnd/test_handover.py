# SPDX-License-Identifier: Apache-2.0
"""Two processes with one configuration: one replaces the other, or both serve."""

import contextlib
import itertools
import json
import re
import signal
import socket

import pytest

from support.gateway import ADMIN_KEY, DEMO_KEY, Gateway
from support.processes import Process, eventually
from support.rolling import Callers, Peer, Probes, head, https_beside, ledger
from support.simulator import misbehaving
from support.streams import CHAT
from support.wire import Connection, request


@pytest.fixture
def start_peer():
    """Starts a further process with the configuration of one that runs."""
    started: list[Peer] = []

    def start(first: Gateway, name: str = "second") -> Peer:
        peer = Peer(first, name)
        started.append(peer)
        return peer.start()

    yield start
    for peer in started:
        if peer.is_running:
            peer.kill()


@contextlib.contextmanager
def open_stream(gateway, prompt, marker, directives="chunks=100000,delay=20"):
    """A stream that has begun, on a connection of its own."""
    with Connection(gateway.data_port, timeout=60) as connection:
        body = CHAT.body(misbehaving("gpt-4o-mini", directives), prompt)
        connection.send(request(body, key=DEMO_KEY, headers=(f"x-request-id: {marker}",)))
        status, fields = connection.head()
        assert status == 200
        chunks = connection.chunks()
        for _ in range(5):
            next(chunks)
        yield chunks


def new_connection_status(gateway, key=DEMO_KEY, marker="any") -> int:
    with Connection(gateway.data_port) as connection:
        body = CHAT.body("gpt-4o-mini", "hello") | {"stream": False}
        connection.send(request(body, key=key, headers=(f"x-request-id: {marker}",)))
        return connection.answer().status


def test_a_rolling_restart_fails_no_request_and_no_probe(start_gateway, start_peer, simulator):
    first = start_gateway()
    before = len(simulator.journal())
    guarded = {"authorization": f"Bearer {ADMIN_KEY}"}
    with (
        Callers(first) as callers,
        Probes(first.health_port, "/readyz") as ready,
        Probes(first.health_port, "/livez") as live,
        Probes(first.admin_port, "/v1/status", guarded) as admin,
    ):
        callers.wait_for(100)
        running = first
        for name in ("second", "third"):
            follower = start_peer(first, name)
            callers.wait_for(100)
            running.signal(signal.SIGTERM)
            assert running.wait() == 0
            callers.wait_for(100)
            running = follower
    assert not callers.failures, callers.failures[:5]
    for probes in (ready, live, admin):
        assert not probes.failures, (probes.path, probes.failures[:5])
        assert probes.count > 100
    assert running.stop() == 0

    rows = ledger(first.folder)
    served = {}
    for entry in simulator.journal()[before:]:
        for outcome in callers.outcomes:
            if outcome.marker in (entry.body or ""):
                served.setdefault(outcome.marker, []).append(entry)
    assert set(rows) == {outcome.marker for outcome in callers.outcomes} == set(served)
    for marker, (entry, *again) in served.items():
        (row,) = rows[marker]
        assert not again and row["ending"] == "complete"
        assert (row["prompt_tokens"], row["completion_tokens"]) == (entry.prompt_tokens, entry.completion_tokens)
    print(f"{len(callers.outcomes)} calls over two replacements, {ready.count + live.count + admin.count} probes, none failed")


def test_a_new_process_that_is_taken_back_fails_no_request(start_gateway, start_peer):
    first = start_gateway()
    with Callers(first) as callers, Probes(first.health_port, "/readyz") as ready:
        second = start_peer(first)
        callers.wait_for(100)
        assert second.stop() == 0
        callers.wait_for(100)
    assert not callers.failures, callers.failures[:5]
    assert not ready.failures, ready.failures[:5]
    assert first.is_ready()


def test_two_processes_that_start_at_once(start_gateway, start_peer):
    """One leads and the other stands by, whichever is faster."""
    first = start_gateway()
    assert first.stop() == 0
    peers = [Peer(first, "one"), Peer(first, "other")]
    for peer in peers:
        Process.start(peer)
    try:
        for peer in peers:
            peer.wait_ready(lambda: '"msg":"listening"' in peer.log)
        with Callers(first) as callers:
            callers.wait_for(100)
            assert peers[0].stop() == 0
            callers.wait_for(100)
        assert not callers.failures, callers.failures[:5]
        assert peers[1].stop() == 0
    finally:
        for peer in peers:
            peer.kill()


def test_a_stream_outlives_its_process_being_replaced(start_gateway, start_peer, prompt, marker):
    first = start_gateway()
    with open_stream(first, prompt, marker, "chunks=100,delay=30") as chunks:
        second = start_peer(first)
        first.signal(signal.SIGTERM)
        eventually(lambda: '"msg":"stopping"' in first.log)
        # The draining process answers no probe any more, and the new one does.
        assert all(second.is_ready() for _ in range(20))
        text = b"".join(chunks).decode()
    assert CHAT.is_complete(text)
    assert first.wait() == 0
    assert second.row(marker).ending == "complete"


def test_a_replaced_process_sends_off_connections_that_stay_idle(start_gateway, start_peer):
    first = start_gateway()
    with Connection(first.data_port) as fresh, Connection(first.data_port) as used:
        used.send(request(CHAT.body("gpt-4o-mini", "hello") | {"stream": False}, key=DEMO_KEY))
        assert used.answer().status == 200
        start_peer(first)
        assert first.stop() == 0
        assert fresh.is_closed_within(5) and used.is_closed_within(5)


def test_a_replaced_process_serves_one_more_request_of_an_http2_connection(
    tmp_path, start_gateway, start_peer, prompt, marker
):
    body = json.dumps(CHAT.body("gpt-4o-mini", prompt)).encode()
    with https_beside(tmp_path) as (change, connect):
        first = start_gateway(change=change)
        connection = connect()
        second = start_peer(first)
        first.signal(signal.SIGTERM)
        eventually(lambda: '"msg":"stopping"' in first.log)
        answer = connection.outcome(connection.request(head(marker), body))
        assert answer.status == 200 and CHAT.is_complete(answer.body.decode())
        assert connection.wait_closed() == 0
        assert first.wait() == 0
        assert f'"request_id":"{marker}"' in first.log
        connection = connect()
        assert connection.outcome(connection.request(head(f"{marker}-again"), body)).status == 200
    assert second.row(f"{marker}-again")


def test_a_process_that_starts_while_the_old_one_drains(start_gateway, start_peer, prompt, marker):
    first = start_gateway()
    with open_stream(first, prompt, marker) as chunks:
        first.signal(signal.SIGTERM)
        eventually(lambda: not first.is_ready(), what="without a successor, a draining process says so")
        second = start_peer(first)
        second.health = second._client(second.health_port, {"connection": "close"})
        eventually(second.is_ready)
        assert all(second.is_ready() for _ in range(50)), "probes are answered by the process that drains"
        assert new_connection_status(second) == 200
        next(chunks)
    assert first.wait() == 0
    assert second.row(marker).ending == "client_gone"


def test_a_replaced_process_honours_keys_changed_by_the_new_one(start_gateway, start_peer):
    first = start_gateway()
    with Connection(first.data_port) as kept:

        def status(key) -> int:
            kept.send(request(CHAT.body("gpt-4o-mini", "hello") | {"stream": False}, key=key))
            return kept.answer().status

        assert status(DEMO_KEY) == 200
        second = start_peer(first)
        made = second.create_key("shared")
        eventually(lambda: status(made["key"]) == 200, what="the first process takes the new key")
        assert second.admin.patch(f"/v1/keys/{made['id']}", json={"disabled": True}).status_code == 200
        eventually(lambda: status(made["key"]) == 401, what="the first process does not take the disabled key")


def test_two_processes_side_by_side(start_gateway, simulator):
    """With a health and an admin address of its own, a process shares the data address instead of taking it over."""
    first = start_gateway()

    def beside(configuration):
        configuration["server"]["data"]["address"] = f"127.0.0.1:{first.data_port}"
        configuration["storage"]["sqlite"] = str(first.folder / "sluice.db")

    second = start_gateway(change=beside)
    numbers = itertools.count()

    def statuses(key) -> set[int]:
        """Of new connections, which either process may accept."""
        return {new_connection_status(first, key, f"call-{next(numbers)}") for _ in range(30)}

    made = first.create_key("made-by-the-first")
    eventually(lambda: statuses(made["key"]) == {200}, what="both processes take the new key")
    assert second.admin.patch(f"/v1/keys/{made['id']}", json={"disabled": True}).status_code == 200
    eventually(lambda: statuses(made["key"]) == {401}, what="neither process takes the disabled key")
    for process in (first, second):
        assert '"request_id":"call-' in process.log, "one of them got no connection"
    assert first.stop() == 0 and second.stop() == 0
    rows = ledger(first.folder)
    logged = re.findall(r'"request_id":"(call-[0-9]+)".*?"status":200', first.log + second.log)
    assert {request_id for request_id, found in rows.items() if found[0]["status"] == 200} == set(logged)
    assert all(len(found) == 1 for found in rows.values())


@pytest.mark.parametrize("victim", ["first", "second"])
def test_a_killed_process_is_settled_by_the_other_which_keeps_its_own(start_gateway, start_peer, prompt, marker, victim):
    first = start_gateway()
    with open_stream(first, prompt, f"{marker}-first") as of_first:
        second = start_peer(first)
        with open_stream(first, prompt, f"{marker}-second") as of_second:
            if victim == "first":
                killed, survivor, chunks = first, second, of_second
            else:
                killed, survivor, chunks = second, first, of_first
            lost, kept = f"{marker}-{victim}", f"{marker}-{'second' if victim == 'first' else 'first'}"
            killed.kill()
            eventually(survivor.is_ready, what="the survivor answers")
            (row,) = eventually(lambda: survivor.rows(lost), within=20, what="the survivor finds the open call")
            assert (row.ending, row.status, row.usage_source) == ("interrupted", 200, "estimated")
            assert row.completion_tokens > 0 and row.cost > 0
            assert survivor.rows(kept) == [], "its own call was settled as if nobody had it"
            assert next(chunks)
            assert survivor.status()["open_reservations"] == 1
    assert survivor.row(kept).ending == "client_gone"
    eventually(lambda: survivor.status()["open_reservations"] == 0)
    assert survivor.stop() == 0
    assert not list((first.folder / "sluice.db.journal").iterdir()), "a journal was left behind"


class TestTakenPorts:
    """What another program has is an error that names it, at the start and at once."""

    @pytest.mark.parametrize("plane", ["data", "admin", "health"])
    @pytest.mark.parametrize("shares", [False, True], ids=["alone", "with SO_REUSEPORT"])
    def test_by_another_program(self, tmp_path, plane, shares):
        if plane == "data" and shares:
            pytest.skip("a program of the same user that shares its port shares it with the gateway too")
        with socket.socket() as other:
            if shares:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            other.bind(("127.0.0.1", 0))
            other.listen()
            address = "127.0.0.1:%d" % other.getsockname()[1]
            gateway = Gateway(
                tmp_path, "http://127.0.0.1:9", change=lambda each: each["server"][plane].update(address=address))
            Process.start(gateway)
            assert gateway.wait(20) == 1
        assert f"cannot listen on {address} ({plane})" in gateway.log

    @pytest.mark.parametrize("plane", ["admin", "health"])
    def test_by_another_installation(self, start_gateway, tmp_path, plane):
        """Two databases must not take turns in answering."""
        first = start_gateway()
        address = first.configuration["server"][plane]["address"]
        other = Gateway(tmp_path, "http://127.0.0.1:9", change=lambda each: each["server"][plane].update(address=address))
        Process.start(other)
        assert other.wait(20) == 1
        assert f"cannot listen on {address} ({plane})" in other.log
        assert first.is_ready()
