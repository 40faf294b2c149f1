# SPDX-License-Identifier: Apache-2.0
"""The gateway under test: its configuration, its process, and what its operators can see."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

import anthropic
import httpx
import openai

from . import prices
from .processes import Process, eventually, free_ports
from .simulator import ANTHROPIC_KEY, OPENAI_KEY

ADMIN_KEY = "admin-canary-" + secrets.token_hex(16)
DEMO_KEY = "sk-sluice-" + secrets.token_hex(20)
# What the configuration's ${NAMES} stand for.
KEYS = {
    "SLUICE_ADMIN_KEY": ADMIN_KEY, "DEMO_KEY": DEMO_KEY, "OPENAI_API_KEY": OPENAI_KEY, "ANTHROPIC_API_KEY": ANTHROPIC_KEY,
}
# Stands in every prompt: nothing but the provider may ever see it.
PROMPT_CANARY = "canary-prompt-" + secrets.token_hex(8)


def configuration(simulator_url: str, ports: list[int]) -> dict:
    """The contract's file, with globs for everything that the simulator serves."""
    data, admin, health = ports
    return {
        "server": {
            "lanes": 2,
            "data": {"address": f"127.0.0.1:{data}"},
            "admin": {"address": f"127.0.0.1:{admin}", "key": "${SLUICE_ADMIN_KEY}"},
            "health": {"address": f"127.0.0.1:{health}"},
        },
        "storage": {"sqlite": "sluice.db"},
        "providers": [
            {"name": "openai", "template": "openai", "base_url": f"{simulator_url}/v1", "api_key": "${OPENAI_API_KEY}"},
            {"name": "claude", "template": "anthropic", "base_url": simulator_url, "api_key": "${ANTHROPIC_API_KEY}"},
        ],
        "models": [
            {"name": "claude-*", "targets": [{"provider": "claude"}]},
            {"name": "fast", "targets": [{"provider": "openai", "model": "gpt-4o-mini"}]},
            {"name": "unpriced-*", "targets": [{"provider": "openai"}]},
            {"name": "*", "targets": [{"provider": "openai"}]},
        ],
        "keys": [{"name": "demo", "key": "${DEMO_KEY}", "models": ["*"]}],
        "prices": [
            {"provider": "openai", "model": "gpt-*", **prices.GPT.yaml()},
            {"provider": "openai", "model": "text-embedding-*", **prices.EMBEDDING.yaml()},
            {"provider": "claude", "model": "claude-*", **prices.CLAUDE.yaml()},
        ],
    }


@dataclass
class Row:
    """A row of the ledger, or a sum of rows, by the names that the tests speak of."""

    fields: dict

    NAMES = {
        "key": "key_name", "model_asked": "model", "model_served": "served_model", "cost": "cost_nano_usd",
        "latency": "latency_us", "first_token": "first_token_us", "streamed": "stream", "ending": "ended",
    }

    def __getattr__(self, name):
        try:
            return self.fields[self.NAMES.get(name, name)]
        except KeyError:
            raise AttributeError(f"a row has no {name}: {sorted(self.fields)}") from None

    @property
    def is_unpriced(self) -> bool:
        return not self.fields["priced"]


class Gateway(Process):
    """`change` edits the configuration before it is written; `text` replaces the file outright."""

    def __init__(self, folder: Path, simulator_url: str, change=None, text: str | None = None, name: str = "gateway",
                 environment: dict[str, str] | None = None):
        self.ports = free_ports(3)
        self.data_port, self.admin_port, self.health_port = self.ports
        self.secrets = [ADMIN_KEY, DEMO_KEY, OPENAI_KEY, ANTHROPIC_KEY]
        self.configuration_file = folder / "sluice.yaml"
        super().__init__(
            name, folder, ["serve", "--config", str(self.configuration_file)], KEYS | (environment or {}))
        self.configuration = configuration(simulator_url, self.ports)
        if change:
            change(self.configuration)
        self.write(text)
        self.admin = self._client(self.admin_port, {"Authorization": f"Bearer {ADMIN_KEY}"})
        self.health = self._client(self.health_port, {})
        self.data = self._client(self.data_port, {"Authorization": f"Bearer {DEMO_KEY}"})
        self.anyone = self._client(self.data_port, {})
        self.ready_after = 0.0

    @staticmethod
    def _client(port: int, headers: dict) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, trust_env=False)

    def write(self, text: str | None = None):
        """Replaces the file at once, as editors and deployment tools do. JSON is YAML."""
        draft = self.configuration_file.with_suffix(".draft")
        draft.write_text(text or json.dumps(self.configuration, indent=2))
        draft.replace(self.configuration_file)

    def start(self):
        super().start()
        self.ready_after = self.wait_ready(self.is_ready)
        return self

    def is_ready(self) -> bool:
        try:
            return self.health.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    # Clients. They never retry by themselves: what the gateway answers is what a test sees.

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.data_port}"

    def openai(self, key: str = DEMO_KEY, **options) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=key, **({"max_retries": 0, "timeout": 60} | options))

    def anthropic(self, key: str = DEMO_KEY, **options) -> anthropic.Anthropic:
        return anthropic.Anthropic(base_url=self.url, api_key=key, **({"max_retries": 0, "timeout": 60} | options))

    # What an operator sees.

    def rows(self, request_id: str) -> list[Row]:
        return [Row(row) for row in self._usage(request_id=request_id)["rows"]]

    def row(self, request_id: str) -> Row:
        """The one ledger row of a call; a client that broke off may be here a moment before the row is."""
        rows = eventually(lambda: self.rows(request_id), what=f"a ledger row for {request_id}")
        assert len(rows) == 1, f"{len(rows)} rows for one call: {rows}"
        return rows[0]

    def sums(self, by: str, **filters: str) -> list[Row]:
        return [Row(group) for group in self._usage(by=by, **filters)["groups"]]

    def _usage(self, **query: str) -> dict:
        answer = self.admin.get("/v1/usage", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self) -> dict:
        answer = self.admin.get("/v1/status")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log_line(self, request_id: str) -> dict:
        """The JSON log line of a call."""

        def lines():
            return [json.loads(line) for line in self.log.splitlines() if request_id in line and line.startswith("{")]

        found = eventually(lines, what=f"a log line for {request_id}")
        assert len(found) == 1, f"{len(found)} log lines for one call"
        return found[0]

    def metrics(self) -> str:
        answer = self.health.get("/metrics")
        assert answer.status_code == 200
        return answer.text

    def create_key(self, name: str, **fields) -> dict:
        """Makes a key by the admin API; its clear form is watched for as a secret from now on."""
        answer = self.admin.post("/v1/keys", json={"name": name, **fields})
        assert answer.status_code in (200, 201), answer.text
        made = answer.json()
        self.secrets.append(made["key"])
        return made

    # What nobody may see.

    def leaks(self) -> list[str]:
        """Where a secret or a prompt stands that should not: log, metrics, database files."""
        texts = {"log": self.log.encode()}
        if self.is_running:
            texts["/metrics"] = self.metrics().encode()
        for file in self.folder.rglob("sluice.db*"):
            for part in [file] if file.is_file() else [each for each in file.rglob("*") if each.is_file()]:
                texts[part.name] = part.read_bytes()
        forbidden = [*self.secrets, PROMPT_CANARY]
        return [f"{where} holds {secret[:12]}…" for where, text in texts.items() for secret in forbidden if secret.encode() in text]
