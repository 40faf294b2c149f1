# SPDX-License-Identifier: Apache-2.0
"""The provider's twin, and its journal: what really reached a provider, and what it really delivered."""

import json
import socket
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from .processes import Process, eventually, free_ports

OPENAI_KEY = "sk-canary-openai-6f0d2c9b1e7a4853"
ANTHROPIC_KEY = "sk-ant-canary-anthropic-93b7c1d5e2f04a68"


def misbehaving(model: str, directives: str) -> str:
    """The name by which a client asks for `model` with `directives`, such as `cut=3`."""
    return f"{model}+{directives.replace(',', '+')}"


@dataclass
class Served:
    """One request as the provider saw it."""

    entry: dict = field(repr=False)

    def __getattr__(self, name):
        try:
            return self.entry[name]
        except KeyError:
            raise AttributeError(name) from None

    def sent(self) -> dict:
        """The body that reached the provider."""
        return json.loads(self.entry["body"])

    @property
    def tokens(self) -> dict[str, int]:
        names = ("prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens")
        return {name: self.entry[name] for name in names}


class Simulator(Process):
    def __init__(self, folder: Path, *arguments: str):
        (self.port,) = free_ports(1)
        super().__init__("simulator", folder, ["simulate", "--port", str(self.port), *arguments])
        self.url = f"http://127.0.0.1:{self.port}"
        self.closed: list[Served] = []
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def start(self):
        super().start()
        self.wait_ready(self.accepts)
        return self

    def accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def journal(self) -> list[Served]:
        """All entries. Those that cannot change any more are asked for once."""
        answer = self.client.get("/journal", params={"since": len(self.closed)})
        answer.raise_for_status()
        recent = [Served(entry) for entry in answer.json()]
        everything = self.closed + recent
        while recent and recent[0].ended != "open":
            self.closed.append(recent.pop(0))
        return everything

    def calls(self, marker: str) -> list[Served]:
        """Every request whose body holds `marker`, or that names it as its user where the body is too large to keep."""
        return [each for each in self.journal() if marker in (each.body or "") or each.marker == marker]

    def call(self, marker: str) -> Served:
        """The one request whose body holds `marker`, once it has been served to its end."""

        def closed():
            found = self.calls(marker)
            assert len(found) <= 1, f"{len(found)} requests with {marker}"
            return [each for each in found if each.ended != "open"]

        return eventually(closed, what=f"the journal has a finished request with {marker}")[0]
