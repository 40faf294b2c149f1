# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 is as strict as HTTP/1: what the one refuses the other refuses, and no flood of frames is borne."""

import json

import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame

from support.certificates import Authority
from support.gateway import DEMO_KEY, Gateway
from support.http2 import ENHANCE_YOUR_CALM, PROTOCOL_ERROR, Http2
from support.processes import free_ports
from support.wire import exchange, request


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


@pytest.fixture
def connect(secure, authority):
    """Opens connections to the gateway."""
    return lambda **options: Http2(secure.tls_port, authority.trust(), **options)


@pytest.fixture
def body(prompt) -> bytes:
    return json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}]}).encode()


def head(*more: tuple[str, str], method="POST", scheme="https", path="/v1/chat/completions", authority="gateway"):
    return [
        (":method", method), (":scheme", scheme), (":path", path), (":authority", authority),
        ("authorization", f"Bearer {DEMO_KEY}"), ("content-type", "application/json"), *more]


def without(name: str, head: list) -> list:
    return [field for field in head if field[0] != name]


def twice(name: str, head: list) -> list:
    return [field for each in head for field in ([each, each] if each[0] == name else [each])]


# What HTTP/1 can say as well: both must refuse it.
HOSTS = ["gateway/readyz?x=", "gateway#", "gateway@other", "gateway:99999", "gateway:8o", "gate way", "[::1", ""]
PATHS = [
    "//v1/chat/completions", "/v1//chat/completions", "/v1/./chat/completions", "/a/../v1/chat/completions",
    "/%2e%2e/v1/chat/completions", "/v1%2fchat/completions", "/v1%5cchat/completions", "/v1\\chat/completions",
    "/v1/chat/completions%2", "/v1/chat/completions#top", "/v1/chat\x00/completions", "/v1/chat\xff/completions", "v1/models",
]
FIELDS = [
    ("content-length", "+86"), ("content-length", "-1"), ("content-length", "4, 4"), ("content-length", "9" * 400),
    ("expect", "the-unexpected"), ("x-odd", "a\x00b"), ("x-odd", "a\rb"), ("x odd", "a"),
]


def over_http1(gateway, body: bytes, head: list) -> int:
    """The status with which the same request is refused over HTTP/1, its connection closed."""
    fields = {name: value for name, value in head if name.startswith(":")}
    more = [f"{name}: {value}" for name, value in head if not name.startswith(":") and name not in ("authorization", "content-type")]
    result = exchange(gateway.data_port, request(
        body, key=DEMO_KEY, path=fields[":path"], host=fields[":authority"], headers=tuple(more),
        length=not any(line.startswith("content-length") for line in more)))
    assert result.closed and len(result.answers) == 1, result
    return result.answers[0].status


@pytest.mark.parametrize(
    "head", [head(authority=host) for host in HOSTS] + [head(path=path) for path in PATHS] + [head(field) for field in FIELDS],
    ids=[f"{kind} {str(value)[:30]}" for kind, values in (("host", HOSTS), ("path", PATHS), ("field", FIELDS)) for value in values])
def test_what_http1_refuses_is_refused(secure, connect, simulator, body, marker, head):
    status = over_http1(secure, body, head)
    assert 400 <= status < 500
    with connect() as connection:
        outcome = connection.outcome(connection.request(head, body))
    # RFC 9113 has a reset for what it calls malformed itself.
    assert outcome.status == status or outcome.reset == PROTOCOL_ERROR, outcome
    assert not simulator.calls(marker)


REFUSED = {
    "no method": without(":method", head()),
    "no scheme": without(":scheme", head()),
    "no path": without(":path", head()),
    "no host": without(":authority", head()),
    "two methods": twice(":method", head()),
    "two paths": twice(":path", head()),
    "two authorities": twice(":authority", head()),
    "unknown pseudo-header": [(":version", "2"), *head()],
    "pseudo-header after others": head()[4:] + head()[:4],
    "scheme of files": head(scheme="file"),
    "another host": head(("host", "other")),
    "two hosts": head(("host", "gateway"), ("host", "gateway")),
    "two equal lengths": head(("content-length", "4"), ("content-length", "4")),
    "two differing lengths": head(("content-length", "4"), ("content-length", "5")),
    "a length that is too short": head(("content-length", "4")),
    "a length that is too long": head(("content-length", "4000")),
    "te of a coding": head(("te", "gzip")),
    "connection": head(("connection", "close")),
    "keep-alive": head(("keep-alive", "timeout=5")),
    "proxy-connection": head(("proxy-connection", "close")),
    "transfer-encoding": head(("transfer-encoding", "chunked")),
    "upgrade": head(("upgrade", "websocket")),
    "name in capitals": head(("X-Odd", "a")),
    "value after a space": head(("x-odd", " a")),
    "line in a value": head(("x-odd", "a\r\nx-smuggled: b")),
    "CONNECT": [(":method", "CONNECT"), (":authority", "gateway:443")],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_only_http2_can_get_wrong_is_refused(connect, simulator, body, marker, name):
    with connect() as connection:
        outcome = connection.outcome(connection.request(REFUSED[name], body))
        assert outcome.status == 400 or outcome.reset == PROTOCOL_ERROR, outcome
        assert not simulator.calls(marker)
        good = connection.outcome(connection.request(head(), body))
        assert good.status == 200, "another request on the connection was refused as well"
    assert len(simulator.calls(marker)) == 1


FLOODS = {
    "PING": lambda connection, number: [PingFrame(0, b"12345678")],
    "SETTINGS": lambda connection, number: [SettingsFrame(0)],
    "PRIORITY": lambda connection, number: [PriorityFrame(1, depends_on=3)],
    "streams opened and reset": lambda connection, number: [
        HeadersFrame(2 * number + 1, connection.block(head(method="GET", path="/v1/models")), flags=["END_HEADERS", "END_STREAM"]),
        RstStreamFrame(2 * number + 1, 8)],
    "pieces of a head": lambda connection, number: [
        ContinuationFrame(1) if number else HeadersFrame(1, connection.block(head()[:1]))],
    "pieces of no body": lambda connection, number: [
        DataFrame(1) if number else HeadersFrame(1, connection.block(head()), flags=["END_HEADERS"])],
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_ended(secure, connect, body, name):
    before = secure.resident_bytes()
    for _ in range(5):
        with connect() as connection:
            connection.send(*[frame for number in range(3_000) for frame in FLOODS[name](connection, number)])
            assert connection.wait_closed() in (ENHANCE_YOUR_CALM, None)
    with connect() as connection:
        assert connection.outcome(connection.request(head(), body)).status == 200
    assert secure.resident_bytes() - before < 16 << 20
    assert secure.status()["open_reservations"] == 0
