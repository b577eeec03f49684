"""A server on 127.0.0.1 that answers as Eastmoney, Tencent, Sina, CNINFO and the exchanges do, faults on demand.

``redirect`` sends every request of ``requests`` to it, with the vendor's host as the first part of the path.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from fake_answers import ROUTES
from fake_world import World, world

_send = requests.adapters.HTTPAdapter.send


def redirect(port: int) -> Callable[..., requests.Response]:
    """Return an ``HTTPAdapter.send`` that sends to the loopback server, whatever host was meant."""

    def send(self: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        query = f"?{parts.query}" if parts.query else ""
        request.url = f"http://127.0.0.1:{port}/{parts.netloc}{parts.path}{query}"
        request.headers.pop("Host", None)
        options["proxies"] = {}
        return _send(self, request, **options)

    return send


Responder = Callable[["Handler"], None]


def reply(content: bytes | str, status: int = 200, **headers: str) -> Responder:
    """Answer with these bytes."""
    body = content.encode() if isinstance(content, str) else content

    def respond(handler: Handler) -> None:
        handler.answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    return respond


def hang(seconds: float = 2.0) -> Responder:
    """Say nothing for longer than anyone waits."""

    def respond(handler: Handler) -> None:
        handler.server.pause.wait(seconds)  # type: ignore[attr-defined]
        handler.close_connection = True

    return respond


def drip(content: bytes = b"x" * 200, pause: float = 0.3) -> Responder:
    """Send a byte at a time: always in time for the next one, never in time for the whole."""

    def respond(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        for byte in content:
            try:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
            except OSError:
                return
            if handler.server.pause.wait(pause):  # type: ignore[attr-defined]
                return

    return respond


def half_closed(content: bytes) -> Responder:
    """Promise the whole and close in the middle."""

    def respond(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return respond


def reset(handler: Handler) -> None:
    """Reset the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    """One request: a fault if one is set for its address, else the world's answer."""

    server: Any
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._serve()

    def _serve(self) -> None:
        vendor: FakeVendor = self.server.vendor
        parts = urlsplit(self.path)
        self.target, self.query = parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}
        vendor.log.append(self.path)
        if vendor.slow:
            time.sleep(vendor.slow)
        fault = vendor.fault_for(self.path)
        try:
            (fault or vendor.honest)(self)
        except OSError:
            self.close_connection = True

    def answer(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


class FakeVendor:
    """The server; ``log`` holds the addresses asked for."""

    def __init__(self, known: World | None = None, port: int = 0) -> None:
        self.world = known or world()
        self.log: list[str] = []
        self.slow = 0.0
        self._faults: list[list[Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._server.vendor = self  # type: ignore[attr-defined]
        self._server.pause = threading.Event()  # type: ignore[attr-defined]
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> FakeVendor:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.pause.set()  # type: ignore[attr-defined]
        self._server.shutdown()
        self._server.server_close()

    def spoil(self, address: str, responder: Responder, times: int = 10**9) -> None:
        """Let addresses that match ``address`` (searched, unquoted) be answered so, the next ``times`` times."""
        self._faults.append([re.compile(address), responder, times])

    def heal(self) -> None:
        """Answer honestly again."""
        self._faults.clear()

    def fault_for(self, path: str) -> Responder | None:
        for fault in self._faults:
            if fault[2] > 0 and fault[0].search(path):
                fault[2] -= 1
                return fault[1]  # type: ignore[no-any-return]
        return None

    def asked(self, word: str) -> int:
        """How often an address held this word."""
        return sum(word in path for path in self.log)

    def honest(self, handler: Handler) -> None:
        """Answer from the world."""
        for pattern, respond in ROUTES:
            if re.search(pattern, handler.target):
                body = respond(self.world, handler.target, handler.query)
                handler.answer(body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode())
                return
        handler.answer(b'{"error": "no such address"}', 404)
