#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures gateways against one mock provider, on loopback, one at a time: the peer on core 0, mock and load on core 1.
README.md says what each figure means."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from harness import phases, report
from harness.rig import HERE, LOAD_CORE, Peer, Rig, build_tools

DEFAULT = "nginx,haproxy,envoy,sluice,nginx"        # nginx twice, so that drift of the machine shows in its median


def log(*words):
    print(*words, file=sys.stderr, flush=True)


def measure_peer(description: dict, arguments) -> dict:
    folder = arguments.work / "peer" / description["name"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rig = Rig(arguments.work)
    try:
        peer = Peer(rig, description, folder)
        peer.start()
        try:
            bench = phases.Bench(rig, peer, arguments.secs, arguments.reps, lambda line: log(f"  {line}"))
            return phases.measure(bench, arguments.phases.split(","), warm_up=min(4.0, arguments.secs))
        finally:
            peer.stop()
    except Exception as error:
        log(f"  {description['name']} failed: {error}")
        if (folder / "peer.log").exists():
            log("  " + "\n  ".join((folder / "peer.log").read_text(errors="replace").splitlines()[-12:])[:3000])
        return {"name": description["name"], "error": str(error)[:500]}
    finally:
        rig.mock.stop()


def measure_all(arguments) -> list[dict]:
    if (os.cpu_count() or 1) < 2:
        sys.exit("bench: two processors are needed, one for the peer and one for the load")
    peers = {peer["name"]: peer for peer in tomllib.loads((HERE / "peers.toml").read_text())["peer"]}
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    arguments.work.mkdir(parents=True, exist_ok=True)
    build_tools(arguments.work)
    results = []
    for name in arguments.only.split(","):
        if name not in peers:
            sys.exit(f"bench: there is no peer '{name}': peers.toml has {', '.join(peers)}")
        if not Peer.is_installed(peers[name]):
            log(f"{name} is not installed: skipped")
            continue
        log(f"{time.strftime('%H:%M:%S')} {name}")
        results.append(measure_peer(peers[name], arguments))
        if arguments.out:
            arguments.out.write_text(json.dumps(results, indent=1))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=DEFAULT, help=f"peers by name, in order (default: {DEFAULT}, as installed)")
    parser.add_argument("--phases", default=",".join(phases.ALL), help="measurements (default: all)")
    parser.add_argument("--secs", default=5.0, type=float, help="seconds of each run (default: 5)")
    parser.add_argument("--reps", default=3, type=int, help="runs of each measurement, of which the median counts (default: 3)")
    parser.add_argument("--quick", action="store_true", help="a first look: short runs, once each, nginx and sluice")
    parser.add_argument("--work", default=Path(tempfile.gettempdir()) / "sluice-bench", type=Path, help="scratch folder")
    parser.add_argument("--out", type=Path, help="write the results as JSON")
    parser.add_argument("--table", nargs="+", type=Path, help="print the results of earlier runs, merged, and measure nothing")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.secs, arguments.reps, arguments.only = 2.0, 1, "nginx,sluice"
    if arguments.table:
        results = [result for file in arguments.table for result in json.loads(file.read_text())]
    else:
        results = measure_all(arguments)
    print(report.table(results), end="\n\n")
    verdicts, missed = report.check(results, HERE / "thresholds.toml")
    print(verdicts)
    if any("error" in result for result in results):
        sys.exit(2)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
