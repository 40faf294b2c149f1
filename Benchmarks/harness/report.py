# SPDX-License-Identifier: Apache-2.0
"""Tables for people, and the check against thresholds.toml."""

import statistics
import tomllib
from pathlib import Path

COLUMNS = [
    # Heading, path, what is taken off, whether the ratio to nginx is shown.
    ("CPU µs/request, 32", "closed.32.cpu_us", None, True),
    ("CPU µs/request, 256", "closed.256.cpu_us", None, True),
    ("requests/s, 32", "closed.32.rps", None, False),
    ("p99 µs, 32", "closed.32.p99", None, False),
    ("added p50 µs, quiet", "rate.p50", "rate.direct_p50", True),
    ("added TTFT p50 µs", "ttft.p50", "ttft.direct_p50", True),
    ("CPU µs/chunk, paced", "paced.cpu_us_per_chunk", None, True),
    ("CPU µs/chunk, burst", "burst.cpu_us_per_chunk", None, True),
    ("CPU µs, 100 KB", "large.cpu_us", None, True),
    ("20 MiB body, × its size", "huge.memory_ratio", None, False),
    ("MiB idle", "rss_idle_mib", None, False),
    ("MiB at 256", "closed.256.rss_mib", None, False),
    ("MiB with 10,000 idle", "idle.rss_mib", None, False),
    ("start ms", "start.p50_ms", None, False),
]


def lookup(result: dict, path: str):
    for step in path.split("."):
        if not isinstance(result, dict) or result.get(step) is None:
            return None
        result = result[step]
    return result


def figure(result: dict | None, path: str, minus: str | None = None):
    value = lookup(result or {}, path)
    if value is None or minus is None:
        return value
    taken = lookup(result, minus)
    return None if taken is None else value - taken


def merge(results: list):
    """Several runs of one peer as one: medians, sums of failures."""
    results = [each for each in results if each is not None]
    if not results:
        return None
    if isinstance(results[0], dict):
        names = dict.fromkeys(name for each in results if isinstance(each, dict) for name in each)
        merged = {name: merge([each.get(name) for each in results]) for name in names}
        return merged | ({"bad": sum(each.get("bad") or 0 for each in results)} if "bad" in merged else {})
    return results[0] if isinstance(results[0], str) else statistics.median(results)


def by_peer(results: list[dict]) -> dict[str, dict]:
    grouped: dict[str, list[dict]] = {}
    for result in results:
        grouped.setdefault(result["name"], []).append(result)
    return {name: merge(runs) for name, runs in grouped.items()}


def show(value) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(results: list[dict]) -> str:
    peers = by_peer(results)
    nginx = peers.get("nginx")
    lines = ["| | " + " | ".join(f"{name} {peer.get('version', '')}".strip(" -") for name, peer in peers.items()) + " |"]
    lines.append("|---" * (len(peers) + 1) + "|")
    for heading, path, minus, with_ratio in COLUMNS:
        base = figure(nginx, path, minus)
        cells = []
        for name, peer in peers.items():
            value = figure(peer, path, minus)
            ratio = f" ({value / base:.2f}×)" if with_ratio and value and base and name != "nginx" else ""
            cells.append(show(value) + ratio)
        lines.append(f"| {heading} | " + " | ".join(cells) + " |")
    for name, peer in peers.items():
        failures = {phase: found["bad"] for phase, found in _phases(peer) if found.get("bad")}
        if failures:
            lines.append(f"\n{name} failed requests: {failures}")
        disturbed = max([found.get("foreign_pct") or 0 for _, found in _phases(peer)], default=0)
        if disturbed > 20:
            lines.append(f"\n{name} was disturbed: others took up to {disturbed:.0f} % of its core")
        if "error" in peer:
            lines.append(f"\n{name} could not be measured: {peer['error']}")
    return "\n".join(lines)


def _phases(peer: dict):
    for name, found in peer.items():
        if isinstance(found, dict):
            if name == "closed":
                yield from ((f"closed.{inner}", each) for inner, each in found.items())
            else:
                yield name, found


def check(results: list[dict], thresholds: Path) -> tuple[str, int]:
    """A line for each figure, and how many are missed. What was not measured is neither passed nor missed."""
    peers = by_peer(results)
    ours, nginx = peers.get("sluice"), peers.get("nginx")
    lines, missed = [], 0
    for wanted in tomllib.loads(thresholds.read_text())["figure"]:
        value = figure(ours, wanted["path"], wanted.get("minus"))
        base = figure(nginx, wanted["path"], wanted.get("minus"))
        if wanted["kind"] == "ratio":
            value = value / base if value is not None and base else None
        elif wanted["kind"] == "extra":
            value = value - base if value is not None and base is not None else None
        if value is None:
            verdict = "not measured"
        else:
            missed += value > wanted["most"]
            verdict = "MISS" if value > wanted["most"] else "pass"
        aim = f" (aim {wanted['aim']})" if "aim" in wanted else ""
        unit = "× nginx" if wanted["kind"] == "ratio" else ""
        lines.append(f"{verdict:>12}  {wanted['name']}: {show(value)}{unit}, at most {wanted['most']}{aim}")
    return "\n".join(lines), missed
