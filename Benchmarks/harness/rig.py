# SPDX-License-Identifier: Apache-2.0
"""What stands around a peer: the mock provider behind it, the load generator before it, and the peer itself."""

import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .processes import Pinned, accepts, free_ports, wait_until

HERE = Path(__file__).resolve().parents[1]
PEER_CORE, LOAD_CORE = "0", "1"
KEYS = {
    "KEY": "sk-bench-0123456789abcdef0123456789abcdef", "UPSTREAM_KEY": "sk-upstream-0123456789",
    "MASTER_KEY": "sk-master-0123456789abcdef",
}
WORDS = "The gateway under test forwards this prompt to the provider and returns what it answers without a change of meaning. "
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def build_tools(folder: Path):
    """Compiles the mock and the load generator unless they are newer than their sources."""
    for name, flags in (("mock_upstream", ["-pthread"]), ("loadgen", [])):
        source, binary = HERE / f"{name}.c", folder / name
        if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["cc", "-O2", *flags, "-o", binary, source], check=True)


def expand(text: str, values: dict) -> str:
    return re.sub(
        r"\$\{(\w+)\}", lambda match: str(values[match[1]]) if match[1] in values else os.environ.get(match[1], match[0]), text)


def request_body(streamed: bool = False, size: int = 900, model: str = "gpt-4o-mini") -> bytes:
    messages = [
        {"role": "system", "content": "You are a careful assistant. Answer in one short paragraph."},
        {"role": "user", "content": (WORDS * (size // len(WORDS) + 1))[:size]},
    ]
    body = {"model": model, "messages": messages, "temperature": 0.7, "max_tokens": 256}
    return json.dumps(body | ({"stream": True} if streamed else {})).encode()


def ask(url: str, headers: list[str], data: bytes | None, timeout: float = 30) -> tuple[int, bytes]:
    fields = dict(header.split(": ", 1) for header in headers) | {"Content-Type": "application/json"}
    try:
        with OPENER.open(urllib.request.Request(url, data, fields), timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Rig:
    """A fresh mock, and the load generator that is run against it or through a peer."""

    def __init__(self, work: Path):
        self.work = work
        (self.port,) = free_ports(1)
        self.mock = Pinned("mock", [work / "mock_upstream", "--port", self.port], LOAD_CORE, work, log=work / "mock.log")
        wait_until(lambda: accepts(self.port), self.mock, 5, "its port")
        self.direct = f"http://127.0.0.1:{self.port}/v1/chat/completions"

    def behave(self, **spec):
        """How the mock answers from now on; nothing sets it back."""
        query = "&".join(f"{key}={value}" for key, value in spec.items())
        OPENER.open(f"http://127.0.0.1:{self.port}/spec?{query}", timeout=5).read()

    def load(self, url: str, headers: list[str], body: Path, **options) -> dict:
        command = ["taskset", "-c", LOAD_CORE, str(self.work / "loadgen"), "--url", url, "--body", str(body)]
        for header in headers:
            command += ["--header", header]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        result = subprocess.run(command, capture_output=True, timeout=options.get("secs", 5) + 60)
        if result.returncode:
            raise RuntimeError(f"loadgen: {result.stderr.decode()[:300]}")
        return json.loads(result.stdout)


class Peer:
    """A started peer: where to send, what to send, and its process tree."""

    def __init__(self, rig: Rig, description: dict, work: Path):
        self.description, self.name, self.work = description, description["name"], work
        port, admin, health = free_ports(3)
        self.values = KEYS | {
            "WORK": work, "HERE": HERE, "PORT": port, "ADMIN_PORT": admin, "HEALTH_PORT": health, "UPSTREAM_HOST": "127.0.0.1",
            "UPSTREAM_PORT": rig.port, "UPSTREAM": f"http://127.0.0.1:{rig.port}",
        }
        for file in description.get("files", []):
            (work / file).write_text(expand((HERE / "configs" / file).read_text(), self.values))
        self.port = port
        self.url = expand(description["url"], self.values)
        self.headers = [expand(header, self.values) for header in description.get("headers", [])]
        self.process: Pinned | None = None

    def start(self) -> float:
        """Returns the milliseconds until the peer is ready."""
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        command = [expand(part, self.values) for part in self.description["command"]]
        started = time.monotonic()
        self.process = Pinned(self.name, command, PEER_CORE, self.work, environment, self.work / "peer.log")
        ready = self.description.get("ready")
        question = (lambda: answers(expand(ready, self.values))) if ready else (lambda: accepts(self.port))
        try:
            wait_until(question, self.process, 60, "ready")
            milliseconds = (time.monotonic() - started) * 1000
            wait_until(self.answers_well, self.process, 60, "a good answer", every=0.2)
        except BaseException:
            self.stop()
            raise
        return milliseconds

    def answers_well(self) -> bool:
        try:
            status, body = ask(self.url, self.headers, request_body())
            return status == 200 and "The quick brown fox" in json.loads(body)["choices"][0]["message"]["content"]
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def stop(self):
        if self.process:
            self.process.stop()

    def version(self) -> str:
        command = self.description.get("version")
        if not command:
            return "-"
        result = subprocess.run([expand(part, self.values) for part in command], capture_output=True, text=True, timeout=60)
        found = re.search(self.description.get("version_re", r"(\d+\.\d+[\w.\-]*)"), result.stdout + result.stderr)
        return found[1] if found else "?"

    @staticmethod
    def is_installed(description: dict) -> bool:
        return shutil.which(expand(description.get("needs", "true"), {})) is not None


def answers(url: str) -> bool:
    try:
        return ask(url, [], None, timeout=2)[0] == 200
    except OSError:
        return False
