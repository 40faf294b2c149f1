# SPDX-License-Identifier: Apache-2.0
"""Clients that leave, clients that do not read, and bodies that are large."""

import json
import socket
import time

import pytest

from support.gateway import DEMO_KEY
from support.processes import eventually
from support.simulator import misbehaving
from support.streams import ALL, CHAT
from support.wire import Connection, request

each_dialect = pytest.mark.parametrize("dialect", ALL, ids=lambda dialect: dialect.name)


def leave_after_some(gateway, dialect, prompt, identity, directives="chunks=2000,delay=20"):
    body = dialect.body(misbehaving(dialect.model, directives), prompt)
    headers = identity | {"anthropic-version": "2023-06-01"}
    with gateway.data.stream("POST", dialect.path, json=body, headers=headers) as answer:
        assert answer.status_code == 200
        received = 0
        for piece in answer.iter_raw():
            received += len(piece)
            # Past the events that open a stream, in each dialect.
            if received > 8000:
                return


@each_dialect
def test_the_provider_is_told_when_the_client_leaves(gateway, simulator, prompt, marker, identity, dialect):
    leave_after_some(gateway, dialect, prompt, identity)
    left = time.monotonic()
    served = simulator.call(marker)
    assert served.ended == "client_gone"
    assert time.monotonic() - left < 10, "the provider went on for long"
    row = gateway.row(marker)
    assert (row.ending, row.usage_source, row.streamed) == ("client_gone", "estimated", True)
    assert row.cost > 0
    # Billed for what was delivered, not for the stream of 2,000 chunks.
    assert 0 < row.completion_tokens < 500


def test_an_sdk_stream_that_is_closed_early(gateway, simulator, prompt, marker, identity):
    stream = gateway.openai().chat.completions.create(
        model=misbehaving("gpt-4o-mini", "chunks=2000,delay=20"), messages=[{"role": "user", "content": prompt}],
        stream=True, extra_headers=identity)
    chunks = iter(stream)
    for _ in range(5):
        next(chunks)
    stream.close()
    assert simulator.call(marker).ended == "client_gone"
    assert gateway.row(marker).ending == "client_gone"


def test_a_client_that_leaves_before_the_answer(gateway, simulator, prompt, marker, identity):
    body = {"model": misbehaving("gpt-4o-mini", "first_byte=20000"), "messages": [{"role": "user", "content": prompt}]}
    with Connection(gateway.data_port) as connection:
        connection.send(request(body, key=DEMO_KEY, headers=(f"x-request-id: {marker}",)))
        eventually(lambda: simulator.calls(marker), what="the provider has the request")
    assert simulator.call(marker).ended == "client_gone"
    row = gateway.row(marker)
    assert (row.status, row.ending) == (499, "client_gone")


def test_a_client_that_closes_its_sending_side_only_still_gets_its_answer_or_is_let_go(gateway, prompt, marker):
    """Both readings of a half-closed connection are in use; what must not happen is a hang or a lost row."""


    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]}
    with Connection(gateway.data_port) as connection:
        connection.send(request(body, key=DEMO_KEY, headers=(f"x-request-id: {marker}",)))
        connection.socket.shutdown(socket.SHUT_WR)
        connection.answer()
    assert gateway.row(marker).ending in ("complete", "client_gone")


def test_with_the_drain_policy_the_provider_finishes_and_its_own_count_is_billed(start_gateway, simulator, prompt, marker, identity):
    gateway = start_gateway(change=lambda configuration: configuration.update(metering={"on_disconnect": "drain"}))
    leave_after_some(gateway, CHAT, prompt, identity, "chunks=60,delay=20")
    served = simulator.call(marker)
    assert served.ended == "complete"
    row = gateway.row(marker)
    assert (row.ending, row.usage_source) == ("client_gone", "provider") or (row.ending, row.usage_source) == ("complete", "provider")
    assert row.completion_tokens == served.completion_tokens


def test_many_that_leave_leave_nothing_behind(gateway, simulator, prompt, marker):
    """Descriptors and open reservations are back where they were."""
    # Both lanes have their connections by now.
    for _ in range(4):
        gateway.data.get("/v1/models")
    before = gateway.descriptors()
    for number in range(40):
        leave_after_some(gateway, CHAT, prompt, {"x-request-id": f"{marker}-{number}"}, "chunks=500,delay=10")
    rows = [gateway.row(f"{marker}-{number}") for number in range(40)]
    assert {row.ending for row in rows} == {"client_gone"}
    eventually(lambda: gateway.descriptors() <= before + 4, what=f"descriptors are back at {before}")
    eventually(lambda: all(each.ended != "open" for each in simulator.calls(marker)), what="no call is left at the provider")


class TestBackpressure:
    SIZE = 32 << 20

    def test_a_slow_reader_pauses_the_provider(self, start_gateway, simulator, prompt, marker):
        gateway = start_gateway()
        gateway.data.get("/v1/models")
        before = gateway.resident_bytes()
        body = CHAT.body(misbehaving("gpt-4o-mini", f"big={self.SIZE},chunks=10000"), prompt)
        with Connection(gateway.data_port) as connection:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            connection.send(request(body, key=DEMO_KEY, headers=(f"x-request-id: {marker}",)))
            assert connection.head()[0] == 200
            peak = 0
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline:
                peak = max(peak, gateway.resident_bytes())
                time.sleep(0.05)
            (served,) = simulator.calls(marker)
            assert served.ended == "open", "it went somewhere although nobody reads"
        grown = peak - before
        assert grown < 16 << 20, f"the gateway holds {grown >> 20} MiB of a stream that nobody reads"
        assert gateway.row(marker).ending == "client_gone"

    def test_a_reader_that_goes_on_gets_everything(self, gateway, simulator, prompt, marker, identity):
        body = CHAT.body(misbehaving("gpt-4o-mini", f"big={8 << 20},chunks=4000"), prompt)
        with gateway.data.stream("POST", CHAT.path, json=body, headers=identity) as answer:
            pieces = []
            for piece in answer.iter_raw():
                pieces.append(piece)
                if len(pieces) % 50 == 0:
                    time.sleep(0.01)
        text = b"".join(pieces).decode()
        assert CHAT.is_complete(text)
        deltas = [event["choices"][0]["delta"].get("content") or "" for event in CHAT.events(text) if event.get("choices")]
        assert len("".join(deltas).encode()) == 8 << 20
        assert gateway.row(marker).completion_tokens == simulator.call(marker).completion_tokens

    def test_slow_readers_do_not_slow_the_others(self, start_gateway, simulator, prompt):
        gateway = start_gateway()
        body = CHAT.body(misbehaving("gpt-4o-mini", f"big={4 << 20},chunks=2000"), prompt)
        held = []
        try:
            for _ in range(8):
                held.append(Connection(gateway.data_port))
                held[-1].send(request(body, key=DEMO_KEY))
                assert held[-1].head()[0] == 200
            for _ in range(20):
                answer = gateway.data.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False})
                assert answer.status_code == 200
        finally:
            for connection in held:
                connection.__exit__()


class TestLargeBodies:
    def test_twenty_mebibytes_pass(self, start_gateway, simulator, marker, identity):
        gateway = start_gateway()
        gateway.data.get("/v1/models")
        before = gateway.resident_bytes()
        body = {"model": "gpt-4o-mini", "user": marker,
                "messages": [{"role": "user", "content": "x" * (20 << 20)}]}
        data = json.dumps(body)
        answer = gateway.data.post(
            CHAT.path, content=data, headers=identity | {"content-type": "application/json"})
        assert answer.status_code == 200, answer.text[:300]
        assert simulator.call(marker).body_bytes == len(data)
        grown = gateway.resident_bytes() - before
        assert grown <= 3 * len(data), f"{grown >> 20} MiB for a body of 20 MiB"

    def test_a_large_answer_passes(self, gateway, simulator, prompt, marker, identity):
        body = CHAT.body(misbehaving("gpt-4o-mini", f"big={10 << 20}"), prompt) | {"stream": False}
        answer = gateway.data.post(CHAT.path, json=body, headers=identity)
        assert answer.status_code == 200
        assert len(answer.json()["choices"][0]["message"]["content"].encode()) == 10 << 20
        assert gateway.row(marker).completion_tokens == simulator.call(marker).completion_tokens
