# SPDX-License-Identifier: Apache-2.0
"""Many calls through one lane, past every size at which a journal, a batch or a buffer fills up: each has its row."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx

from support.gateway import DEMO_KEY, PROMPT_CANARY
from support.processes import eventually
from support.simulator import misbehaving
from support.streams import CHAT

CALLS, THREADS = 4_000, 8


def one_lane(configuration):
    configuration["server"]["lanes"] = 1


def send(gateway, numbers) -> list[int]:
    body = CHAT.body("gpt-4o-mini", PROMPT_CANARY) | {"stream": False}
    with httpx.Client(base_url=gateway.url, headers={"x-api-key": DEMO_KEY}, timeout=30, trust_env=False) as client:
        return [client.post(CHAT.path, json=body, headers={"x-request-id": f"call-{number}"}).status_code for number in numbers]


def test_each_of_many_calls_has_its_row_and_its_log_line(start_gateway, prompt, marker, identity):
    gateway = start_gateway(change=one_lane)
    # Open from before the first call to after the last: its record must outlive everything written meanwhile.
    body = CHAT.body(misbehaving("gpt-4o-mini", "chunks=100000,delay=20"), prompt)
    with gateway.data.stream("POST", CHAT.path, json=body, headers=identity) as held:
        # Kept: httpx ends the stream when its iterator goes.
        pieces = held.iter_raw()
        next(pieces)
        with ThreadPoolExecutor(THREADS) as pool:
            statuses = sum(pool.map(lambda start: send(gateway, range(start, CALLS, THREADS)), range(THREADS)), [])
        assert statuses == [200] * CALLS
        assert gateway.status()["open_reservations"] == 1
    assert gateway.row(marker).ending == "client_gone"
    (total,) = gateway.sums("key", key="demo")
    assert total.requests == CALLS + 1

    def logged():
        lines = [json.loads(line) for line in gateway.log.splitlines() if '"request_id":"call-' in line]
        return {line["request_id"] for line in lines}

    eventually(lambda: len(logged()) == CALLS, what="a log line for each call", within=20, every=0.5)

    gateway.kill()
    again = start_gateway(folder=gateway.folder)
    assert again.sums("key", key="demo")[0].requests == CALLS + 1
    assert again.status()["open_reservations"] == 0
