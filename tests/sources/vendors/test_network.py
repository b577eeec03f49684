"""Manners: throttle, retries, breaker, time-outs; and what a user without a network is told, and how soon."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from fake_vendor import FakeVendor, hang, reply

from hypebasket.errors import DataGapError, VendorError
from hypebasket.sources.akshare import network as network_module
from hypebasket.sources.akshare.calls import Caller
from hypebasket.sources.akshare.network import Manners, Network, NoAnswer, reach, vendor_of

URL = "https://push2his.eastmoney.com/api/qt/stock/kline/get?secid=1.600519&fields2=f51,f52&beg=0"


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def polite(clock: Clock, **manners: float) -> Network:
    settings = {"interval": 1.0, "jitter": 0.0, "read": 1.0, "connect": 2.0, "attempts": 4} | manners
    return Network(Manners(**settings), sleep=clock.sleep, clock=clock, dice=random.Random(1))  # type: ignore[arg-type]


def test_vendors_are_told_by_their_hosts() -> None:
    assert vendor_of("https://push2his.eastmoney.com/x") == "eastmoney"
    assert vendor_of("https://33.push2his.eastmoney.com/x") == "eastmoney"
    assert vendor_of("https://finance.sina.com.cn/x") == "sina"
    assert vendor_of("https://evil-eastmoney.com/x") == "evil-eastmoney.com"


def test_requests_to_one_vendor_keep_their_distance(vendor: FakeVendor) -> None:
    clock = Clock()
    network = polite(clock)
    with network.in_force():
        for _ in range(3):
            requests.get(URL)
        requests.get("https://web.ifzq.gtimg.cn/other/klineweb/klineWeb/weekTrends")  # another vendor: no wait
    assert clock.slept == [1.0, 1.0]
    assert network.sent == 4


def test_jitter_makes_the_distance_uneven(vendor: FakeVendor) -> None:
    clock = Clock()
    with polite(clock, jitter=0.5).in_force():
        for _ in range(6):
            requests.get(URL)
    assert all(1.0 <= pause <= 1.5 for pause in clock.slept)
    assert len(set(clock.slept)) == 5


def test_a_passing_failure_is_tried_again_after_ever_longer_waits(vendor: FakeVendor) -> None:
    clock = Clock()
    vendor.spoil("kline/get", reply("", 500), times=3)
    with polite(clock, interval=0).in_force():
        assert requests.get(URL).status_code == 200
    first, second, third = clock.slept
    assert 1 <= first <= 2
    assert 2 <= second <= 3
    assert 4 <= third <= 5
    assert vendor.asked("kline/get") == 4


def test_attempts_end(vendor: FakeVendor) -> None:
    vendor.spoil("kline/get", reply("", 500))
    with polite(Clock()).in_force(), pytest.raises(NoAnswer, match="HTTP 500"):
        requests.get(URL)
    assert vendor.asked("kline/get") == 4


def test_the_vendor_says_how_long_to_wait(vendor: FakeVendor) -> None:
    clock = Clock()
    vendor.spoil("kline/get", reply("", 429, Retry_After="17"), times=1)
    with polite(clock, interval=0).in_force():
        assert requests.get(URL).status_code == 200
    assert 17.0 in clock.slept


def test_after_a_ban_the_vendor_is_left_in_peace_and_others_are_not(vendor: FakeVendor) -> None:
    vendor.spoil("kline/get", reply("", 403))
    network = polite(Clock())
    with network.in_force():
        for _ in range(5):
            with pytest.raises(NoAnswer, match="refuses this address"):
                requests.get(URL)
        assert requests.get("https://web.ifzq.gtimg.cn/other/klineweb/klineWeb/weekTrends").status_code == 200
    assert vendor.asked("kline/get") == 1
    assert set(network.resting) == {"eastmoney"}


def test_three_requests_without_an_answer_end_it_too(vendor: FakeVendor) -> None:
    vendor.spoil("kline/get", reply("", 500))
    network = polite(Clock(), attempts=1)
    with network.in_force():
        for _ in range(6):
            with pytest.raises(NoAnswer):
                requests.get(URL)
    assert vendor.asked("kline/get") == 3


def test_akshare_gives_no_time_out_and_gets_one(vendor: FakeVendor) -> None:
    vendor.spoil("kline/get", hang(5.0))
    network = polite(Clock(), read=0.3, attempts=1)
    with pytest.raises(VendorError, match=r"no answer from push2his\.eastmoney\.com in time"):
        Caller(network).ask("600519.SH", "stock_zh_a_hist", {}, symbol="600519")


def test_outside_a_network_requests_are_as_they_were(vendor: FakeVendor) -> None:
    before = requests.Session.send
    with polite(Clock()).in_force():
        assert requests.Session.send is not before
    assert requests.Session.send is before


def test_no_network_is_told_with_what_works_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name(*_arguments: object, **_options: object) -> socket.socket:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(DataGapError, match=r"no network: push2his\.eastmoney\.com:443 .*Name or service") as caught:
        reach(URL, connect=no_name)
    assert "hypebasket run --data sample" in caught.value.remedy
    assert "hypebasket data import DIR" in caught.value.remedy
    assert caught.value.exit_code == 3


def test_a_network_that_swallows_everything_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert network_module.REACH_SECONDS <= 3  # of the five seconds a user waits at most, two are left for starting up
    monkeypatch.setattr(network_module, "REACH_SECONDS", 0.2)
    for_ever = threading.Event()

    def swallow(*_arguments: object, **_options: object) -> socket.socket:
        for_ever.wait(30)
        raise TimeoutError

    with pytest.raises(DataGapError, match="no answer within"):
        reach(URL, connect=swallow)
    for_ever.set()


def test_a_proxy_is_what_must_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(DataGapError, match=r"127\.0\.0\.1:9"):
        reach(URL)


def test_without_network_the_slow_import_is_never_made(tmp_path: Path) -> None:
    """The whole command, in a process of its own: the message comes before akshare and pandas, which take seconds."""
    (tmp_path / "baskets").mkdir()
    program = (
        "import socket, sys\n"
        "def no_name(*a, **k): raise socket.gaierror(-2, 'Name or service not known')\n"
        "socket.create_connection = socket.getaddrinfo = no_name\n"
        "from hypebasket.sources.akshare import network\n"
        "network.reach.__defaults__ = (no_name,)\n"
        "from hypebasket.cli import main\n"
        f"try: main(['--workspace', {str(tmp_path)!r}, 'fetch', '--fx'])\n"
        "finally: print('pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "no network" in done.stderr
    assert "data import" in done.stderr
    assert done.stdout.strip().endswith("False")
