# SPDX-License-Identifier: Apache-2.0
"""Start, drain, stop, and two processes on one port."""

import signal
import socket
import threading
import time

import httpx
import pytest

from support.gateway import DEMO_KEY
from support.load import Load
from support.processes import eventually, free_ports
from support.simulator import misbehaving
from support.streams import ALL, CHAT
from support.wire import Connection, request


def stream_in_background(gateway, dialect, directives, prompt, identity):
    """Starts a stream; returns a function that waits for its text."""
    result, started = {}, threading.Event()

    def run():
        body = dialect.body(misbehaving(dialect.model, directives), prompt)
        try:
            with gateway.data.stream(
                "POST", dialect.path, json=body, headers=identity | {"anthropic-version": "2023-06-01"}
            ) as answer:
                pieces = []
                for piece in answer.iter_raw():
                    pieces.append(piece)
                    started.set()
                result["text"] = b"".join(pieces).decode()
        except httpx.TransportError as error:
            result["text"] = f"broken off: {error}"
        finally:
            started.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(20)

    def text():
        thread.join(60)
        assert not thread.is_alive()
        return result["text"]

    return text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_running_streams_finish_and_the_exit_is_clean(start_gateway, prompt, marker, number):
    gateway = start_gateway()
    texts = [
        stream_in_background(gateway, dialect, "chunks=40,delay=25", prompt, {"x-request-id": f"{marker}-{dialect.name}"})
        for dialect in ALL
    ]
    gateway.signal(number)
    eventually(lambda: not gateway.is_ready(), within=5, what="readiness is false while draining")
    for dialect, text in zip(ALL, texts):
        assert dialect.is_complete(text()), "a stream that had time was cut"
    assert gateway.wait() == 0
    again = start_gateway(folder=gateway.folder)
    for dialect in ALL:
        row = again.row(f"{marker}-{dialect.name}")
        assert (row.ending, row.usage_source) == ("complete", "provider")


def test_while_draining_no_new_work_is_taken(start_gateway, simulator, prompt, marker):
    gateway = start_gateway()
    with Connection(gateway.data_port) as kept:
        kept.send(request(CHAT.body("gpt-4o-mini", "before") | {"stream": False}, key=DEMO_KEY))
        assert kept.answer().status == 200
        text = stream_in_background(gateway, CHAT, "chunks=40,delay=50", "long", {})
        gateway.signal(signal.SIGTERM)
        eventually(lambda: not gateway.is_ready(), within=5)
        refused = kept.send(request(CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, key=DEMO_KEY)) and kept.answer()
        assert not refused or refused.status == 503
    try:
        answer = gateway.data.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False})
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "draining"
    except httpx.TransportError:
        pass
    assert not simulator.calls(marker)
    assert CHAT.is_complete(text())
    assert gateway.wait() == 0


@pytest.mark.parametrize("dialect", ALL, ids=lambda dialect: dialect.name)
def test_a_stream_beyond_the_grace_time_ends_in_an_error(start_gateway, prompt, marker, identity, dialect):
    gateway = start_gateway(change=lambda configuration: configuration["server"].update(grace_time="500ms"))
    text = stream_in_background(gateway, dialect, "chunks=2000,delay=50", prompt, identity)
    signalled = time.monotonic()
    gateway.stop()
    assert time.monotonic() - signalled < 10
    assert not dialect.is_complete(text())
    assert dialect.error(text())
    row = start_gateway(folder=gateway.folder).row(marker)
    assert (row.ending, row.usage_source) == ("shut_down", "estimated")


def test_a_second_signal_ends_at_once(start_gateway, prompt):
    gateway = start_gateway()
    text = stream_in_background(gateway, CHAT, "chunks=2000,delay=50", prompt, {})
    gateway.signal(signal.SIGTERM)
    eventually(lambda: not gateway.is_ready(), within=5)
    assert gateway.is_running
    gateway.signal(signal.SIGTERM)
    gateway.wait(5)
    assert not CHAT.is_complete(text())


def test_an_idle_gateway_stops_at_once(start_gateway):
    gateway = start_gateway()
    with Connection(gateway.data_port):
        signalled = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - signalled < 5, "an idle connection kept it alive"


def test_two_processes_share_the_port_so_that_one_can_replace_the_other(start_gateway):
    old = start_gateway()

    def same_port(configuration):
        configuration["server"]["data"]["address"] = f"127.0.0.1:{old.data_port}"

    new = start_gateway(change=same_port)
    with Load(old, threads=6) as load:
        time.sleep(0.5)
        old.signal(signal.SIGTERM)
        assert old.wait() == 0
        time.sleep(0.5)
    refused = [outcome for outcome in load.bad if outcome.status is not None]
    # A drained process refuses what comes on connections it still holds; clients try again on a new one.
    assert all(outcome.status == 503 for outcome in refused), refused[:3]
    assert len(load.bad) <= 2 * 6, f"{len(load.bad)} of {len(load.outcomes)} calls failed"
    assert [outcome for outcome in load.outcomes if outcome.is_good][-1]
    assert new.is_ready()


def test_a_port_that_is_taken_is_told(start_gateway, tmp_path):
    from support.gateway import Gateway

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        gateway = Gateway(
            tmp_path, "http://127.0.0.1:9", change=lambda c: c["server"]["data"].update(address=f"127.0.0.1:{port}"))
        super(Gateway, gateway).start()
        assert gateway.wait(20) != 0
    assert str(port) in gateway.log


class TestStart:
    def test_time_to_ready(self, start_gateway):
        times = sorted(start_gateway().ready_after for _ in range(3))
        print(f"ready after {times[1] * 1000:.0f} ms with an empty store")
        assert times[1] < 5

    def test_time_to_ready_with_a_hundred_thousand_keys(self, start_gateway, prompt):
        from support.keys import fill_store

        gateway = start_gateway()
        made = gateway.create_key("real")
        gateway.stop()
        fill_store(gateway.folder / "sluice.db", 100_000)
        again = start_gateway(folder=gateway.folder)
        print(f"ready after {again.ready_after * 1000:.0f} ms with 100,000 keys")
        assert again.ready_after < 5
        assert len(again.admin.get("/v1/keys", params={"limit": 1000}).json()["keys"]) == 1000
        answer = again.anyone.post(
            CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers={"x-api-key": made["key"]})
        assert answer.status_code == 200

    def test_a_gateway_without_providers_is_alive(self, start_gateway):
        gateway = start_gateway(change=lambda c: c.update(providers=[], models=[], prices=[]))
        assert gateway.health.get("/livez").status_code == 200
        assert gateway.data.get("/v1/models").json()["data"] == []

    def test_the_contracts_file_works_as_written(self, start_gateway, simulator, prompt, marker, identity):
        """The YAML that users copy, with other ports."""
        data, admin, health = free_ports(3)
        text = CONTRACT.format(data=data, admin=admin, health=health, simulator=simulator.port)
        from support.gateway import Gateway

        gateway = start_gateway(text=text, ready=False)
        gateway.data_port, gateway.admin_port, gateway.health_port = data, admin, health
        gateway.admin = Gateway._client(admin, dict(gateway.admin.headers))
        gateway.health = Gateway._client(health, {})
        gateway.wait_ready(gateway.is_ready)
        answer = gateway.openai().chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}], extra_headers=identity)
        assert answer.usage.total_tokens > 0
        row = gateway.row(marker)
        assert row.cost == -(-(row.prompt_tokens * 150_000 + row.completion_tokens * 600_000) // 1000)
        message = gateway.anthropic().messages.create(
            model="claude-sonnet", max_tokens=20, messages=[{"role": "user", "content": prompt}])
        assert message.model == "claude-sonnet-4-5"


CONTRACT = """\
server:
  lanes: 2                    # default: the processors this process may use (affinity mask and cgroup quota respected)
  data:   {{ address: "127.0.0.1:{data}" }}
  admin:  {{ address: "127.0.0.1:{admin}", key: "${{SLUICE_ADMIN_KEY}}" }}
  health: {{ address: "127.0.0.1:{health}" }}
storage: {{ sqlite: "sluice.db" }}
providers:
  - {{ name: openai, template: openai, base_url: "http://127.0.0.1:{simulator}/v1", api_key: "${{OPENAI_API_KEY}}" }}
  - {{ name: claude, template: anthropic, base_url: "http://127.0.0.1:{simulator}", api_key: "${{ANTHROPIC_API_KEY}}" }}
models:
  - {{ name: gpt-4o-mini, targets: [ {{ provider: openai, model: gpt-4o-mini }} ] }}
  - {{ name: claude-sonnet, targets: [ {{ provider: claude, model: claude-sonnet-4-5 }} ] }}
keys:
  - {{ name: demo, key: "${{DEMO_KEY}}", models: ["*"] }}
prices:                       # US dollars per million tokens; overrides the catalogue
  - {{ provider: openai, model: gpt-4o-mini, input: 0.15, output: 0.60, cached_input: 0.075 }}
"""
