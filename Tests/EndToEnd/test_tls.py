# SPDX-License-Identifier: Apache-2.0
"""HTTPS in, with HTTP/1.1 and HTTP/2; HTTPS out through a proxy."""

import asyncio
import socket
import ssl
import threading

import httpx
import openai
import pytest

from support.certificates import Authority, SecureRelay
from support.gateway import DEMO_KEY, Gateway
from support.processes import free_ports
from support.simulator import OPENAI_KEY, misbehaving
from support.streams import ALL, CHAT


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secure(tmp_path_factory, simulator, authority):
    certificate, key = authority.issue("gateway")
    (port,) = free_ports(1)

    def change(configuration):
        configuration["server"]["tls"] = {
            "address": f"127.0.0.1:{port}", "certificate": str(certificate), "private_key": str(key)}

    process = Gateway(tmp_path_factory.mktemp("secure"), simulator.url, change=change)
    process.tls_port = port
    process.start()
    yield process
    process.stop()


def client(secure, authority, http2: bool, **options) -> httpx.Client:
    return httpx.Client(
        base_url=f"https://localhost:{secure.tls_port}", verify=authority.trust(), http2=http2, trust_env=False, timeout=30,
        headers={"Authorization": f"Bearer {DEMO_KEY}", "anthropic-version": "2023-06-01"}, **options)


both = pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])


@both
def test_a_call(secure, authority, simulator, prompt, marker, identity, http2):
    with client(secure, authority, http2) as https:
        answer = https.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers=identity)
    assert answer.status_code == 200
    assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
    assert secure.row(marker).completion_tokens == simulator.call(marker).completion_tokens


@both
@pytest.mark.parametrize("dialect", ALL, ids=lambda dialect: dialect.name)
def test_a_stream(secure, authority, simulator, prompt, marker, identity, http2, dialect):
    with client(secure, authority, http2) as https:
        with https.stream("POST", dialect.path, json=dialect.body(dialect.model, prompt), headers=identity) as answer:
            text = answer.read().decode()
    assert dialect.is_complete(text)
    assert secure.row(marker).ending == "complete"


@both
def test_a_broken_stream_ends_in_an_error(secure, authority, prompt, identity, http2):
    body = CHAT.body(misbehaving("gpt-4o-mini", "chunks=12,cut=4"), prompt)
    with client(secure, authority, http2) as https:
        with https.stream("POST", CHAT.path, json=body, headers=identity) as answer:
            text = answer.read().decode()
    assert not CHAT.is_complete(text) and CHAT.error(text)


@both
def test_a_client_that_leaves(secure, authority, simulator, prompt, marker, identity, http2):
    body = CHAT.body(misbehaving("gpt-4o-mini", "chunks=2000,delay=20"), prompt)
    with client(secure, authority, http2) as https:
        with https.stream("POST", CHAT.path, json=body, headers=identity) as answer:
            next(answer.iter_raw())
    assert simulator.call(marker).ended == "client_gone"
    assert secure.row(marker).ending == "client_gone"


def test_a_hundred_calls_at_once_on_one_connection(secure, authority, prompt):
    async def run():
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(
            base_url=f"https://localhost:{secure.tls_port}", verify=authority.trust(), http2=True, http1=False,
            trust_env=False, timeout=60, limits=limits, headers={"Authorization": f"Bearer {DEMO_KEY}"},
        ) as https:
            calls = [https.post(CHAT.path, json=CHAT.body("gpt-4o-mini", f"call-{n}. {prompt}") | {"stream": False}) for n in range(100)]
            return await asyncio.gather(*calls)

    answers = asyncio.run(run())
    assert [answer.status_code for answer in answers] == [200] * 100
    for number, answer in enumerate(answers):
        assert f"call-{number}." in answer.json()["choices"][0]["message"]["content"]


def test_a_large_body_over_http2(secure, authority, simulator, marker, identity):
    """Larger than any window: flow control must go on in both directions."""
    body = {"model": "gpt-4o-mini", "user": marker, "messages": [{"role": "user", "content": "x" * (5 << 20)}]}
    with client(secure, authority, True) as https:
        assert https.post(CHAT.path, json=body, headers=identity).status_code == 200
    assert simulator.call(marker).body_bytes > 5 << 20


def test_a_large_answer_over_http2(secure, authority, prompt):
    body = CHAT.body(misbehaving("gpt-4o-mini", f"big={5 << 20}"), prompt)
    with client(secure, authority, True) as https:
        with https.stream("POST", CHAT.path, json=body) as answer:
            text = answer.read().decode()
    assert len(text) > 5 << 20 and CHAT.is_complete(text)


def test_connection_fields_are_refused_or_dropped_in_http2(secure, authority, simulator, prompt, marker):
    """Fields that would mean something to an HTTP/1 peer behind us never get there."""
    with client(secure, authority, True) as https:
        try:
            answer = https.post(
                CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers={"te": "trailers", "x-odd": "a"})
            assert answer.status_code in (200, 400)
        except httpx.RemoteProtocolError:
            pass
    for served in simulator.calls(marker):
        assert not {"te", "x-odd", "transfer-encoding", "upgrade"} & set(served.headers)


def test_the_sdk_over_https(secure, authority, prompt, marker):
    import httpx2

    sdk = openai.OpenAI(
        base_url=f"https://localhost:{secure.tls_port}/v1", api_key=DEMO_KEY, max_retries=0,
        http_client=httpx2.Client(verify=authority.trust(), trust_env=False))
    answer = sdk.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
    assert marker in answer.choices[0].message.content


def negotiated(secure, authority, protocols: list[str], **versions) -> tuple[str | None, str]:
    context = authority.trust()
    context.set_alpn_protocols(protocols)
    for name, value in versions.items():
        setattr(context, name, value)
    with socket.create_connection(("127.0.0.1", secure.tls_port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as wrapped:
            return wrapped.selected_alpn_protocol(), wrapped.version()


@pytest.mark.parametrize(
    "offered, chosen", [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), (["h2"], "h2"), ([], None)])
def test_the_protocol_is_negotiated(secure, authority, offered, chosen):
    assert negotiated(secure, authority, offered)[0] == chosen


def test_old_versions_of_tls_are_refused(secure, authority):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        negotiated(secure, authority, ["http/1.1"], minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)


def test_plain_http_on_the_tls_port_is_closed(secure):
    with socket.create_connection(("127.0.0.1", secure.tls_port), timeout=15) as plain:
        plain.sendall(b"GET /v1/models HTTP/1.1\r\nHost: gateway\r\n\r\n")
        try:
            answer = plain.recv(4096)
            # An alert, or a plain refusal; then the end.
            assert not answer.startswith(b"HTTP/1.1 200")
            while plain.recv(4096):
                pass
        except ConnectionResetError:
            pass


def test_a_handshake_that_never_ends_is_closed(secure):
    with socket.create_connection(("127.0.0.1", secure.tls_port), timeout=40) as plain:
        plain.sendall(b"\x16\x03\x01")
        try:
            assert plain.recv(1) in (b"", b"\x15")
        except ConnectionResetError:
            pass


class TestProxy:
    """`HTTPS_PROXY` is honoured: the tunnel is asked for by name, and our credential never shows outside it."""

    def test_the_tunnel_is_asked_for_and_a_refusal_is_502(self, start_gateway, prompt, marker, identity):
        heard = []
        with socket.create_server(("127.0.0.1", 0)) as proxy:

            def serve():
                while True:
                    try:
                        connection, _ = proxy.accept()
                    except OSError:
                        return
                    with connection:
                        connection.settimeout(5)
                        heard.append(connection.recv(65536))
                        connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

            threading.Thread(target=serve, daemon=True).start()
            gateway = start_gateway(
                change=lambda c: c["providers"][0].update(base_url="https://provider.invalid/v1"),
                environment={"HTTPS_PROXY": f"http://127.0.0.1:{proxy.getsockname()[1]}"})
            answer = gateway.data.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False}, headers=identity)
        assert heard and heard[0].startswith(b"CONNECT provider.invalid:443 HTTP/1.1\r\n"), heard
        assert OPENAI_KEY.encode() not in b"".join(heard)
        assert answer.status_code == 502
        assert gateway.row(marker).ending == "provider_failed"

    def test_a_provider_on_this_machine_is_reached_without_it(self, start_gateway, prompt):
        (nobody,) = free_ports(1)
        gateway = start_gateway(environment={"HTTPS_PROXY": f"http://127.0.0.1:{nobody}"})
        answer = gateway.data.post(CHAT.path, json=CHAT.body("gpt-4o-mini", prompt) | {"stream": False})
        assert answer.status_code == 200


class TestProvidersByTLS:
    def ask(self, gateway, prompt, identity, streamed=False):
        body = CHAT.body("gpt-4o-mini", prompt) | {"stream": streamed}
        return gateway.data.post(CHAT.path, json=body, headers=identity)

    @pytest.fixture
    def relay(self, authority, simulator):
        with SecureRelay(*authority.issue("provider"), simulator.port) as relay:
            yield relay

    def through(self, start_gateway, relay, host="localhost", **environment):
        url = f"https://{host}:{relay.port}/v1"
        return start_gateway(change=lambda c: c["providers"][0].update(base_url=url), environment=environment)

    @pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
    def test_a_trusted_one_serves(self, start_gateway, authority, relay, simulator, prompt, marker, identity, streamed):
        gateway = self.through(start_gateway, relay, SSL_CERT_FILE=str(authority.certificate))
        answer = self.ask(gateway, prompt, identity, streamed)
        assert answer.status_code == 200, answer.text
        assert gateway.row(marker).completion_tokens == simulator.call(marker).completion_tokens

    def test_an_untrusted_one_gets_no_credential(self, start_gateway, relay, prompt, marker, identity):
        gateway = self.through(start_gateway, relay)
        assert self.ask(gateway, prompt, identity).status_code == 502
        assert not relay.received
        assert gateway.row(marker).ending == "provider_failed"

    def test_one_of_another_name_gets_no_credential(self, start_gateway, authority, simulator, prompt, identity):
        """The certificate is for localhost and 127.0.0.1."""
        with SecureRelay(*authority.issue("elsewhere"), simulator.port, host="127.0.0.2") as relay:
            gateway = self.through(start_gateway, relay, "127.0.0.2", SSL_CERT_FILE=str(authority.certificate))
            assert self.ask(gateway, prompt, identity).status_code == 502
            assert not relay.received
