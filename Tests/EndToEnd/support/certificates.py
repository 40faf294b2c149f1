# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of one's own, by the openssl command."""

import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Authority:
    folder: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Authority":
        authority = cls(folder, folder / "authority.pem", folder / "authority.key")
        _openssl(
            folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Test authority", "-keyout", authority.key, "-out", authority.certificate)
        return authority

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for localhost and 127.0.0.1."""
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        extensions = self.folder / "extensions"
        extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        _openssl(
            self.folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
            "-keyout", key, "-out", request)
        _openssl(
            self.folder, "x509", "-req", "-days", "2", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
            "-CAcreateserial", "-extfile", extensions, "-out", certificate)
        return certificate, key

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)


class SecureRelay:
    """Speaks TLS on a port of its own and passes everything on to a plain one: makes a secure provider of the simulator."""

    def __init__(self, certificate: Path, key: Path, target_port: int, host: str = "127.0.0.1"):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.target_port, self.host = target_port, host
        self.received = b""
        self.listener = socket.create_server((host, 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(connection,), daemon=True).start()

    def _relay(self, connection: socket.socket):
        try:
            connection.settimeout(30)
            with (
                self.context.wrap_socket(connection, server_side=True) as secure,
                socket.create_connection(("127.0.0.1", self.target_port)) as plain,
            ):
                threading.Thread(target=self._answers, args=(plain, secure), daemon=True).start()
                while data := secure.recv(65536):
                    self.received += data
                    plain.sendall(data)
        except OSError:
            pass

    @staticmethod
    def _answers(plain: socket.socket, secure: ssl.SSLSocket):
        try:
            while data := plain.recv(65536):
                secure.sendall(data)
        except OSError:
            pass


def _openssl(folder: Path, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)
