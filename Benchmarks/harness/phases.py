# SPDX-License-Identifier: Apache-2.0
"""The measurements, one function each. Each takes a bench and returns figures by name."""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .processes import MemoryPeak, core_busy, cpu_between, cpu_seconds, resident_mib
from .rig import HERE, LOAD_CORE, PEER_CORE, Peer, Rig, ask, request_body

CONNECTIONS = (1, 32, 256)
PACED = {"conc": 8, "chunks": 100, "delay": 10}     # 800 chunks a second
BURST = {"conc": 8, "chunks": 100, "delay": 0}      # as fast as the peer passes them on
IDLE_CONNECTIONS, IDLE_CLIENTS = 10_000, 2


@dataclass
class Bench:
    """A peer with its rig, the bodies to send, and how long to measure."""

    rig: Rig
    peer: Peer
    seconds: float
    repeats: int
    say: callable

    def __post_init__(self):
        self.small = self._body("small.json", request_body())
        self.streamed = self._body("streamed.json", request_body(streamed=True))
        self.large = self._body("large.json", request_body(size=100_000))

    def _body(self, name: str, data: bytes) -> Path:
        file = self.peer.work / name
        file.write_bytes(data)
        return file

    @property
    def pid(self) -> int:
        return self.peer.process.pid

    def direct(self, body: Path, **options) -> dict:
        """The same load without a peer between."""
        return self.rig.load(self.rig.direct, [], body, **options)

    def measured(self, body: Path, **options) -> dict:
        """One load run with the CPU it cost the peer, and what others took of its core meanwhile."""
        busy, stolen = core_busy(PEER_CORE)
        cpu, started = cpu_seconds(self.pid), time.monotonic()
        run = self.rig.load(self.peer.url, self.peer.headers, body, **options)
        cpu, span = cpu_between(cpu, cpu_seconds(self.pid)), time.monotonic() - started
        busy_after, stolen_after = core_busy(PEER_CORE)
        run["cpu_s"] = cpu
        run["cpu_us"] = cpu * 1e6 / run["done"] if run["done"] else None
        run["foreign_pct"] = max(0.0, 100 * (busy_after - busy - cpu) / span)
        run["steal_pct"] = 100 * (stolen_after - stolen) / span
        return run

    def calm(self, body: Path, tries: int = 3, limit: float = 20.0, **options) -> dict:
        """Repeats a run that others disturbed; keeps the least disturbed one."""
        best = None
        for _ in range(tries):
            run = self.measured(body, **options)
            if best is None or run["foreign_pct"] < best["foreign_pct"]:
                best = run
            if run["foreign_pct"] <= limit:
                break
        return best

    def calm_runs(self, body: Path, count: int, **options) -> list[dict]:
        return [self.calm(body, **options) for _ in range(max(1, count))]


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def bad(runs: list[dict]) -> int:
    return sum(run["non2xx"] + run["errors"] + run["short_streams"] for run in runs)


def summary(runs: list[dict]) -> dict:
    return {
        "rps": median(run["rps"] for run in runs), "p50": median(run["lat_us"]["p50"] for run in runs),
        "p99": median(run["lat_us"]["p99"] for run in runs), "cpu_us": median(run["cpu_us"] for run in runs),
        "foreign_pct": median(run["foreign_pct"] for run in runs), "bad": bad(runs),
    }


def closed(bench: Bench) -> dict:
    """Closed loop: each connection sends its next request when the last answer is complete."""
    bench.rig.behave()
    found = {}
    for connections in CONNECTIONS:
        with MemoryPeak(bench.pid) as peak:
            runs = bench.calm_runs(bench.small, bench.repeats, conc=connections, secs=bench.seconds)
        found[str(connections)] = summary(runs) | {"rss_mib": peak.mib}
        bench.say(f"{connections} connections: {found[str(connections)]}")
    return found


def rate(bench: Bench) -> dict:
    """Open loop at 50 requests a second, direct and through the peer in turn: what a quiet gateway adds."""
    bench.rig.behave()
    direct, through = [], []
    for _ in range(4):
        direct.append(bench.direct(bench.small, conc=8, secs=bench.seconds, rate=50))
        through.append(bench.calm(bench.small, tries=2, conc=8, secs=bench.seconds, rate=50))
    found = {"bad": bad(through)}
    for name in ("p50", "p99"):
        found[f"direct_{name}"] = median(run["lat_us"][name] for run in direct)
        found[name] = median(run["lat_us"][name] for run in through)
    return found


def ttft(bench: Bench) -> dict:
    """One stream at a time: to the first content chunk, and each chunk's way through the peer."""
    bench.rig.behave(stamp=1, chunks=20, delay=2)
    direct, through = [], []
    for _ in range(3):
        direct.append(bench.direct(bench.streamed, conc=1, secs=bench.seconds, stream=20))
        through.append(bench.calm(bench.streamed, tries=2, conc=1, secs=bench.seconds, stream=20))
    found = {"bad": bad(through)}
    for name in ("p50", "p99"):
        found[f"direct_{name}"] = median(run["ttft_us"][name] for run in direct)
        found[name] = median(run["ttft_us"][name] for run in through)
        found[f"chunk_direct_{name}"] = median(run["chunk_us"][name] for run in direct)
        found[f"chunk_{name}"] = median(run["chunk_us"][name] for run in through)
    return found


def streams(bench: Bench, shape: dict) -> dict:
    bench.rig.behave(stamp=1, chunks=shape["chunks"], delay=shape["delay"])
    runs = bench.calm_runs(
        bench.streamed, bench.repeats - 1, conc=shape["conc"], secs=bench.seconds + 1, stream=shape["chunks"])
    return {
        "cpu_us_per_chunk": median(run["cpu_s"] * 1e6 / run["chunks"] for run in runs if run["chunks"]),
        "chunks_per_s": median(run["chunks"] / run["secs"] for run in runs),
        "foreign_pct": median(run["foreign_pct"] for run in runs), "bad": bad(runs),
    }


def paced(bench: Bench) -> dict:
    """Eight streams with a chunk each 10 ms: all CPU over all chunks."""
    return streams(bench, PACED)


def burst(bench: Bench) -> dict:
    """The same without a pause, when a peer may coalesce."""
    return streams(bench, BURST)


def large(bench: Bench) -> dict:
    """A request of 100 KB: what parsing and copying a prompt costs."""
    bench.rig.behave()
    return summary(bench.calm_runs(bench.large, bench.repeats - 1, conc=8, secs=bench.seconds))


def huge(bench: Bench) -> dict:
    """A request of 20 MiB: the memory it takes, over what there was before."""
    bench.rig.behave()
    data = request_body(size=20 << 20)
    before = resident_mib(bench.pid)
    with MemoryPeak(bench.pid, every=0.005) as peak:
        status, _ = ask(bench.peer.url, bench.peer.headers, data, timeout=120)
    return {"status": status, "memory_ratio": (peak.mib - before) * (1 << 20) / len(data), "bad": int(status != 200)}


def idle(bench: Bench) -> dict:
    """10,000 connections that have had one answer each and stay open."""
    bench.rig.behave()
    share = IDLE_CONNECTIONS // IDLE_CLIENTS
    before = resident_mib(bench.pid)
    command = ["taskset", "-c", LOAD_CORE, sys.executable, "-B", HERE / "hold.py", bench.peer.url, str(share), bench.small]
    command += bench.peer.headers
    clients = [
        subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(IDLE_CLIENTS)
    ]
    try:
        held = sum(int(client.stdout.readline() or 0) for client in clients)
        memory = resident_mib(bench.pid)
    finally:
        for client in clients:
            client.stdin.close()
            client.wait(30)
    return {"connections": held, "rss_mib": memory, "kib_each": (memory - before) * 1024 / max(held, 1),
            "bad": IDLE_CONNECTIONS - held}


def start(bench: Bench) -> dict:
    """From the command to ready, with nothing stored; several starts, each in an empty folder."""
    times = []
    for number in range(5):
        folder = bench.peer.work / f"start-{number}"
        folder.mkdir()
        peer = Peer(bench.rig, bench.peer.description, folder)
        times.append(peer.start())
        peer.stop()
    return {"p50_ms": statistics.median(times), "max_ms": max(times), "bad": 0}


# In the order in which they are run: what leaves the most memory behind comes last.
ALL = {each.__name__: each for each in (closed, rate, ttft, paced, burst, large, start, idle, huge)}


def measure(bench: Bench, names: list[str], warm_up: float) -> dict:
    """All of a peer's figures."""
    found = {"name": bench.peer.name, "auth": bench.peer.description.get("auth", ""), "version": bench.peer.version()}
    found["without_key"] = ask(bench.peer.url, [], request_body())[0]
    found["rss_idle_mib"] = resident_mib(bench.pid)
    bench.rig.behave()
    bench.rig.load(bench.peer.url, bench.peer.headers, bench.small, conc=32, secs=warm_up)
    for name in names:
        if name == "idle" and not bench.peer.description.get("idle", True):
            continue
        found[name] = ALL[name](bench)
        bench.say(f"{name}: {json.dumps(found[name])}")
    return found
