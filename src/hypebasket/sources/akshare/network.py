"""The one place where requests leave: time-outs, throttle, retries and a breaker around whatever akshare sends.

akshare calls ``requests`` without a time-out and asks as fast as it can. While a ``Network`` is in force, every request
of this process goes through it.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
import tenacity

from hypebasket.errors import DataGapError

__all__ = ["CONTACT", "Answer", "Manners", "Network", "NoAnswer", "reach", "vendor_of"]

CONTACT = "https://push2his.eastmoney.com"
"""Who must be reachable: Eastmoney is asked in every fetch, whoever the bars are from."""

REACH_SECONDS = 3.0
"""How long the first contact may take, name look-up included: a user without network must not wait."""

_VENDORS = (
    ("eastmoney.com", "eastmoney"),
    ("qq.com", "tencent"),
    ("gtimg.cn", "tencent"),
    ("sina.com.cn", "sina"),
    ("sinajs.cn", "sina"),
    ("cninfo.com.cn", "cninfo"),
    ("szse.cn", "szse"),
    ("sse.com.cn", "sse"),
)
_PAGES = ("vip.stock.finance.sina.com.cn", "biz.finance.sina.com.cn")
"""Hosts whose ordinary answers are HTML; everywhere else HTML is a page for people: blocked, captcha, upkeep."""

_BANS = frozenset({403, 418, 429, 451, 456})
_CHUNK = 65_536


def vendor_of(url: str) -> str:
    """Return who answers at ``url``: a vendor's name, else the host."""
    host = urlsplit(url).hostname or ""
    return next((name for ending, name in _VENDORS if host == ending or host.endswith(f".{ending}")), host)


@dataclass(frozen=True, slots=True)
class Manners:
    """How a vendor is asked: seconds, unless the name says otherwise."""

    interval: float = 0.8
    jitter: float = 0.4
    connect: float = 5.0
    read: float = 15.0
    whole_answer: float = 60.0
    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 30.0
    failures_before_rest: int = 3
    largest_answer: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back last: address, HTTP status and body."""

    url: str
    status: int
    body: bytes


class NoAnswer(Exception):
    """A request that got no usable answer, after all attempts; ``is_ban``: the vendor refuses this address.

    Neither a ``ValueError`` nor a ``RequestException``, both of which akshare swallows and tries again.
    """

    def __init__(self, vendor: str, reason: str, *, is_ban: bool = False) -> None:
        super().__init__(reason)
        self.vendor = vendor
        self.reason = reason
        self.is_ban = is_ban


class _Passing(NoAnswer):
    """A failure that may pass: worth another attempt."""


@dataclass(slots=True)
class Network:
    """Sends requests politely; one per fetch.

    After a ban, or ``failures_before_rest`` requests in a row without an answer, a vendor is left in peace: every
    further request to it fails at once, without being sent.
    """

    manners: Manners = field(default_factory=Manners)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    dice: random.Random = field(default_factory=random.Random)
    last: Answer | None = None
    sent: int = 0
    resting: dict[str, NoAnswer] = field(default_factory=dict)
    _asked: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Let every ``requests`` session of the process send through this network."""
        send = requests.Session.send

        def politely(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> Any:
            return self._ask(lambda: send(session, request, **self._bounded(options)), str(request.url))

        requests.Session.send = politely  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            requests.Session.send = send  # type: ignore[method-assign]

    def _bounded(self, options: dict[str, Any]) -> dict[str, Any]:
        return options | {"timeout": (self.manners.connect, self.manners.read), "stream": True}

    def _ask(self, send: Callable[[], requests.Response], url: str) -> requests.Response:
        vendor = vendor_of(url)
        if vendor in self.resting:
            raise self.resting[vendor]
        patience = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.manners.attempts),
            wait=tenacity.wait_exponential_jitter(self.manners.first_wait, self.manners.longest_wait),
            retry=tenacity.retry_if_exception_type(_Passing),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            response = patience(self._once, send, vendor, url)
        except NoAnswer as failure:
            self._failures[vendor] = self._failures.get(vendor, 0) + 1
            if failure.is_ban or self._failures[vendor] >= self.manners.failures_before_rest:
                self.resting[vendor] = NoAnswer(vendor, failure.reason, is_ban=failure.is_ban)
            raise
        self._failures[vendor] = 0
        return response

    def _once(self, send: Callable[[], requests.Response], vendor: str, url: str) -> requests.Response:
        self._wait_for_turn(vendor)
        self.sent += 1
        host = urlsplit(url).hostname or ""
        try:
            response = send()
            body = self._read(response, vendor, host)
        except requests.exceptions.Timeout as error:
            raise _Passing(vendor, f"no answer from {host} in time") from error
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
            raise _Passing(vendor, f"the connection to {host} broke off in the middle of the answer") from error
        except requests.exceptions.RequestException as error:
            raise _Passing(vendor, f"no connection to {host}: {_reason(error)}") from error
        self.last = Answer(url, response.status_code, body)
        self._judge(response, body, vendor, host)
        return response

    def _wait_for_turn(self, vendor: str) -> None:
        now = self.clock()
        ready = self._asked.get(vendor, -1e9) + self.manners.interval + self.dice.uniform(0, self.manners.jitter)
        if ready > now:
            self.sleep(ready - now)
        self._asked[vendor] = self.clock()

    def _read(self, response: requests.Response, vendor: str, host: str) -> bytes:
        """Read the whole body: within a deadline, however slowly it drips, and up to a size."""
        late = threading.Event()

        def cut() -> None:
            late.set()
            response.raw.shutdown()

        alarm = threading.Timer(self.manners.whole_answer, cut)
        alarm.daemon = True
        alarm.start()
        parts: list[bytes] = []
        size = 0
        try:
            for part in response.iter_content(_CHUNK):
                parts.append(part)
                size += len(part)
                if size > self.manners.largest_answer:
                    response.close()
                    text = f"the answer of {host} is larger than {self.manners.largest_answer:,} bytes"
                    raise NoAnswer(vendor, text)
        except requests.exceptions.RequestException as error:
            if late.is_set():
                raise _Passing(vendor, f"{host} answers too slowly") from error
            raise
        finally:
            alarm.cancel()
        body = b"".join(parts)
        response._content = body  # noqa: SLF001  (streamed, so requests has not kept it; akshare reads .text and .json())
        return body

    def _judge(self, response: requests.Response, body: bytes, vendor: str, host: str) -> None:
        status = response.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._heed(response.headers.get("Retry-After", ""))
            raise _Passing(vendor, f"HTTP 429 of {host}: too many requests", is_ban=True)
        if status in _BANS:
            raise NoAnswer(vendor, f"HTTP {status} of {host}: the vendor refuses this address", is_ban=True)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _Passing(vendor, f"HTTP {status} of {host}")
        if status >= HTTPStatus.BAD_REQUEST:
            raise NoAnswer(vendor, f"HTTP {status} of {host}")
        start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if start == b"<" and host not in _PAGES:
            raise NoAnswer(vendor, f"{host} sent a page for people instead of data (a block or a captcha)", is_ban=True)
        if not body.strip():
            raise _Passing(vendor, f"{host} sent an empty answer")

    def _heed(self, retry_after: str) -> None:
        if retry_after.isdecimal():
            self.sleep(min(float(retry_after), self.manners.longest_wait))


def _reason(error: Exception) -> str:
    """Return the innermost words of a chain of wrapped errors."""
    inner: BaseException = error
    while True:
        wrapped = [arg for arg in inner.args if isinstance(arg, BaseException)]
        below = getattr(inner, "reason", None)
        if isinstance(below, BaseException):
            wrapped.append(below)
        if not wrapped:
            return str(inner).rpartition(": ")[2] or type(inner).__name__
        inner = wrapped[-1]


def reach(url: str, connect: Callable[..., socket.socket] = socket.create_connection) -> None:
    """Raise ``DataGapError`` within ``REACH_SECONDS`` where the host of ``url``, or its proxy, cannot be reached."""
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    parts = urlsplit(proxy or url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    outcome: list[str] = []

    def touch() -> None:
        try:
            connect((host, port), timeout=REACH_SECONDS).close()
            outcome.append("")
        except OSError as error:
            outcome.append(error.strerror or str(error))

    visitor = threading.Thread(target=touch, daemon=True)
    visitor.start()
    visitor.join(REACH_SECONDS)
    reason = outcome[0] if outcome else f"no answer within {REACH_SECONDS:g} seconds"
    if reason:
        raise DataGapError(
            f"no network: {host}:{port} cannot be reached ({reason}); nothing was fetched",
            "connect and run again; without a network the sample ('hypebasket run --data sample') and "
            "'hypebasket data import DIR' work",
        )
