# SPDX-License-Identifier: Apache-2.0
"""The admin port opens to the admin key alone and shows no secret; the health port tells nothing but health."""

import httpx
import pytest

from support.gateway import ADMIN_KEY, DEMO_KEY, Gateway
from support.simulator import ANTHROPIC_KEY, OPENAI_KEY

ROUTES = [
    ("GET", "/v1/keys"), ("POST", "/v1/keys"), ("GET", "/v1/keys/x"), ("PATCH", "/v1/keys/x"), ("DELETE", "/v1/keys/x"),
    ("POST", "/v1/keys/x/disable"), ("POST", "/v1/keys/x/enable"), ("POST", "/v1/keys/x/rotate"), ("GET", "/v1/usage"),
    ("GET", "/v1/models"), ("GET", "/v1/providers"), ("GET", "/v1/configuration"), ("GET", "/v1/status"),
]


@pytest.fixture
def guarded(start_gateway):
    """One of its own: failures are slowed down for everybody on the address."""
    return start_gateway()


@pytest.mark.parametrize("headers", [
    {}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {ADMIN_KEY}x"}, {"Authorization": "Basic eDp5"},
    {"Authorization": f"Bearer {DEMO_KEY}"}, {"Cookie": f"key={ADMIN_KEY}"},
], ids=["none", "wrong", "longer", "basic", "virtual key", "cookie"])
def test_no_route_opens_without_the_admin_key(guarded, headers):
    with Gateway._client(guarded.admin_port, headers) as client:
        for method, path in ROUTES:
            answer = client.request(method, path, json={} if method in ("POST", "PATCH") else None)
            assert answer.status_code in (401, 403, 429), f"{method} {path}: {answer.status_code}"
            assert ADMIN_KEY not in answer.text and DEMO_KEY not in answer.text


@pytest.mark.parametrize("path", ["//v1/keys", "/v1//keys", "/v1/./keys", "/x/../v1/keys", "/v1/keys/", "/V1/keys", "/v1/%6beys", "/v1/keys%2f"])
def test_no_spelling_of_a_path_opens_without_the_admin_key(guarded, path):
    with Gateway._client(guarded.admin_port, {}) as client:
        assert client.get(path).status_code in (400, 401, 403, 404, 429)


@pytest.mark.parametrize("path", ["//v1/keys", "/v1//keys", "/v1/keys/", "/v1/%6beys", "/v1/keys%2f"])
def test_a_path_has_one_form(gateway, path):
    answer = gateway.admin.get(path)
    assert answer.status_code == 404 and answer.json()["code"] == "unknown_route"


def test_without_an_admin_key_only_this_machine_is_let_in_and_no_web_page(start_gateway):
    """On a loopback address the key may be left out; then a page in the operator's browser must not get in."""
    gateway = start_gateway(change=lambda configuration: configuration["server"]["admin"].pop("key"))
    with Gateway._client(gateway.admin_port, {}) as client:
        assert client.get("/v1/keys").status_code == 200
        assert client.get("/v1/keys", headers={"Origin": "https://attacker.example"}).status_code == 403
        assert client.get("/v1/keys", headers={"Origin": "null"}).status_code == 403
        assert client.get("/v1/keys", headers={"Host": "attacker.example"}).status_code == 403
        assert client.get("/v1/keys", headers={"Authorization": f"Bearer {DEMO_KEY}"}).status_code == 403


def test_no_secret_is_ever_read_back(gateway):
    for path in ("/v1/configuration", "/v1/providers", "/v1/keys", "/v1/models", "/v1/status", "/v1/usage"):
        answer = gateway.admin.get(path)
        assert answer.status_code == 200, answer.text
        for secret in (ADMIN_KEY, DEMO_KEY, OPENAI_KEY, ANTHROPIC_KEY):
            assert secret not in answer.text


def test_a_key_of_the_file_is_shown_but_not_changed_here(gateway):
    demo = next(key for key in gateway.admin.get("/v1/keys", params={"name": "demo"}).json()["keys"])
    assert demo["origin"] == "file"
    assert gateway.admin.delete(f"/v1/keys/{demo['id']}").status_code == 409
    assert gateway.data.get("/v1/models").status_code == 200


def test_a_name_is_taken_once(gateway, marker):
    gateway.create_key(f"once-{marker}")
    answer = gateway.admin.post("/v1/keys", json={"name": f"once-{marker}"})
    assert answer.status_code == 409


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"name": 1}', b'{"nmae": "x"}', b'{"name": ""}', b'{"name":"a","name":"b"}'])
def test_a_bad_body_is_400_and_says_why(gateway, body):
    answer = gateway.admin.post("/v1/keys", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize("name", ["Ω—日本語", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "'; DROP TABLE virtual_key; --", "a" * 128])
def test_names_are_text(gateway, marker, name):
    name = f"{name[:80]}{marker}"
    made = gateway.create_key(name)
    assert made["name"] == name
    assert gateway.admin.get(f"/v1/keys/{made['id']}").json()["name"] == name
    gateway.admin.delete(f"/v1/keys/{made['id']}")


class TestHealth:
    @pytest.mark.parametrize("path", ["/livez", "/readyz", "/health"])
    def test_it_answers(self, gateway, path):
        assert gateway.health.get(path).status_code == 200

    def test_metrics_are_prometheus_text(self, gateway):
        answer = gateway.health.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        for line in answer.text.splitlines():
            assert line.startswith("#") or float(line.rsplit(" ", 1)[1]) is not None

    def test_it_has_nothing_else(self, gateway):
        for path in ("/", "/v1/keys", "/v1/configuration", "/debug", "/metrics/../v1/keys"):
            assert gateway.health.get(path).status_code in (400, 404)


def test_the_admin_port_under_a_flood_leaves_the_data_port_alone(guarded):
    with httpx.Client(base_url=f"http://127.0.0.1:{guarded.admin_port}", trust_env=False) as client:
        for _ in range(300):
            client.get("/v1/keys", headers={"Authorization": "Bearer wrong"})
    assert guarded.data.get("/v1/models").status_code == 200
