# SPDX-License-Identifier: Apache-2.0
"""`kill -9` at any moment: no settled row is lost, no served request is without its row, no reservation stays open.

The provider's journal is the oracle. SLUICE_KILLS sets the number of rounds (default 20)."""

import os
import random
import time

from support.load import Load

ROUNDS = int(os.environ.get("SLUICE_KILLS", "20"))


def rows_by_request(gateway, since: str) -> dict[str, list]:
    answer = gateway.admin.get("/v1/usage", params={"limit": 1000, "from": since})
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    assert len(rows) < 1000, "more rows than one answer holds: load less"
    found: dict[str, list] = {}
    for row in rows:
        found.setdefault(row["request_id"], []).append(row)
    return found


def one_round(start_gateway, folder, simulator, moment: float):
    gateway = start_gateway(folder=folder) if folder else start_gateway()
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1))
    before = len(simulator.journal())
    with Load(gateway, threads=8, pace="chunks=6,delay=2") as load:
        time.sleep(moment)
        seen = rows_by_request(gateway, since)
        time.sleep(moment / 3)
        gateway.kill()
        load.over.set()

    again = start_gateway(folder=gateway.folder)
    rows = rows_by_request(again, since)
    assert again.status()["open_reservations"] == 0

    for request_id, found in rows.items():
        assert len(found) == 1, f"{request_id} has {len(found)} rows"
    for request_id, found in seen.items():
        assert rows.get(request_id) == found, f"a row that was there before the kill is gone or changed: {found}"

    ours = {outcome.marker for outcome in load.outcomes}
    served = {}
    for entry in simulator.journal()[before:]:
        marker = next((each for each in ours if each in (entry.body or "")), None)
        if marker:
            served[marker] = entry
    lost = sorted(set(served) - set(rows))
    assert not lost, f"{len(lost)} of {len(served)} requests that the provider served have no row"

    for outcome in load.outcomes:
        if outcome.is_good:
            (row,) = rows[outcome.marker]
            entry = served[outcome.marker]
            assert row["ended"] == "complete", row
            assert (row["prompt_tokens"], row["completion_tokens"]) == (entry.prompt_tokens, entry.completion_tokens)
    for request_id, (row,) in rows.items():
        if row["ended"] == "interrupted":
            assert row["usage_source"] == "estimated"
            assert row["cost_nano_usd"] > 0
    again.stop()
    interrupted = sum(row["ended"] == "interrupted" for (row,) in rows.values())
    return gateway.folder, len(served), interrupted


def test_kill_9_under_mixed_load(start_gateway, simulator):
    choose = random.Random(7)
    folder, served, interrupted = None, 0, 0
    for _ in range(ROUNDS):
        folder, count, open_at_kill = one_round(start_gateway, folder, simulator, choose.uniform(0.05, 0.6))
        served += count
        interrupted += open_at_kill
    print(f"{ROUNDS} kills, {served} requests served, {interrupted} of them open when the process died, none lost")
    assert interrupted > 0, "no kill hit an open call: this run proved little"


def test_a_kill_during_the_start_is_survived(start_gateway, simulator, prompt, marker, identity):
    gateway = start_gateway()
    gateway.data.post(
        "/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]},
        headers=identity)
    gateway.kill()
    for delay in (0.0, 0.01, 0.02, 0.05, 0.1):
        starting = start_gateway(folder=gateway.folder, ready=False)
        time.sleep(delay)
        starting.kill()
    again = start_gateway(folder=gateway.folder)
    row = again.row(marker)
    assert row.ending == "complete" and again.status()["open_reservations"] == 0
