# SPDX-License-Identifier: Apache-2.0
"""Requests as raw bytes, for what no HTTP client would send."""

import json
import socket
from dataclasses import dataclass, field


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return json.loads(self.body)


@dataclass
class Exchange:
    """What came back on one connection, and whether the server closed it."""

    answers: list[Answer] = field(default_factory=list)
    closed: bool = False
    rest: bytes = b""

    @property
    def statuses(self) -> list[int]:
        return [answer.status for answer in self.answers]


class Connection:
    """One TCP connection to the gateway, read answer by answer."""

    def __init__(self, port: int, timeout: float = 10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """False where the server has closed already; what it answered before can still be read."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.closed = True
        self.buffer += data
        return bool(data)

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self.buffer:
            if not self._more():
                return None
        found, self.buffer = self.buffer.split(mark, 1)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count and self._more():
            pass
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def head(self) -> tuple[int, dict[str, str]] | None:
        """Status and header fields of the next answer; None when the connection ends before one."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        line, *lines = head.decode("latin-1").split("\r\n")
        assert line.startswith("HTTP/1."), f"not an answer: {line!r}"
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        return int(line.split()[1]), fields

    def body(self, fields: dict[str, str]) -> bytes:
        if fields.get("transfer-encoding") == "chunked":
            return b"".join(self.chunks())
        if "content-length" in fields:
            return self._exactly(int(fields["content-length"]))
        while self._more():
            pass
        found, self.buffer = self.buffer, b""
        return found

    def chunks(self):
        """The chunks of a chunked body; ends early, with `closed` set, when the body breaks off."""
        while True:
            size = self._until(b"\r\n")
            if size is None:
                return
            data = self._exactly(int(size, 16) + 2)[:-2]
            if not data:
                return
            yield data

    def answer(self, method: str = "POST") -> Answer | None:
        found = self.head()
        if found is None:
            return None
        status, fields = found
        if 100 <= status < 200:
            return self.answer(method)
        empty = method == "HEAD" or status in (204, 304)
        return Answer(status, fields, b"" if empty else self.body(fields))

    def is_closed_within(self, seconds: float) -> bool:
        """Whether the server ends the connection, without another byte, before the time is over."""
        self.socket.settimeout(seconds)
        try:
            return not self.buffer and not self._more()
        except TimeoutError:
            return False


def exchange(port: int, data: bytes, expected: int = 1, timeout: float = 10) -> Exchange:
    """Sends `data` in one go and reads up to `expected` answers, then whether the server closes."""
    result = Exchange()
    with Connection(port, timeout) as connection:
        connection.send(data)
        try:
            while len(result.answers) < expected:
                answer = connection.answer()
                if answer is None:
                    break
                result.answers.append(answer)
            result.closed = connection.closed or connection.is_closed_within(1)
        except TimeoutError:
            pass
        result.rest = connection.buffer
    return result


def request(
    body: bytes | dict, *, key: str, path: str = "/v1/chat/completions", method: str = "POST", version: str = "HTTP/1.1",
    host: str | None = "gateway", headers: tuple[str, ...] = (), length: bool = True,
) -> bytes:
    """A request that is right unless an argument makes it wrong. `headers` are whole lines."""
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    lines = [f"{method} {path} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"Authorization: Bearer {key}", "Content-Type: application/json", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(*chunks: bytes, trailer: bytes = b"") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + trailer + b"\r\n"
