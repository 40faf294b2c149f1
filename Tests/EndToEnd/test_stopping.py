# SPDX-License-Identifier: Apache-2.0
"""SIGTERM with every kind of client and provider under way: a clean exit, and rows that say what happened."""

import json
import signal
import socket
import time

import pytest

from support.gateway import ADMIN_KEY, DEMO_KEY
from support.processes import eventually
from support.rolling import head, https_beside
from support.simulator import misbehaving
from support.streams import CHAT
from support.wire import Connection, request


def hasty(configuration):
    configuration["server"]["grace_time"] = "500ms"


def call(prompt, marker, directives="", *, stream=False, cut=0) -> bytes:
    """A request as bytes, without its last `cut`."""
    model = misbehaving("gpt-4o-mini", directives) if directives else "gpt-4o-mini"
    whole = request(CHAT.body(model, prompt) | {"stream": stream}, key=DEMO_KEY, headers=(f"x-request-id: {marker}",))
    return whole[: len(whole) - cut]


def trouble(gateway) -> list[str]:
    """What a stop that is told for should not write into the log."""
    lines = [json.loads(line) for line in gateway.log.splitlines() if line.startswith("{")]
    return [line for line in lines if line["level"] in ("warning", "error", "critical")] + [
        line for line in gateway.log.splitlines() if not line.startswith("{")]


def test_idle_connections(start_gateway, prompt, marker):
    """On every port, used before or never used."""
    gateway = start_gateway()
    with Connection(gateway.data_port) as fresh, Connection(gateway.data_port) as used:
        used.send(call(prompt, marker))
        assert used.answer().status == 200
        with Connection(gateway.admin_port) as admin, Connection(gateway.health_port) as health:
            for connection, path in ((admin, "/v1/status"), (health, "/readyz")):
                connection.send(request(b"", key=ADMIN_KEY, path=path, method="GET"))
                assert connection.answer().status == 200
            assert gateway.stop() == 0
            for connection in (fresh, used, admin, health):
                assert connection.is_closed_within(5)
    assert not trouble(gateway)
    assert start_gateway(folder=gateway.folder).row(marker).ending == "complete"


class TestHTTP2:
    def test_an_idle_connection_is_told_to_go_away(self, tmp_path, start_gateway):
        with https_beside(tmp_path) as (change, connect):
            gateway = start_gateway(change=change)
            connection = connect()
            gateway.signal(signal.SIGTERM)
            assert connection.wait_closed() == 0
            assert gateway.wait() == 0
        assert not trouble(gateway)

    def test_a_stream_finishes_after_the_word_to_go_away(self, tmp_path, start_gateway, prompt, marker):
        with https_beside(tmp_path) as (change, connect):
            gateway = start_gateway(change=change)
            connection = connect()
            body = CHAT.body(misbehaving("gpt-4o-mini", "chunks=30,delay=30"), prompt)
            stream = connection.request(head(marker), json.dumps(body).encode())
            while not connection.outcomes[stream].body:
                assert connection.read()
            gateway.signal(signal.SIGTERM)
            while connection.farewell is None:
                assert connection.read()
            assert not connection.outcomes[stream].ended
            assert CHAT.is_complete(connection.outcome(stream).body.decode())
            assert gateway.wait() == 0
        assert start_gateway(folder=gateway.folder).row(marker).ending == "complete"


class TestHalfSentRequests:
    def test_a_head_that_does_not_come_is_not_waited_for_beyond_the_grace_time(self, start_gateway):
        gateway = start_gateway(change=hasty)
        with Connection(gateway.data_port) as connection:
            connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: ")
            assert gateway.stop() == 0
            assert connection.is_closed_within(5)
        assert not trouble(gateway)

    def test_a_body_that_does_not_come_is_refused_when_the_grace_time_is_over(self, start_gateway, simulator, prompt, marker):
        gateway = start_gateway(change=hasty)
        with Connection(gateway.data_port) as connection:
            connection.send(call(prompt, marker, cut=5))
            # Its head is read before the signal.
            time.sleep(0.3)
            gateway.signal(signal.SIGTERM)
            answer = connection.answer()
            assert answer.status == 503 and answer.json()["error"]["code"] == "draining"
        assert gateway.wait() == 0
        assert not simulator.calls(marker)
        row = start_gateway(folder=gateway.folder).row(marker)
        assert (row.ending, row.status, row.cost) == ("refused", 503, 0)

    def test_a_body_that_comes_in_time_is_served(self, start_gateway, prompt, marker):
        gateway = start_gateway()
        with Connection(gateway.data_port) as connection:
            whole = call(prompt, marker)
            connection.send(whole[:-5])
            time.sleep(0.3)
            gateway.signal(signal.SIGTERM)
            eventually(lambda: not gateway.is_ready())
            connection.send(whole[-5:])
            answer = connection.answer()
            assert answer.status == 200 and answer.headers["connection"] == "close"
        assert gateway.wait() == 0
        assert start_gateway(folder=gateway.folder).row(marker).ending == "complete"


class TestStuck:
    def test_a_provider_that_says_nothing(self, start_gateway, simulator, prompt, marker):
        gateway = start_gateway(change=hasty)
        with Connection(gateway.data_port) as connection:
            connection.send(call(prompt, marker, "hang"))
            eventually(lambda: simulator.calls(marker))
            gateway.signal(signal.SIGTERM)
            answer = connection.answer()
            assert answer.status == 503 and answer.json()["error"]["code"] == "draining"
        assert gateway.wait() == 0
        assert simulator.call(marker).ended == "fault:hang", "the provider was not told"
        row = start_gateway(folder=gateway.folder).row(marker)
        # What the provider did is not known, and it may bill for it.
        assert (row.ending, row.status, row.usage_source) == ("shut_down", 503, "estimated")
        assert row.prompt_tokens > 0 and row.completion_tokens == 0

    @pytest.mark.parametrize("streamed", [True, False], ids=["stream", "whole"])
    def test_a_provider_that_stops_in_the_middle(self, start_gateway, simulator, prompt, marker, streamed):
        gateway = start_gateway(change=hasty)
        with Connection(gateway.data_port) as connection:
            connection.send(call(prompt, marker, "chunks=12,stall=6", stream=streamed))
            eventually(lambda: simulator.calls(marker))
            if streamed:
                status, fields = connection.head()
                chunks = connection.chunks()
                text = next(chunks)
            gateway.signal(signal.SIGTERM)
            if streamed:
                text = b"".join([text, *chunks]).decode()
            else:
                status, fields = connection.head()
                text = connection.body(fields).decode()
        assert gateway.wait() == 0
        assert status == (200 if streamed else 503)
        assert '"draining"' in text and not CHAT.is_complete(text)
        row = start_gateway(folder=gateway.folder).row(marker)
        assert (row.ending, row.status, row.usage_source) == ("shut_down", status, "estimated")
        assert (row.completion_tokens > 0) == streamed, "billed is what was delivered"

    def test_a_client_that_reads_nothing(self, start_gateway, simulator, prompt, marker):
        gateway = start_gateway(change=hasty)
        with Connection(gateway.data_port) as connection:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.send(call(prompt, marker, "big=33554432,chunks=10000", stream=True))
            assert connection.head()[0] == 200
            # Until every buffer on the way is full: the gateway then waits for the client, not for the provider.
            time.sleep(1)
            assert gateway.stop() == 0
        row = start_gateway(folder=gateway.folder).row(marker)
        assert (row.ending, row.status, row.usage_source) == ("shut_down", 200, "estimated")
        assert row.completion_tokens > 0


class TestSecondSignal:
    @pytest.mark.parametrize("streamed", [True, False], ids=["stream", "whole"])
    def test_the_row_says_what_the_client_saw(self, start_gateway, simulator, prompt, marker, streamed):
        gateway = start_gateway()
        with Connection(gateway.data_port) as connection:
            connection.send(call(prompt, marker, "chunks=200,delay=50", stream=streamed))
            if streamed:
                status, fields = connection.head()
                assert status == 200
                chunks = connection.chunks()
                delivered = [next(chunks) for _ in range(5)]
            else:
                eventually(lambda: simulator.calls(marker))
            gateway.signal(signal.SIGTERM)
            eventually(lambda: not gateway.is_ready())
            gateway.signal(signal.SIGTERM)
            assert gateway.wait(5) == 1
            assert connection.head() is None if not streamed else not CHAT.is_complete(b"".join([*delivered, *chunks]).decode())
        row = start_gateway(folder=gateway.folder).row(marker)
        assert (row.ending, row.usage_source) == ("interrupted", "estimated")
        assert row.status == (200 if streamed else 500)
        assert row.prompt_tokens > 0 and (row.completion_tokens > 0) == streamed
        assert row.cost == -(-(row.prompt_tokens * 150_000 + row.completion_tokens * 600_000) // 1000)


def test_many_of_everything_at_once(start_gateway, simulator, prompt, marker):
    """Idle, half sent, streaming, stuck: each client of each kind gets its end, and every reservation is closed."""
    gateway = start_gateway(change=hasty)
    kinds = {
        "idle": b"", "half": call(prompt, f"{marker}-half", cut=5),
        "stream": call(prompt, f"{marker}-stream", "chunks=1000,delay=20", stream=True),
        "hang": call(prompt, f"{marker}-hang", "hang"), "quick": call(prompt, f"{marker}-quick"),
    }
    connections = [(kind, Connection(gateway.data_port)) for kind in kinds for _ in range(10)]
    for kind, connection in connections:
        connection.send(kinds[kind])
    eventually(lambda: len(simulator.calls(marker)) == 30)
    for kind, connection in connections:
        if kind == "quick":
            assert connection.answer().status == 200
    time.sleep(0.3)
    assert gateway.stop() == 0
    for _, connection in connections:
        while connection._more():
            pass
        connection.socket.close()
    again = start_gateway(folder=gateway.folder)
    expected = {"half": "refused", "stream": "shut_down", "hang": "shut_down", "quick": "complete"}
    for kind, ending in expected.items():
        assert [row.ending for row in again.rows(f"{marker}-{kind}")] == [ending] * 10
    assert again.status()["open_reservations"] == 0
