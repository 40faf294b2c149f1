# SPDX-License-Identifier: Apache-2.0
"""A provider that answers with the bytes it was given, for what no well-behaved server sends."""

import json
import socketserver
import threading


class ScriptedProvider:
    """`answers` maps the model that is asked for to the bytes of the whole answer; the connection closes after them."""

    def __init__(self, answers: dict[str, bytes]):
        self.answers = answers
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self.server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def _handler(self):
        answers = self.answers

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                length = 0
                for line in iter(self.rfile.readline, b"\r\n"):
                    if not line:
                        return
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                model = json.loads(self.rfile.read(length))["model"]
                self.wfile.write(answers[model])

        return Handler


def answer(body: str | bytes, status: int = 200, content_type: str = "application/json", fields: str = "") -> bytes:
    """An answer that ends where its connection does."""
    body = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\n{fields}connection: close\r\n\r\n"
    return head.encode() + body


def events(*data: str, end: str = "\n\n") -> bytes:
    """A stream of events of chat completions; `end` is what stands after the last."""
    return answer("\n\n".join(f"data: {each}" for each in data) + end, content_type="text/event-stream")
