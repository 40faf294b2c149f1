# SPDX-License-Identifier: Apache-2.0
"""Mixed load from several threads, each call known by its marker."""

import itertools
import json
import random
import threading
import uuid
from dataclasses import dataclass

import httpx

from .gateway import DEMO_KEY, PROMPT_CANARY
from .simulator import misbehaving
from .streams import ALL, Dialect


@dataclass
class Outcome:
    marker: str
    status: int | None = None
    """None where the connection broke before a status came."""
    is_whole: bool = False
    text: str = ""

    @property
    def is_good(self) -> bool:
        return self.status == 200 and self.is_whole


class Load:
    """`with Load(gateway) as load:` sends until the block ends; `load.outcomes` says what came of each call."""

    def __init__(self, gateway, threads: int = 8, pace: str = "chunks=8,delay=5", model: str | None = None):
        self.url, self.pace, self.model = gateway.url, pace, model
        self.outcomes: list[Outcome] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self.threads), "a call hangs"

    @property
    def bad(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.is_good]

    def _run(self, number: int):
        choose = random.Random(number)
        headers = {"Authorization": f"Bearer {DEMO_KEY}", "anthropic-version": "2023-06-01"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False) as client:
            for _ in itertools.takewhile(lambda _: not self.over.is_set(), itertools.count()):
                outcome = Outcome(f"marker-{uuid.uuid4().hex}")
                self.outcomes.append(outcome)
                try:
                    self._call(client, outcome, choose.choice(ALL), choose.random() < 0.6)
                except httpx.TransportError:
                    # The process is gone or going; slow down so that a restart is not met by a storm.
                    self.over.wait(0.02)

    def _call(self, client: httpx.Client, outcome: Outcome, dialect: Dialect, streamed: bool):
        prompt = f"{outcome.marker} {PROMPT_CANARY}"
        name = self.model or (misbehaving(dialect.model, self.pace) if streamed else dialect.model)
        body = dialect.body(name, prompt) | {"stream": streamed}
        with client.stream("POST", dialect.path, json=body, headers={"x-request-id": outcome.marker}) as answer:
            outcome.status = answer.status_code
            outcome.text = answer.read().decode()
        outcome.is_whole = dialect.is_complete(outcome.text) if streamed else is_json(outcome.text)


def is_json(text: str) -> bool:
    try:
        json.loads(text)
        return True
    except ValueError:
        return False
