# SPDX-License-Identifier: Apache-2.0
"""Process trees: what they cost by /proc, how they are started and ended."""

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1 << 20


def tree(pid: int) -> list[int]:
    """The process, its descendants, and orphans of the session it was started in."""
    children: dict[int, list[int]] = {}
    waiting, found = [pid], []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            text = Path(f"/proc/{name}/stat").read_text()
        except OSError:
            continue
        fields = text[text.rindex(")") + 2:].split()
        children.setdefault(int(fields[1]), []).append(int(name))
        if int(fields[3]) == pid and int(name) != pid:
            waiting.append(int(name))
    while waiting:
        each = waiting.pop()
        if each not in found:
            if os.path.exists(f"/proc/{each}"):
                found.append(each)
            waiting += children.get(each, [])
    return found


def cpu_seconds(pid: int) -> tuple[float, float]:
    """CPU time of a tree, twice: utime+stime with reaped children, and the scheduler's nanoseconds of living threads."""
    ticks = nanoseconds = 0
    for each in tree(pid):
        try:
            text = Path(f"/proc/{each}/stat").read_text()
            ticks += sum(map(int, text[text.rindex(")") + 2:].split()[11:15]))
            for thread in os.listdir(f"/proc/{each}/task"):
                nanoseconds += int(Path(f"/proc/{each}/task/{thread}/schedstat").read_text().split()[0])
        except (OSError, IndexError, ValueError):
            pass
    return ticks / TICK, nanoseconds / 1e9


def cpu_between(before, after) -> float:
    """The finer count, unless a thread that went away took some of it along."""
    coarse, fine = after[0] - before[0], after[1] - before[1]
    return fine if fine >= coarse - 0.03 else coarse


def resident_mib(pid: int) -> float:
    total = 0
    for each in tree(pid):
        try:
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1]) * PAGE
        except (OSError, IndexError):
            pass
    return total / MIB


def descriptors(pid: int) -> int:
    return sum(len(os.listdir(f"/proc/{each}/fd")) for each in tree(pid))


def core_busy(core: str) -> tuple[float, float]:
    """Busy and stolen seconds of a core."""
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            values = list(map(int, line.split()[1:9]))
            return (values[0] + values[1] + values[2] + values[5] + values[6]) / TICK, values[7] / TICK
    return 0, 0


class Pinned:
    """A process on one core, in a session of its own; ended by its pids."""

    def __init__(self, name, command, core, folder, environment=None, log=None):
        self.name = name
        with open(log, "ab") if log else open(os.devnull, "wb") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", core, *map(str, command)], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        self.pid = self.process.pid

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self):
        pids = tree(self.pid)
        if not self.has_ended:
            self.process.terminate()
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                pass
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not self.has_ended:
            self.process.wait(5)


class MemoryPeak(threading.Thread):
    """`with MemoryPeak(pid) as peak:` the largest resident memory seen inside the block, in MiB."""

    def __init__(self, pid: int, every: float = 0.25):
        super().__init__(daemon=True)
        self.pid, self.every, self.mib = pid, every, 0.0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(self.every):
            self.mib = max(self.mib, resident_mib(self.pid))

    def __enter__(self):
        self.mib = resident_mib(self.pid)
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        self.mib = max(self.mib, resident_mib(self.pid))


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def wait_until(question, process: Pinned, seconds: float, what: str, every: float = 0.002):
    end = time.monotonic() + seconds
    while not question():
        if process.has_ended:
            raise RuntimeError(f"{process.name} ended with {process.process.returncode}")
        if time.monotonic() > end:
            raise RuntimeError(f"{process.name}: {what} not within {seconds} s")
        time.sleep(every)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
