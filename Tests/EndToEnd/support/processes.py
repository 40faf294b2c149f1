# SPDX-License-Identifier: Apache-2.0
"""The processes under test: started on free ports, watched, and ended by their own ids."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("SLUICE_BINARY", str(ROOT / ".build/release/sluice"))


def free_ports(count: int) -> list[int]:
    """Ports that the system says are free; all held until all are known, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def eventually(question, *, within: float = 10, every: float = 0.02, what: str = ""):
    """Asks until the answer is true and returns it; fails with the last answer when the time is over."""
    deadline = time.monotonic() + within
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or question}; last answer: {answer!r}")
        time.sleep(every)


class Process:
    """A running `sluice` command whose output is kept in a file."""

    running: list["Process"] = []

    def __init__(self, name: str, folder: Path, arguments: list[str], environment: dict[str, str] | None = None):
        self.name, self.folder, self.arguments = name, folder, arguments
        self.environment = clean_environment() | (environment or {})
        self.log_file = folder / f"{name}.log"
        self.process: subprocess.Popen | None = None

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, *self.arguments], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT)
        Process.running.append(self)
        return self

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.splitlines()[-lines:])

    def signal(self, number: int):
        os.kill(self.pid, number)

    def wait(self, seconds: float = 40) -> int:
        """The exit code."""
        code = self.process.wait(seconds)
        if self in Process.running:
            Process.running.remove(self)
        return code

    def stop(self, seconds: float = 40) -> int:
        if self.is_running:
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> int:
        """As a crash would end it: no handler runs."""
        if self.is_running:
            self.signal(signal.SIGKILL)
        return self.wait(10)

    def wait_ready(self, is_ready, seconds: float = 20) -> float:
        """Waits until `is_ready` answers true; returns how long that took since now."""
        started = time.monotonic()
        while not is_ready():
            if not self.is_running:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() - started > seconds:
                raise AssertionError(f"{self.name} is not ready after {seconds} s:\n{self.log_tail()}")
            time.sleep(0.005)
        return time.monotonic() - started

    # What the kernel says of the process.

    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def clean_environment() -> dict[str, str]:
    """The environment without what would change how the gateway or a client behaves."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.endswith("_API_KEY") and not name.startswith("SLUICE_")
    }


def run_command(
    *arguments: str, environment: dict[str, str] | None = None, folder: Path | None = None, seconds=30, output=subprocess.PIPE,
):
    """A `sluice` command that ends by itself; output as text."""
    return subprocess.run(
        [BINARY, *arguments], cwd=folder, env=clean_environment() | (environment or {}), stdin=subprocess.DEVNULL,
        stdout=output, stderr=subprocess.PIPE, text=True, timeout=seconds)
