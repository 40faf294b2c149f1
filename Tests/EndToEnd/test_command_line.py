# SPDX-License-Identifier: Apache-2.0
"""`sluice check`, `keys`, `usage`, `models`: exit codes, what they print, and what they never print."""

import json

import pytest

from support.gateway import ADMIN_KEY, KEYS, configuration
from support.processes import run_command
from support.streams import CHAT


class TestCheck:
    def check(self, tmp_path, text, **options):
        file = tmp_path / "sluice.yaml"
        if text is not None:
            file.write_text(text)
        return run_command("check", "--config", str(file), environment=KEYS, **options)

    def test_a_good_file(self, tmp_path):
        result = self.check(tmp_path, json.dumps(configuration("http://127.0.0.1:9", [8080, 9090, 9094])))
        assert result.returncode == 0, result.stderr
        assert "ok" in result.stdout

    @pytest.mark.parametrize(
        "text, line, words",
        [
            ("servers: {}\n", 1, ["servers", "server"]),
            ("server:\n  lanes: 2\n  lane: 3\n", 3, ["lane"]),
            ("models:\n  - name: a\n    targets: [ { provider: opnai } ]\nproviders:\n  - { name: openai, template: openai, api_key: x }\n",
             3, ["opnai", "openai"]),
            ("server:\n  lanes: many\n", 2, ["lanes", "whole number"]),
            ("server:\n  data: { address: '127.0.0.1:70000' }\n", 2, ["address"]),
            ("keys:\n  - { name: a, key: '${NOT_SET_ANYWHERE}' }\n", 2, ["NOT_SET_ANYWHERE"]),
            ("keys:\n  - { name: a, key: '' }\n", 2, ["key"]),
            ("keys:\n  - { name: a, key: short }\n", 2, ["key"]),
            ("server:\n\tlanes: 2\n", 2, []),
            ("storage: {}\nserver: {}\nserver: {}\n", 3, ["server", "line 2"]),
            ("server:\n  admin: { address: '0.0.0.0:9090' }\n", 2, ["admin"]),
            ("server:\n  admin: { address: '0.0.0.0:9090', key: a }\n", 2, ["admin.key", "32", "openssl rand"]),
            ("server: { admin: { key: 0123456789abcdef } }\nkeys:\n  - { name: a, key: 0123456789abcdef }\n", 3, ["keys.a.key", "server.admin.key"]),
            ("storage:\n  sqlite: !!binary aGVsbG8=\n", 2, ["tag"]),
            ("storage: {}\n---\nserver: {}\n", 2, ["second document"]),
            ("prices:\n  - { provider: nobody, model: a, input: 1, output: 1 }\n", 2, ["nobody"]),
            ("providers:\n  - { name: a, template: openai, api_key: xxxxxxxx, base_url: 'ftp://a/' }\n", 2, ["base_url"]),
        ],
    )
    def test_a_bad_file_is_told_by_line(self, tmp_path, text, line, words):
        result = self.check(tmp_path, text)
        assert result.returncode == 1
        first = next((each for each in result.stderr.splitlines() if f"sluice.yaml:{line}:" in each), None)
        assert first, result.stderr
        for word in words:
            assert word in result.stderr
        assert first.count(", ") >= 2, "what, why, what to do"

    def test_every_mistake_is_told_at_once(self, tmp_path):
        result = self.check(tmp_path, "server:\n  lane: 3\n  lanes: x\nmodles: []\n")
        assert sum("sluice.yaml:" in line for line in result.stderr.splitlines()) == 3

    def test_the_environment_cannot_rename_an_entry(self, tmp_path):
        file = tmp_path / "sluice.yaml"
        file.write_text("providers:\n  - { name: openai, template: ollama }\n")
        result = run_command("check", "--config", str(file), environment={"SLUICE_PROVIDERS__OPENAI__NAME": "other"})
        assert result.returncode == 1
        assert "SLUICE_PROVIDERS__OPENAI__NAME" in result.stderr and "${NAME}" in result.stderr

    def test_a_missing_file(self, tmp_path):
        result = self.check(tmp_path, None)
        assert result.returncode == 1 and "sluice.yaml" in result.stderr

    def test_a_folder_in_place_of_a_file(self, tmp_path):
        result = run_command("check", "--config", str(tmp_path))
        assert result.returncode == 1 and result.stderr

    def test_an_alias_bomb_is_refused_quickly(self, tmp_path):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)
        ]
        result = self.check(tmp_path, "\n".join(lines), seconds=20)
        assert result.returncode == 1

    def test_a_secret_in_the_wrong_place_is_not_repeated(self, tmp_path):
        secret = "sk-canary-pasted-in-the-wrong-place-0123456789"
        for text in (f"{secret}: 1\n", f"keys: [ {{ name: a, key: {secret}, exprires: 1 }} ]\n"):
            result = self.check(tmp_path, text)
            assert result.returncode == 1
            assert secret not in result.stdout + result.stderr

    def test_the_example_is_good(self):
        from support.processes import ROOT

        environment = KEYS | {"SLUICE_TLS_CERTIFICATE": "/dev/null"}
        result = run_command("check", "--config", str(ROOT / "sluice.example.yaml"), environment=environment)
        assert "unknown" not in result.stderr.lower()


class TestServe:
    def test_a_bad_file_does_not_start(self, tmp_path):
        file = tmp_path / "sluice.yaml"
        file.write_text("server:\n  lane: 3\n")
        result = run_command("serve", "--config", str(file))
        assert result.returncode == 1
        assert "sluice.yaml:2:" in result.stderr + result.stdout

    def test_an_open_admin_api_does_not_start(self, tmp_path):
        file = tmp_path / "sluice.yaml"
        file.write_text("server:\n  admin: { address: '0.0.0.0:0' }\n")
        assert run_command("serve", "--config", str(file)).returncode == 1


class TestAdminCommands:
    @pytest.fixture
    def sluice(self, gateway):
        def run(*arguments, key=ADMIN_KEY):
            return run_command(
                *arguments, environment={"SLUICE_ADMIN_URL": f"http://127.0.0.1:{gateway.admin_port}", "SLUICE_ADMIN_KEY": key})

        return run

    def works(self, gateway, key, prompt) -> bool:
        answer = gateway.anyone.post(
            CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers={"x-api-key": key})
        return answer.status_code == 200

    def test_the_life_of_a_key(self, gateway, sluice, prompt, marker):
        name = f"cli-{marker}"
        made = sluice("keys", "create", name, "--owner", "somebody", "--models", "gpt-*, fast")
        assert made.returncode == 0, made.stderr
        key = made.stdout.strip()
        gateway.secrets.append(key)
        assert key.startswith("sk-sluice-") and "\n" not in key
        assert self.works(gateway, key, prompt)

        listed = sluice("keys", "list")
        assert name in listed.stdout and "somebody" in listed.stdout and key not in listed.stdout

        assert sluice("keys", "disable", name).returncode == 0
        assert not self.works(gateway, key, prompt)
        assert name not in sluice("keys", "list").stdout
        assert name in sluice("keys", "list", "--all").stdout
        assert sluice("keys", "enable", name).returncode == 0

        rotated = sluice("keys", "rotate", name).stdout.strip()
        gateway.secrets.append(rotated)
        assert self.works(gateway, rotated, prompt) and not self.works(gateway, key, prompt)

        assert sluice("keys", "delete", name).returncode == 0
        assert not self.works(gateway, rotated, prompt)

    def test_what_a_key_is_good_for_can_be_changed(self, gateway, sluice, prompt, marker):
        made = sluice("keys", "create", f"change-{marker}", "--owner", "ann", "--models", "nothing", "--expires-in", "1h")
        key = made.stdout.strip()
        gateway.secrets.append(key)
        assert not self.works(gateway, key, prompt)
        changed = sluice("keys", "change", f"change-{marker}", "--name", f"新-{marker}", "--models", "*", "--no-owner", "--no-expiry")
        assert changed.returncode == 0, changed.stderr
        shown = json.loads(sluice("keys", "show", f"新-{marker}", "--json").stdout)
        assert (shown["owner"], shown["models"], shown["expires_at"]) == (None, ["*"], None)
        assert self.works(gateway, key, prompt), "the key itself stays"
        for arguments in ([], ["--owner", "a", "--no-owner"], ["--models", "a,,b"], ["--expires-in", "soon"]):
            assert sluice("keys", "change", f"新-{marker}", *arguments).returncode == 64
        assert sluice("keys", "change", "demo", "--owner", "a").returncode == 1

    def test_every_page_of_many_keys_is_listed(self, gateway, sluice, marker):
        for number in range(1005):
            gateway.admin.post("/v1/keys", json={"name": f"{marker}-{number:04}", "owner": marker}).raise_for_status()
        keys = json.loads(sluice("keys", "list", "--owner", marker, "--json").stdout)["keys"]
        assert [key["name"] for key in keys] == [f"{marker}-{number:04}" for number in range(1005)]

    @pytest.mark.parametrize("url", ["127.0.0.1:9090", "http://127.0.0.1:99999", "ftp://a", "http://a/?b", "http://a/#b", "http://u:p@a", "http://"])
    def test_a_url_that_cannot_be_meant_is_told(self, url):
        result = run_command("keys", "list", "--url", url)
        assert result.returncode == 64 and "--url" in result.stderr
        assert "u:p" not in result.stderr

    def test_another_port_of_the_gateway_is_told(self, gateway, sluice):
        for port in (gateway.data_port, gateway.health_port):
            result = sluice("keys", "list", "--url", f"http://127.0.0.1:{port}")
            assert result.returncode == 1 and "--url" in result.stderr

    def test_output_that_goes_nowhere_is_a_failure(self, gateway, marker):
        environment = {"SLUICE_ADMIN_URL": f"http://127.0.0.1:{gateway.admin_port}", "SLUICE_ADMIN_KEY": ADMIN_KEY}
        with open("/dev/full", "w") as full:
            result = run_command("keys", "create", f"lost-{marker}", environment=environment, output=full)
        assert result.returncode == 1 and "sluice keys rotate" in result.stderr

    def test_json_is_the_admin_apis_own(self, gateway, sluice, marker):
        made = sluice("keys", "create", f"json-{marker}", "--json")
        answer = json.loads(made.stdout)
        gateway.secrets.append(answer["key"])
        shown = json.loads(sluice("keys", "show", f"json-{marker}", "--json").stdout)
        assert shown["id"] == answer["id"] and "key" not in shown

    def test_usage(self, gateway, sluice, prompt, marker, identity):
        gateway.data.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers=identity)
        table = sluice("usage", "--by", "model")
        assert table.returncode == 0 and "gpt-4o-mini" in table.stdout
        one = sluice("usage", "--request", marker)
        assert marker in one.stdout and "gpt-4o-mini" in one.stdout
        rows = json.loads(sluice("usage", "--request", marker, "--json").stdout)["rows"]
        assert [row["request_id"] for row in rows] == [marker]
        assert sluice("usage", "--request", "nobody").returncode != 0

    def test_calls_that_no_provider_served_have_none(self, gateway, sluice):
        gateway.data.post(CHAT.path, json=CHAT.body("no-such-model", "hello"))
        assert "(none)" in sluice("usage", "--by", "provider").stdout
        groups = json.loads(sluice("usage", "--by", "provider", "--json").stdout)["groups"]
        assert None in [group["group"] for group in groups] and "" not in [group["group"] for group in groups]

    def test_models(self, sluice):
        table = sluice("models")
        assert table.returncode == 0 and "fast" in table.stdout
        assert {"name": "fast"}.items() <= next(m for m in json.loads(sluice("models", "--json").stdout)["models"] if m["name"] == "fast").items()

    def test_a_wrong_admin_key_is_told(self, sluice):
        result = sluice("keys", "list", key="wrong-wrong-wrong-wrong")
        assert result.returncode != 0
        assert "admin key" in result.stderr.lower()
        assert "wrong-wrong" not in result.stderr

    def test_no_gateway_is_told(self):
        result = run_command("keys", "list", "--url", "http://127.0.0.1:1", environment={"SLUICE_ADMIN_KEY": ADMIN_KEY})
        assert result.returncode != 0 and "127.0.0.1:1" in result.stderr

    def test_an_unknown_key_is_told(self, sluice):
        result = sluice("keys", "disable", "nobody-has-this-name")
        assert result.returncode != 0 and "nobody-has-this-name" in result.stderr

    @pytest.mark.parametrize("command", [["--help"], ["serve", "--help"], ["keys", "--help"], ["usage", "--help"], ["simulate", "--help"]])
    def test_help(self, command):
        result = run_command(*command)
        assert result.returncode == 0 and "USAGE" in result.stdout.upper()

    def test_an_unknown_command(self):
        assert run_command("sevre").returncode != 0
