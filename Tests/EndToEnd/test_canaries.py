# SPDX-License-Identifier: Apache-2.0
"""Secrets and prompts, looked for wherever they might have been left: log, metrics, errors, admin answers, database.

Every other test's gateway is searched too, when it ends (conftest.py)."""

import openai
import pytest

from support.gateway import DEMO_KEY, PROMPT_CANARY
from support.processes import run_command
from support.simulator import misbehaving
from support.streams import ALL, CHAT


@pytest.fixture
def eventful(start_gateway, simulator, prompt, marker):
    """A gateway that has seen every way a call can end."""
    gateway = start_gateway(change=lambda c: c["providers"].append(
        {"name": "dead", "template": "openai", "base_url": "http://127.0.0.1:1/v1", "api_key": "${OPENAI_API_KEY}"}) or
        c["models"].insert(0, {"name": "dead", "targets": [{"provider": "dead"}]}))
    gateway.answers = []
    for dialect in ALL:
        for directives in ("chunks=3", "status=400", "status=401", "status=429", "status=500", "reset", "html", "chunks=9,cut=3",
                           "chunks=9,garbage=3", "nodone", "redirect=http://127.0.0.1:1/"):
            for streamed in (False, True):
                body = dialect.body(misbehaving(dialect.model, directives), prompt) | {"stream": streamed}
                answer = gateway.data.post(dialect.path, json=body, headers={"anthropic-version": "2023-06-01"})
                gateway.answers.append((directives, answer))
    for key in (DEMO_KEY[:-1], DEMO_KEY + "0"):
        gateway.answers.append(("wrong key", gateway.anyone.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt), headers={"x-api-key": key})))
    gateway.answers.append(("malformed", gateway.data.post(CHAT.path, content=f'{{"model": "{prompt}'.encode(),
                                                           headers={"content-type": "application/json"})))
    gateway.answers.append(("dead", gateway.data.post(CHAT.path, json=CHAT.body("dead", prompt) | {"stream": False})))
    made = gateway.create_key(f"canary-{marker}")
    gateway.openai(made["key"]).chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
    with pytest.raises(openai.AuthenticationError):
        gateway.openai(made["key"] + "x").models.list()
    return gateway


def test_nothing_leaks(eventful, simulator):
    for path in ("/v1/configuration", "/v1/providers", "/v1/keys", "/v1/models", "/v1/status", "/v1/usage?limit=1000", "/v1/usage?by=key"):
        text = eventful.admin.get(path).text
        assert not [secret for secret in [*eventful.secrets, PROMPT_CANARY] if secret in text], path
    for what, answer in eventful.answers:
        whole = answer.text + str(dict(answer.headers))
        assert not [secret for secret in eventful.secrets if secret in whole], what
        if answer.status_code >= 400:
            assert PROMPT_CANARY not in whole, what
            assert str(simulator.port) not in whole, f"{what}: the provider's address is ours to know"
    shown = run_command("usage", "--limit", "1000", environment={
        "SLUICE_ADMIN_URL": f"http://127.0.0.1:{eventful.admin_port}", "SLUICE_ADMIN_KEY": eventful.secrets[0]})
    assert shown.returncode == 0 and PROMPT_CANARY not in shown.stdout
    assert not eventful.leaks()


def test_nothing_is_left_on_the_disk(eventful):
    eventful.stop()
    assert not eventful.leaks()
    forbidden = [secret.encode() for secret in [*eventful.secrets, PROMPT_CANARY]]
    for file in eventful.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [secret for secret in forbidden if secret in content], file


def test_files_with_secrets_are_their_owners_alone(eventful):
    for file in eventful.folder.rglob("sluice.db*"):
        assert file.stat().st_mode & 0o077 == 0, f"{file.name} is readable by others"


def test_each_log_line_is_one_json_object(eventful, marker):
    import json

    for line in eventful.log.splitlines():
        assert isinstance(json.loads(line), dict), line


def test_a_log_line_cannot_be_forged(start_gateway, prompt):
    gateway = start_gateway()
    forged = 'gpt-4o-mini"}\n{"level":"info","forged":true}\r\n\x1b[31m'
    gateway.data.post(CHAT.path, json=CHAT.body(forged, prompt) | {"stream": False})
    gateway.data.get("/v1/models/" + "%0a%7b%22forged%22%3atrue%7d")
    import json

    for line in gateway.log.splitlines():
        assert "forged" not in json.loads(line)
    assert "\x1b" not in gateway.log
