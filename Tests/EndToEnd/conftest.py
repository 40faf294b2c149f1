# SPDX-License-Identifier: Apache-2.0
"""Fixtures. A gateway and a simulator are shared by the tests that only send requests; a test that stops, kills or
reconfigures a gateway starts its own with `start_gateway`."""

import uuid
from pathlib import Path

import pytest

from support.gateway import PROMPT_CANARY, Gateway
from support.processes import BINARY, Process
from support.simulator import Simulator


def pytest_configure(config):
    if not Path(BINARY).exists():
        pytest.exit(f"there is no {BINARY}: run 'make build', or set SLUICE_BINARY", returncode=2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for process in Process.running:
            report.sections.append((f"end of {process.log_file}", process.log_tail()))
    return report


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    process = Simulator(tmp_path_factory.mktemp("simulator")).start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, simulator):
    process = Gateway(tmp_path_factory.mktemp("gateway"), simulator.url).start()
    yield process
    leaks = process.leaks()
    process.stop()
    assert not leaks, f"after the whole run: {leaks}"


@pytest.fixture
def start_gateway(tmp_path_factory, simulator):
    """Starts gateways of a test's own; takes what `Gateway` takes."""
    started: list[Gateway] = []

    def start(*, folder: Path | None = None, simulator_url: str = simulator.url, ready: bool = True, **options) -> Gateway:
        process = Gateway(folder or tmp_path_factory.mktemp("own"), simulator_url, **options)
        started.append(process)
        return process.start() if ready else Process.start(process)

    yield start
    leaks = [leak for process in started for leak in process.leaks()]
    for process in started:
        process.kill()
    assert not leaks, leaks


@pytest.fixture
def marker() -> str:
    """Stands in a test's prompts and is its request id: joins the gateway's ledger with the provider's journal."""
    return f"marker-{uuid.uuid4().hex}"


@pytest.fixture
def prompt(marker) -> str:
    return f"Tell me about {marker} and {PROMPT_CANARY}."


@pytest.fixture
def identity(marker) -> dict:
    return {"x-request-id": marker}
