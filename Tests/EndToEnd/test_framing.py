# SPDX-License-Identifier: Apache-2.0
"""Requests that two readers could read in two ways are refused, and nothing of them reaches a provider."""

import json

import pytest

from support.gateway import DEMO_KEY
from support.processes import eventually
from support.wire import Connection, chunked, exchange, request


@pytest.fixture
def body(prompt) -> dict:
    return {"model": "gpt-4o-mini", "max_tokens": 16, "messages": [{"role": "user", "content": prompt}]}


def raw(body: dict) -> bytes:
    return json.dumps(body).encode()


def with_head(*headers: str, **options):
    """A request whose own Content-Length is right and whose other header lines are given."""
    return lambda body: request(body, key=DEMO_KEY, headers=headers, **options)


def with_framing(*headers: str, send=lambda body: body, **options):
    """A request framed by the given header lines alone."""
    return lambda body: request(send(raw(body)), key=DEMO_KEY, headers=headers, length=False, **options)


def with_chunks(data, **options):
    return with_framing("Transfer-Encoding: chunked", send=data, **options)


def with_line(line: bytes):
    """A request whose request line is `line`."""

    def make(body):
        whole = request(body, key=DEMO_KEY)
        return line + whole[whole.index(b"\r\n"):]

    return make


def length_of(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


# Statuses in a set where the standard leaves a choice; each such request is refused and its connection closed.
REFUSED = {
    # Two framings, or one that is no framing.
    "length and chunked": (with_head("Transfer-Encoding: chunked"), {400}),
    "two equal lengths": (lambda body: request(body, key=DEMO_KEY, headers=(length_of(raw(body)),)), {400}),
    "two differing lengths": (with_head("Content-Length: 3"), {400}),
    "list of lengths": (with_framing("Content-Length: 4, 4"), {400}),
    "length beyond 63 bits": (with_framing("Content-Length: 9223372036854775807"), {400, 413}),
    "length beyond 64 bits": (with_framing("Content-Length: 18446744073709551620"), {400, 413}),
    "length of 400 digits": (with_framing("Content-Length: " + "9" * 400), {400, 413}),
    "negative length": (with_framing("Content-Length: -1"), {400}),
    "signed length": (with_framing("Content-Length: +4"), {400}),
    "coding that only looks chunked": (with_framing("Transfer-Encoding: xchunked", send=chunked), {400, 501}),
    "vertical tab before chunked": (with_framing("Transfer-Encoding: \x0bchunked", send=chunked), {400}),
    "chunked is not last": (with_framing("Transfer-Encoding: chunked, identity", send=chunked), {400, 501}),
    "gzip inside chunked": (with_framing("Transfer-Encoding: gzip, chunked", send=chunked), {501}),
    "two transfer codings": (
        with_framing("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", send=chunked), {400}),
    "chunked in HTTP/1.0": (with_framing("Transfer-Encoding: chunked", send=chunked, version="HTTP/1.0"), {400}),
    # Chunks.
    "chunk size with 0x": (with_chunks(lambda body: b"0x4\r\nabcd\r\n0\r\n\r\n"), {400}),
    "chunk size with underscore": (with_chunks(lambda body: b"4_\r\nabcd\r\n0\r\n\r\n"), {400}),
    "chunk size after a space": (with_chunks(lambda body: b" 4\r\nabcd\r\n0\r\n\r\n"), {400}),
    "negative chunk size": (with_chunks(lambda body: b"-4\r\nabcd\r\n0\r\n\r\n"), {400}),
    "chunk size of 17 digits": (with_chunks(lambda body: b"00000000000000004\r\nabcd\r\n0\r\n\r\n"), {400}),
    "chunk longer than its size": (with_chunks(lambda body: b"3\r\nabcd\r\n0\r\n\r\n"), {400}),
    "chunk ended by a bare line feed": (with_chunks(lambda body: b"4\nabcd\n0\n\n"), {400}),
    "chunk extension of 100 KB": (
        with_chunks(lambda body: b"4;" + b"x" * 100_000 + b"\r\nabcd\r\n0\r\n\r\n"), {400, 413}),
    "a hundred thousand chunks of a byte": (with_chunks(lambda body: b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n"), {400, 413}),
    "trailer sets the length": (with_chunks(lambda body: chunked(body, trailer=b"Content-Length: 3\r\n")), {400}),
    "trailer sets the coding": (with_chunks(lambda body: chunked(body, trailer=b"Transfer-Encoding: gzip\r\n")), {400}),
    "trailer sets the host": (with_chunks(lambda body: chunked(body, trailer=b"Host: other\r\n")), {400}),
    "trailer sets the key": (with_chunks(lambda body: chunked(body, trailer=b"Authorization: Bearer x\r\n")), {400}),
    # Lines.
    "folded line": (with_head("X-Long: one\r\n two"), {400}),
    "NUL in a value": (with_head("X-Odd: a\x00b"), {400}),
    "bare return in a value": (with_head("X-Odd: a\rb"), {400}),
    "bare line feed in a value": (with_head("X-Odd: a\nX-Smuggled: b"), {400}),
    "space before the colon": (with_head("X-Odd : a"), {400}),
    "name with a space": (with_head("X Odd: a"), {400}),
    "line feeds alone": (lambda body: request(body, key=DEMO_KEY).replace(b"\r\n", b"\n"), {400}),
    # Request line.
    "method with an at sign": (with_line(b"G@T /v1/chat/completions HTTP/1.1"), {400}),
    "HTTP/2 preface": (with_line(b"PRI * HTTP/2.0"), {400}),
    "two spaces": (with_line(b"POST  /v1/chat/completions HTTP/1.1"), {400}),
    "tab": (with_line(b"POST\t/v1/chat/completions HTTP/1.1"), {400}),
    "space before the method": (with_line(b" POST /v1/chat/completions HTTP/1.1"), {400}),
    "space after the version": (with_line(b"POST /v1/chat/completions HTTP/1.1 "), {400}),
    "no version": (with_line(b"POST /v1/chat/completions"), {400}),
    "HTTP/1.2": (with_line(b"POST /v1/chat/completions HTTP/1.2"), {400, 505}),
    "fragment in the target": (with_line(b"POST /v1/chat/completions#top HTTP/1.1"), {400}),
    "NUL in the target": (with_line(b"POST /v1/chat\x00/completions HTTP/1.1"), {400}),
    "raw high byte in the target": (with_line(b"POST /v1/chat\xff/completions HTTP/1.1"), {400}),
    "absolute target of another host": (with_line(b"POST http://other/v1/chat/completions HTTP/1.1"), {400}),
    "target of a file": (with_line(b"POST file:///v1/chat/completions HTTP/1.1"), {400}),
    # Host.
    "no host": (with_head(host=None), {400}),
    "two hosts": (with_head("Host: gateway"), {400}),
    "two differing hosts": (with_head("Host: other"), {400}),
    "host with a path": (with_head(host="gateway/readyz?x="), {400}),
    "host with a fragment": (with_head(host="gateway#"), {400}),
    "host with a user": (with_head(host="gateway@other"), {400}),
    "host with port 99999": (with_head(host="gateway:99999"), {400}),
    "host with a space": (with_head(host="gate way"), {400}),
    "host with an open bracket": (with_head(host="[::1"), {400}),
    # Fields that would change how others are read.
    "hop-by-hop key": (with_head("Connection: authorization"), {400}),
    "hop-by-hop length": (with_head("Connection: close, content-length"), {400}),
    "unknown expectation": (with_head("Expect: the-unexpected"), {417}),
    # Paths that could be read as others.
    "empty first segment": (with_head(path="//v1/chat/completions"), {400}),
    "empty segment": (with_head(path="/v1//chat/completions"), {400}),
    "dot segment": (with_head(path="/v1/./chat/completions"), {400}),
    "two-dot segment": (with_head(path="/a/../v1/chat/completions"), {400}),
    "escaped two-dot segment": (with_head(path="/%2e%2e/v1/chat/completions"), {400}),
    "escaped slash": (with_head(path="/v1%2fchat/completions"), {400}),
    "escaped backslash": (with_head(path="/v1%5cchat/completions"), {400}),
    "backslash": (with_head(path="/v1\\chat/completions"), {400}),
    "half an escape": (with_head(path="/v1/chat/completions%2"), {400}),
    # Sizes.
    "head of 100 KB": (with_head("X-Large: " + "a" * 100_000), {431}),
    "101 fields more": (with_head(*[f"X-{number}: a" for number in range(101)]), {431}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_and_the_connection_closed(gateway, simulator, body, marker, name):
    make, statuses = REFUSED[name]
    result = exchange(gateway.data_port, make(body))
    assert len(result.answers) == 1, f"{result}"
    assert result.answers[0].status in statuses, result.answers[0]
    assert result.closed, "the connection is still open: nobody can say where its next request begins"
    assert not result.rest
    assert not simulator.calls(marker)


@pytest.mark.parametrize(
    "path, status",
    [
        ("/V1/chat/completions", 404),
        ("/v1/chat/completions/", 404),
        ("/v1;a=b/chat/completions", 404),
        ("/v1/chat/%63ompletions", 200),
        ("/v1/chat%252fcompletions", {400, 404}),
        ("/v1/chat/completions?api-version=1", 200),
        ("http://gateway/v1/chat/completions", 200),
        ("/readyz", 404),
        ("/metrics", 404),
        ("/v1/keys", 404),
        ("/llm/call/nobody/v1/chat/completions", 404),
    ],
)
def test_paths_are_matched_exactly_after_one_normalisation(gateway, simulator, body, marker, path, status):
    result = exchange(gateway.data_port, request(body, key=DEMO_KEY, path=path))
    assert result.statuses[0] in (status if isinstance(status, set) else {status}), result.answers
    assert len(simulator.calls(marker)) == (1 if status == 200 else 0)


@pytest.mark.parametrize("header", ["X-Original-URL: /v1/models", "X-HTTP-Method-Override: GET", "X-Rewrite-URL: /v1/models"])
def test_headers_that_override_the_route_are_never_read(gateway, simulator, body, marker, header):
    result = exchange(gateway.data_port, request(body, key=DEMO_KEY, headers=(header,)))
    assert result.answers[0].json()["object"] == "chat.completion"
    assert header.split(":")[0].lower() not in simulator.call(marker).headers


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("SLUDGE", "/v1/chat/completions", 405),
        ("TRACE", "/v1/chat/completions", 405),
        ("CONNECT", "/v1/chat/completions", 405),
        ("GET", "/v1/chat/completions", 405),
        ("POST", "/v1/models", 405),
        ("DELETE", "/v1/models/gpt-4o-mini", 405),
    ],
)
def test_other_methods_are_answered_405(gateway, method, path, status):
    result = exchange(gateway.data_port, request(b"", key=DEMO_KEY, method=method, path=path))
    assert result.statuses == [status]


def test_a_head_answer_has_no_body(gateway):
    with Connection(gateway.data_port) as connection:
        connection.send(request(b"", key=DEMO_KEY, method="HEAD", path="/v1/models", length=False))
        answer = connection.answer("HEAD")
        assert answer.status in (200, 405)
        connection.send(request(b"", key=DEMO_KEY, method="GET", path="/v1/models", length=False))
        assert connection.answer().json()["object"] == "list", "a body after HEAD was read as the next answer"


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 500, b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 65536,
             b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"],
    ids=["TLS hello", "SSH banner", "zeros", "PROXY line"])
def test_other_protocols_are_closed(gateway, junk):
    with Connection(gateway.data_port) as connection:
        connection.send(junk + b"\r\n\r\n")
        answer = connection.answer()
        assert answer is None or answer.status in (400, 431)
        assert connection.closed or connection.is_closed_within(5)
    assert gateway.data.get("/v1/models").status_code == 200


def test_twenty_pipelined_requests_are_answered_in_order(gateway, simulator, marker):
    def ask(number):
        return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": f"{marker} number-{number}."}]}

    result = exchange(gateway.data_port, b"".join(request(ask(n), key=DEMO_KEY) for n in range(20)), expected=20)
    assert result.statuses == [200] * 20
    for number, answer in enumerate(result.answers):
        assert f"number-{number}." in answer.json()["choices"][0]["message"]["content"]
    assert len(simulator.calls(marker)) == 20


def test_a_malformed_pipelined_request_loses_none_before_it(gateway, simulator, body, marker):
    good, bad = request(body, key=DEMO_KEY), with_line(b"POST  /v1/chat/completions HTTP/1.1")(body)
    result = exchange(gateway.data_port, good + good + bad + good, expected=4)
    assert result.statuses == [200, 200, 400]
    assert result.closed
    assert len(simulator.calls(marker)) == 2


def test_an_upgrade_is_not_made(gateway, simulator, body, marker):
    upgrade = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    result = exchange(gateway.data_port, request(body, key=DEMO_KEY, headers=upgrade))
    assert result.statuses[0] in (200, 426)
    for served in simulator.calls(marker):
        assert not {"upgrade", "http2-settings"} & set(served.headers)


def test_the_body_may_be_chunked(gateway, simulator, body, marker):
    data = raw(body)
    pieces = [data[at:at + 7] for at in range(0, len(data), 7)]
    result = exchange(gateway.data_port, with_chunks(lambda body: chunked(*pieces))(body))
    assert result.statuses == [200]
    assert simulator.call(marker).sent()["messages"] == body["messages"]


def test_a_client_that_waits_for_leave_gets_it(gateway, body):
    whole = request(body, key=DEMO_KEY, headers=("Expect: 100-continue",))
    head, rest = whole.split(b"\r\n\r\n", 1)
    with Connection(gateway.data_port) as connection:
        connection.send(head + b"\r\n\r\n")
        assert connection.head()[0] == 100
        connection.send(rest)
        assert connection.answer().status == 200


def test_connections_are_kept_for_more_requests(gateway, body):
    with Connection(gateway.data_port) as connection:
        for _ in range(5):
            connection.send(request(body, key=DEMO_KEY))
            assert connection.answer().status == 200


def test_a_connection_that_shall_close_is_closed(gateway, body):
    result = exchange(gateway.data_port, request(body, key=DEMO_KEY, headers=("Connection: close",)))
    assert result.statuses == [200] and result.closed


# Bodies.

BAD_BODIES = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "text": b'"x"',
    "two values": b'{"model":"gpt-4o-mini","messages":[]} {}',
    "trailing comma": b'{"model":"gpt-4o-mini","messages":[],}',
    "cut off": b'{"model":"gpt-4o-mini","messages":[',
    "single quotes": b"{'model':'gpt-4o-mini'}",
    "not UTF-8": b'{"model":"gpt-4o-mini","user":"\xff\xfe","messages":[]}',
    "byte order mark": b'\xef\xbb\xbf{"model":"gpt-4o-mini","messages":[]}',
    "UTF-16": '{"model":"gpt-4o-mini","messages":[]}'.encode("utf-16"),
    "model twice": b'{"model":"gpt-4o-mini","model":"gpt-4o","messages":[]}',
    "model twice by escape": b'{"model":"gpt-4o-mini","\\u006dodel":"gpt-4o","messages":[]}',
    "stream twice": b'{"model":"gpt-4o-mini","stream":false,"stream":true,"messages":[]}',
    "max_tokens twice": b'{"model":"gpt-4o-mini","max_tokens":1,"max_tokens":100000,"messages":[]}',
    "model is a number": b'{"model":1,"messages":[]}',
    "model is missing": b'{"messages":[]}',
    "stream is a text": b'{"model":"gpt-4o-mini","stream":"true","messages":[]}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_policy_cannot_read_is_answered_400(gateway, simulator, marker, name):
    data = BAD_BODIES[name].replace(b"[]", b'[{"role":"user","content":"%s"}]' % marker.encode())
    result = exchange(gateway.data_port, request(data, key=DEMO_KEY))
    assert result.statuses == [400], result.answers
    error = result.answers[0].json()["error"]
    assert error["type"] == "invalid_request_error" and error["message"]
    assert not simulator.calls(marker)


def test_an_error_names_the_field(gateway):
    result = exchange(gateway.data_port, request({"model": 7, "messages": []}, key=DEMO_KEY))
    assert result.answers[0].json()["error"]["param"] == "model"


@pytest.mark.parametrize("model", ["../gpt-4o-mini", "gpt-4o-mini\x00", "a" * 10_000, "😀", ""])
def test_an_odd_model_name_is_unknown_not_fatal(start_gateway, model):
    gateway = start_gateway(change=lambda configuration: configuration["models"].pop())
    result = exchange(gateway.data_port, request({"model": model, "messages": []}, key=DEMO_KEY))
    assert result.statuses[0] in (400, 404)


@pytest.mark.parametrize("kind, status", [("text/plain", 415), ("application/json; charset=utf-8", 200), ("APPLICATION/JSON", 200)])
def test_content_types(gateway, body, kind, status):
    data = request(body, key=DEMO_KEY).replace(b"Content-Type: application/json", f"Content-Type: {kind}".encode())
    assert exchange(gateway.data_port, data).statuses == [status]


def test_pass_through_keeps_every_byte_of_the_body(gateway, simulator, marker):
    """Spaces, escapes, spellings of numbers, doubled keys in free-form places: sent on as they came."""
    text = (
        '{ "model" : "gpt-4o-mini",\n\t"temperature":1.0e0, "seed":9007199254740993,'
        '"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","x":1,"x":"\\u00e9\\/"}}}],'
        f'"messages":[{{"role":"user","content":"{marker} \\ud83d\\ude00 é"}}]}}'
    )
    result = exchange(gateway.data_port, request(text.encode(), key=DEMO_KEY))
    assert result.statuses == [200], result.answers
    assert simulator.call(marker).body == text


def test_a_model_name_is_changed_in_place(gateway, simulator, marker):
    text = f'{{"user":"fast","model":"fast","messages":[{{"role":"user","content":"fast {marker}"}}]}}'
    assert exchange(gateway.data_port, request(text.encode(), key=DEMO_KEY)).statuses == [200]
    assert simulator.call(marker).body == text.replace('"model":"fast"', '"model":"gpt-4o-mini"')


# Slow clients and bounds: a gateway of their own, with short times.


def short_times(configuration):
    configuration["server"]["limits"] = {
        "header_time": "500ms", "body_idle": "500ms", "keep_alive": "500ms", "body": "1MiB", "connections": 64,
    }


@pytest.fixture(scope="module")
def impatient(tmp_path_factory, simulator):
    from support.gateway import Gateway

    process = Gateway(tmp_path_factory.mktemp("impatient"), simulator.url, change=short_times).start()
    yield process
    process.stop()


def test_a_slow_head_is_closed(impatient):
    with Connection(impatient.data_port) as connection:
        connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n")

        def drip():
            return not connection.send(b"X-Slow: a\r\n") or connection.is_closed_within(0.05) or answered(connection)

        eventually(drip, within=10, every=0.05, what="the head's time is over")


def answered(connection) -> bool:
    return b"HTTP/1.1 408" in connection.buffer


def test_a_slow_body_is_closed(impatient, body):
    whole = request(body, key=DEMO_KEY)
    with Connection(impatient.data_port) as connection:
        connection.send(whole[:-10])
        answer = connection.answer()
        assert answer is None or answer.status == 408
        assert connection.closed or connection.is_closed_within(5)


def test_an_idle_connection_is_closed(impatient, body):
    with Connection(impatient.data_port) as connection:
        connection.send(request(body, key=DEMO_KEY))
        assert connection.answer().status == 200
        assert connection.is_closed_within(10)


def test_a_body_beyond_the_limit_is_413(impatient, simulator, body, marker):
    body["padding"] = "x" * (2 << 20)
    result = exchange(impatient.data_port, request(body, key=DEMO_KEY))
    assert result.statuses == [413]
    assert not simulator.calls(marker)


def test_a_chunked_body_beyond_the_limit_is_413(impatient, simulator, body, marker):
    body["padding"] = "x" * (2 << 20)
    data = with_chunks(lambda data: chunked(*[data[at:at + 65536] for at in range(0, len(data), 65536)]))(body)
    assert exchange(impatient.data_port, data).statuses == [413]
    assert not simulator.calls(marker)


def test_a_length_beyond_the_limit_is_refused_before_the_body_is_sent(impatient):
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {DEMO_KEY}\r\n" \
           "Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n"
    with Connection(impatient.data_port) as connection:
        connection.send(head.encode())
        assert connection.answer().status == 413
        assert connection.is_closed_within(10)


def test_connections_beyond_the_limit_do_not_harm_the_others(impatient, body):
    """Whether those beyond are closed or left waiting, the ones within are served, and room comes back."""
    held = []
    try:
        for _ in range(80):
            held.append(Connection(impatient.data_port, timeout=2))
        held[0].send(request(body, key=DEMO_KEY))
        answer = held[0].answer()
        assert answer is None or answer.status in (200, 503)
    finally:
        for connection in held:
            connection.__exit__()
    eventually(
        lambda: exchange(impatient.data_port, request(body, key=DEMO_KEY)).statuses == [200],
        what="room for a new connection")
