# SPDX-License-Identifier: Apache-2.0
"""Who may call: every header that clients use, every state a key can be in, and what a provider never sees."""


import pytest

from support.gateway import ADMIN_KEY, DEMO_KEY
from support.processes import eventually
from support.simulator import ANTHROPIC_KEY, OPENAI_KEY
from support.wire import exchange, request


def chat(gateway, prompt, headers: dict, model: str = "gpt-4o-mini"):
    body = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    return gateway.anyone.post("/v1/chat/completions", json=body, headers=headers)


def bearer(key: str) -> dict:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize(
    "headers",
    [
        bearer(DEMO_KEY),
        {"authorization": f"bearer {DEMO_KEY}"},
        {"x-api-key": DEMO_KEY},
        {"api-key": DEMO_KEY},
        {"x-goog-api-key": DEMO_KEY},
        bearer(DEMO_KEY) | {"x-api-key": DEMO_KEY},
    ],
    ids=["bearer", "small letters", "x-api-key", "api-key", "x-goog-api-key", "two that agree"],
)
def test_each_header_is_accepted(gateway, prompt, headers):
    assert chat(gateway, prompt, headers).status_code == 200


@pytest.mark.parametrize(
    "headers, code",
    [
        ({}, "missing_api_key"),
        ({"x-api-key": ""}, "missing_api_key"),
        (bearer("sk-sluice-" + "0" * 40), "invalid_api_key"),
        (bearer(DEMO_KEY.upper()), "invalid_api_key"),
        (bearer(DEMO_KEY[:-1]), "invalid_api_key"),
        (bearer(DEMO_KEY + "x"), "invalid_api_key"),
        (bearer(DEMO_KEY) | {"x-api-key": "sk-sluice-" + "0" * 40}, "ambiguous_api_key"),
        ({"x-api-key": DEMO_KEY, "api-key": DEMO_KEY[:-1]}, "ambiguous_api_key"),
        (bearer(OPENAI_KEY), "invalid_api_key"),
        (bearer(ADMIN_KEY), "invalid_api_key"),
        (bearer("' OR 1=1 --"), "invalid_api_key"),
        (bearer("%"), "invalid_api_key"),
        (bearer("x" * 8000), "invalid_api_key"),
        ({"authorization": "Basic dXNlcjpwYXNz"}, None),
    ],
)
def test_other_keys_are_refused_before_any_provider_hears(gateway, simulator, prompt, marker, headers, code):
    answer = chat(gateway, prompt, headers)
    assert answer.status_code == 401, answer.text
    error = answer.json()["error"]
    assert code is None or error["code"] in (code, "invalid_api_key"), error
    assert DEMO_KEY not in answer.text and "sk-sluice-" + "0" * 40 not in answer.text
    assert not simulator.calls(marker)


def test_two_authorization_lines_that_differ_are_refused(gateway, simulator, prompt, marker):
    data = request(
        {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]}, key=DEMO_KEY,
        headers=("Authorization: Bearer sk-sluice-" + "0" * 40,))
    assert exchange(gateway.data_port, data).statuses in ([400], [401])
    assert not simulator.calls(marker)


class TestLife:
    """Changes by the admin API hold for the next request."""

    @pytest.fixture
    def made(self, gateway, marker):
        return gateway.create_key(f"life-{marker}")

    def works(self, gateway, prompt, key: str) -> bool:
        answer = chat(gateway, prompt, bearer(key))
        assert answer.status_code in (200, 401)
        return answer.status_code == 200

    def test_a_new_key_works_at_once(self, gateway, prompt, made):
        assert made["key"].startswith("sk-sluice-") and len(made["key"]) >= 32
        assert self.works(gateway, prompt, made["key"])

    def test_the_clear_key_is_shown_once(self, gateway, made):
        shown = gateway.admin.get(f"/v1/keys/{made['id']}").text + gateway.admin.get("/v1/keys", params={"limit": 1000}).text
        assert made["name"] in shown
        assert made["key"] not in shown and made["key"][20:] not in shown

    def test_a_disabled_key_and_its_return(self, gateway, prompt, made):
        assert gateway.admin.post(f"/v1/keys/{made['id']}/disable", json={}).status_code == 200
        assert not self.works(gateway, prompt, made["key"])
        assert gateway.admin.post(f"/v1/keys/{made['id']}/enable", json={}).status_code == 200
        assert self.works(gateway, prompt, made["key"])

    def test_a_deleted_key(self, gateway, prompt, made):
        assert gateway.admin.delete(f"/v1/keys/{made['id']}").status_code == 204
        assert not self.works(gateway, prompt, made["key"])

    def test_a_rotated_key(self, gateway, prompt, made):
        rotated = gateway.admin.post(f"/v1/keys/{made['id']}/rotate", json={})
        assert rotated.status_code == 200
        gateway.secrets.append(rotated.json()["key"])
        assert not self.works(gateway, prompt, made["key"])
        assert self.works(gateway, prompt, rotated.json()["key"])

    def test_an_expired_key(self, gateway, prompt, marker):
        made = gateway.create_key(f"short-{marker}", expires_in="1s")
        assert self.works(gateway, prompt, made["key"])
        eventually(lambda: not self.works(gateway, prompt, made["key"]), within=10, every=0.1)

    def test_keys_survive_a_restart(self, start_gateway, prompt, marker):
        first = start_gateway()
        kept, gone = first.create_key(f"kept-{marker}"), first.create_key(f"gone-{marker}")
        first.admin.delete(f"/v1/keys/{gone['id']}")
        first.stop()
        second = start_gateway(folder=first.folder)
        second.secrets += first.secrets
        assert self.works(second, prompt, kept["key"])
        assert not self.works(second, prompt, gone["key"])

    def test_many_keys_made_at_once_all_work(self, gateway, prompt, marker):
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(16) as pool:
            made = list(pool.map(lambda number: gateway.create_key(f"many-{number}-{marker}"), range(32)))
        assert all(self.works(gateway, prompt, each["key"]) for each in made)


class TestModels:
    @pytest.mark.parametrize(
        "models, model, status",
        [
            (["gpt-4o-mini"], "gpt-4o-mini", 200),
            (["gpt-4o-mini"], "gpt-4o", 403),
            (["gpt-*"], "gpt-4o", 200),
            (["fast"], "fast", 200),
            (["gpt-4o-mini"], "fast", 403),
            (["GPT-4o"], "gpt-4o", 403),
        ],
    )
    def test_a_key_may_use_what_its_list_allows(self, gateway, simulator, prompt, marker, models, model, status):
        made = gateway.create_key(f"list-{marker}", models=models)
        assert chat(gateway, prompt, bearer(made["key"]), model).status_code == status
        assert len(simulator.calls(marker)) == (1 if status == 200 else 0)

    def test_the_list_of_models_holds_only_what_the_key_may_use(self, gateway, marker):
        made = gateway.create_key(f"view-{marker}", models=["nothing"])
        names = [model.id for model in gateway.openai(made["key"]).models.list()]
        assert "fast" not in names

    def test_the_native_mount_obeys_the_list_too(self, gateway, simulator, prompt, marker):
        made = gateway.create_key(f"mount-{marker}", models=["text-*"])
        answer = gateway.anyone.post(
            "/llm/call/openai/v1/chat/completions", headers=bearer(made["key"]),
            json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]})
        assert answer.status_code == 403
        assert not simulator.calls(marker)


class TestWhatAProviderSees:
    CLIENT_HEADERS = {
        "x-api-key": DEMO_KEY, "api-key": DEMO_KEY, "x-goog-api-key": DEMO_KEY,
        "cookie": "session=canary-cookie", "proxy-authorization": "Basic canary", "te": "trailers",
        "connection": "keep-alive, x-private", "x-private": "canary", "keep-alive": "timeout=5",
        "x-forwarded-for": "192.0.2.1", "forwarded": "for=192.0.2.1", "x-real-ip": "192.0.2.1",
        "x-user-id": "root", "x-tenant": "other", "x-internal-route": "x", "x-sluice-key": "x", "openai-organization": "org-x",
        "baggage": "secret=canary", "origin": "https://example.org", "referer": "https://example.org/",
    }

    @pytest.mark.parametrize("path, model", [("/v1/chat/completions", "gpt-4o-mini"), ("/v1/messages", "claude-haiku-4-5")])
    def test_only_what_is_meant_for_it(self, gateway, simulator, prompt, marker, path, model):
        answer = gateway.anyone.post(
            path, headers=bearer(DEMO_KEY) | self.CLIENT_HEADERS,
            json={"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": prompt}]})
        assert answer.status_code == 200, answer.text
        served = simulator.call(marker)
        dropped = set(self.CLIENT_HEADERS) - {"x-api-key", "connection"}
        assert not dropped & set(served.headers)
        assert "canary-cookie" not in str(served.headers) and "192.0.2.1" not in str(served.headers)
        assert served.credential == "****" + (OPENAI_KEY if "chat" in path else ANTHROPIC_KEY)[-4:]
        assert DEMO_KEY[-4:] != served.credential[-4:]
        assert served.headers["host"] == f"127.0.0.1:{simulator.port}"

    def test_nothing_of_the_providers_own_comes_back(self, gateway, prompt):
        answer = chat(gateway, prompt, bearer(DEMO_KEY))
        assert not {"set-cookie", "server", "openai-organization", "connection", "keep-alive", "strict-transport-security"} & set(answer.headers)


def test_an_unknown_key_costs_no_more_with_many_tries(gateway, prompt):
    """Refusals go on being refusals, and the right key goes on working."""
    for number in range(200):
        assert chat(gateway, prompt, bearer(f"sk-sluice-{number:040d}")).status_code in (401, 429)
    assert chat(gateway, prompt, bearer(DEMO_KEY)).status_code == 200
