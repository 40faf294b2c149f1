# SPDX-License-Identifier: Apache-2.0
"""A new configuration replaces the old one at once and whole; a bad one never does."""

import copy
import signal
import time

import pytest

from support.gateway import DEMO_KEY
from support.load import Load
from support.processes import eventually
from support.streams import CHAT

# Two configurations whose model and price belong together.
PAIRS = {"gpt-pair-a": (1.0, 2.0), "gpt-pair-b": (30.0, 70.0)}


def paired(configuration: dict, model: str) -> dict:
    changed = copy.deepcopy(configuration)
    changed["models"].insert(0, {"name": "paired", "targets": [{"provider": "openai", "model": model}]})
    price_in, price_out = PAIRS[model]
    changed["prices"].insert(0, {"provider": "openai", "model": "gpt-pair-*", "input": price_in, "output": price_out})
    return changed


def put(gateway, configuration: dict, *, signals: bool = False):
    """Writes the file and waits until it is in effect; a signal saves waiting for the next look at the file."""
    revision = gateway.status()["revision"]
    gateway.configuration = configuration
    gateway.write()
    if signals:
        gateway.signal(signal.SIGHUP)
    eventually(lambda: gateway.status()["revision"] > revision, within=10, what="the new file is in effect")


def ask(gateway, model, prompt, identity):
    return gateway.data.post(CHAT.path, json=CHAT.body(model, prompt) | {"stream": False}, headers=identity)


def test_a_changed_file_is_in_effect_without_a_restart(start_gateway, prompt, identity):
    gateway = start_gateway()
    plain = gateway.configuration
    put(gateway, paired(plain, "gpt-pair-a"))
    assert ask(gateway, "paired", prompt, identity).headers["x-sluice-model"] == "gpt-pair-a"
    put(gateway, paired(plain, "gpt-pair-b"))
    assert ask(gateway, "paired", prompt, identity).headers["x-sluice-model"] == "gpt-pair-b"


def test_sighup_reloads(start_gateway, prompt, identity):
    gateway = start_gateway()
    gateway.configuration = paired(gateway.configuration, "gpt-pair-a")
    gateway.write()
    gateway.signal(signal.SIGHUP)
    eventually(lambda: ask(gateway, "paired", prompt, {}).headers.get("x-sluice-model") == "gpt-pair-a", within=10)
    gateway.signal(signal.SIGHUP)
    assert ask(gateway, "paired", prompt, identity).status_code == 200
    assert gateway.is_running


def test_under_load_no_request_fails_and_none_mixes_two_configurations(start_gateway):
    gateway = start_gateway()
    plain = gateway.configuration
    put(gateway, paired(plain, "gpt-pair-a"))
    reloads = 50
    with Load(gateway, threads=6) as mixed, Load(gateway, threads=2, model="paired") as pairs:
        for number in range(reloads):
            put(gateway, paired(plain, ["gpt-pair-b", "gpt-pair-a"][number % 2]), signals=True)
            time.sleep(0.05)
    # `paired` is an OpenAI model: the Anthropic calls among them are told so, by a 400.
    failed = mixed.bad + [outcome for outcome in pairs.bad if outcome.status != 400]
    assert not failed, f"{len(failed)} of {len(mixed.outcomes)} failed: {failed[:3]}"
    served = set()
    for outcome in pairs.outcomes:
        if not outcome.is_good:
            continue
        row = gateway.row(outcome.marker)
        served.add(row.model_served)
        price_in, price_out = PAIRS[row.model_served]
        assert row.cost == row.prompt_tokens * int(price_in * 1000) + row.completion_tokens * int(price_out * 1000), (
            f"the model of one configuration at the price of the other: {row}")
    assert served == set(PAIRS), "the load saw one configuration only"


BAD = {
    "not YAML": ("server: [", "sluice.yaml:"),
    "unknown field": ("servr: {}\n", "server"),
    "unknown provider": ("models: [{ name: a, targets: [{ provider: nobody }] }]\n", "nobody"),
    "missing variable": ("keys: [{ name: a, key: '${NOT_SET_ANYWHERE}' }]\n", "NOT_SET_ANYWHERE"),
    "empty": ("", ""),
    "binary": ("\x00\x01\x02", ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_the_old_one_serves_on(start_gateway, prompt, identity, name):
    text, expected = BAD[name]
    gateway = start_gateway()
    revision, said = gateway.status()["revision"], len(gateway.log)
    gateway.configuration_file.write_text(text)
    gateway.signal(signal.SIGHUP)

    def told():
        return expected in gateway.log[said:] and "sluice.yaml" in gateway.log[said:]

    eventually(told, what="the log says what is wrong, and where")
    assert gateway.status()["revision"] == revision
    assert ask(gateway, "gpt-4o-mini", prompt, identity).status_code == 200
    put(gateway, paired(gateway.configuration, "gpt-pair-a"))
    assert ask(gateway, "paired", prompt, {}).status_code == 200


def test_a_removed_file_changes_nothing(start_gateway, prompt, identity):
    gateway = start_gateway()
    gateway.configuration_file.unlink()
    gateway.signal(signal.SIGHUP)
    time.sleep(0.3)
    assert ask(gateway, "gpt-4o-mini", prompt, identity).status_code == 200


def test_a_key_that_left_the_file_stops_working_and_a_new_one_starts(start_gateway, prompt):
    other = "sk-sluice-" + "7" * 40
    gateway = start_gateway(environment={"OTHER_KEY": other})
    gateway.secrets.append(other)

    def works(key):
        answer = gateway.anyone.post(
            CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers={"Authorization": f"Bearer {key}"})
        return answer.status_code == 200

    assert works(DEMO_KEY) and not works(other)
    changed = copy.deepcopy(gateway.configuration)
    changed["keys"] = [{"name": "other", "key": "${OTHER_KEY}"}]
    put(gateway, changed)
    assert works(other) and not works(DEMO_KEY)


def test_keys_of_the_admin_api_survive_a_reload(start_gateway, prompt, marker):
    gateway = start_gateway()
    made = gateway.create_key(f"kept-{marker}")
    put(gateway, paired(gateway.configuration, "gpt-pair-a"))
    answer = gateway.anyone.post(
        CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers={"x-api-key": made["key"]})
    assert answer.status_code == 200


def test_a_running_stream_ends_under_the_configuration_it_began_with(start_gateway, prompt, marker, identity):
    from support.simulator import misbehaving

    gateway = start_gateway()
    plain = gateway.configuration
    changed = copy.deepcopy(plain)
    for price in changed["prices"]:
        price["input"], price["output"] = 999, 999
    body = CHAT.body(misbehaving("gpt-4o-mini", "chunks=30,delay=30"), prompt)
    with gateway.data.stream("POST", CHAT.path, json=body, headers=identity) as answer:
        put(gateway, changed)
        text = answer.read().decode()
    assert CHAT.is_complete(text)
    row = gateway.row(marker)
    assert row.cost < 999_000 * (row.prompt_tokens + row.completion_tokens)
