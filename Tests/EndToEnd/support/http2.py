# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 frame by frame, for what no HTTP client would send."""

import socket
import ssl
from dataclasses import dataclass

from hpack import Decoder, Encoder
from hyperframe.frame import DataFrame, Frame, GoAwayFrame, HeadersFrame, RstStreamFrame, SettingsFrame

PROTOCOL_ERROR, ENHANCE_YOUR_CALM = 0x1, 0xB


@dataclass
class Outcome:
    """What became of a stream."""

    status: int | None = None
    body: bytes = b""
    ended: bool = False
    reset: int | None = None


class Http2:
    """One connection with TLS. Heads are sent as they are given; what comes back is kept for each stream."""

    def __init__(self, port: int, trust: ssl.SSLContext, window: int = 65535):
        trust.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local_port = plain.getsockname()[1]
        self.socket = trust.wrap_socket(plain, server_hostname="localhost")
        assert self.socket.selected_alpn_protocol() == "h2"
        self.encoder, self.decoder = Encoder(), Decoder()
        self.buffer = b""
        self.outcomes: dict[int, Outcome] = {}
        self.next_stream = 1
        self.farewell: int | None = None
        self.settled = False
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: window}))
        while not self.settled and self.read():
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts: Frame | bytes) -> bool:
        """False where the server has closed already; what it said before can still be read."""
        try:
            self.socket.sendall(b"".join(part if isinstance(part, bytes) else part.serialize() for part in parts))
            return True
        except OSError:
            return False

    def block(self, head: list[tuple[str, str]]) -> bytes:
        return self.encoder.encode([(name.encode("latin-1"), value.encode("latin-1")) for name, value in head])

    def request(self, head: list[tuple[str, str]], body: bytes | None = None) -> int:
        """Sends a request and gives its stream. Without a body its head is its end."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        self.outcomes[stream] = Outcome()
        self.send(HeadersFrame(stream, self.block(head), flags=["END_HEADERS"] if body else ["END_HEADERS", "END_STREAM"]))
        if body:
            self.send(DataFrame(stream, body, flags=["END_STREAM"]))
        return stream

    def read(self) -> bool:
        """Takes in what comes next; false at the end of the connection."""
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLError):
            data = b""
        self.buffer += data
        while len(self.buffer) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self.buffer[:9]))
            if len(self.buffer) < 9 + length:
                break
            frame.parse_body(memoryview(self.buffer[9:9 + length]))
            self.buffer = self.buffer[9 + length:]
            self._note(frame)
        return bool(data)

    def _note(self, frame: Frame):
        outcome = self.outcomes.setdefault(frame.stream_id, Outcome())
        match frame:
            case SettingsFrame() if "ACK" not in frame.flags:
                self.settled = True
                self.send(SettingsFrame(0, flags=["ACK"]))
            case GoAwayFrame():
                self.farewell = frame.error_code
            case HeadersFrame():
                outcome.status = int(dict(self.decoder.decode(frame.data))[":status"])
            case DataFrame():
                outcome.body += frame.data
            case RstStreamFrame():
                outcome.reset = frame.error_code
        if "END_STREAM" in frame.flags:
            outcome.ended = True

    def outcome(self, stream: int) -> Outcome:
        """What became of a stream, once it is over or the connection is."""
        outcome = self.outcomes[stream]
        while not outcome.ended and outcome.reset is None and self.read():
            pass
        return outcome

    def wait_closed(self) -> int | None:
        """The error code with which the server says goodbye, once it has closed the connection."""
        while self.read():
            pass
        return self.farewell
