# SPDX-License-Identifier: Apache-2.0
"""A request lives and dies on one lane: no other thread wakes for it. A continuation that leaves its lane's executor would
show here as two switches for each request."""

import json
import time
from http.client import HTTPConnection
from pathlib import Path

from support.gateway import DEMO_KEY, PROMPT_CANARY
from support.streams import CHAT

CALLS = 3_000


def switches(pid: int) -> dict[str, int]:
    """How often each thread has given up its processor by itself."""
    counts = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text()
        counts[task.name] = int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return counts


def send(gateway, body: dict, calls: int):
    connection = HTTPConnection("127.0.0.1", gateway.data_port)
    text = json.dumps(body)
    for _ in range(calls):
        connection.request("POST", CHAT.path, text, {"Authorization": f"Bearer {DEMO_KEY}", "content-type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    connection.close()


def test_no_other_thread_wakes_for_a_request(start_gateway):
    def one_lane(configuration):
        configuration["server"]["lanes"] = 1

    gateway = start_gateway(change=one_lane)
    whole = CHAT.body("gpt-4o-mini", PROMPT_CANARY)
    for body in [whole | {"stream": False}, whole | {"stream": True}]:
        # What is made at the first call is made.
        send(gateway, body, 50)
        before, start = switches(gateway.pid), time.monotonic()
        send(gateway, body, CALLS)
        elapsed = time.monotonic() - start
        after = switches(gateway.pid)
        assert len(set(after) - set(before)) <= 2, "threads were started under load"
        woken = sorted(after[thread] - before.get(thread, 0) for thread in after)
        *others, lane = woken
        assert lane >= CALLS, f"the load did not pass through one lane: {woken}"
        # The writers of the log and of the ledger wake by the clock, however many calls there are.
        allowed = CALLS / 10 + 200 * elapsed
        assert sum(others) < allowed, f"threads other than the lane woke {sum(others)} times in {CALLS} calls: {woken}"
