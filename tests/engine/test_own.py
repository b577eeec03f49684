"""A user's own ``bt.Strategy`` by YAML: honest fills, and nothing of the future in anything it is handed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from hypebasket.engine.replay import load_own_class
from hypebasket.errors import HypebasketError, UsageError
from hypebasket.ledger.records import Ledger, OrderKind, OrderStatus, Reason, Side
from hypebasket.pipeline.sleeve import SleeveRunner
from hypebasket.spec.basket import Basket
from hypebasket.spec.event import Event
from hypebasket.spec.text import Circle
from markets import HandMadeMarket, basket, event, market, stock, strategy
from sleeves import continuous, runner

A, B = "600001.SH", "600002.SH"
MADE = market("""
    session | 600001.SH   | 600002.SH
    01-03   | 10.00       | 20.00
    01-04   | 10.00 10.20 | 22.00
    01-05   | 10.10 10.30 | 24.20
    01-08   | 10.20 10.40 | 24.00 24.50
    01-09   | 10.30 10.50 | 24.60
    01-10   | 10.40 10.60 | 24.70
""")


def own(
    folder: Path,
    body: str,
    made: HandMadeMarket = MADE,
    members: Basket | None = None,
    events: tuple[Event, ...] = (),
    cash: int = 100_000,
) -> SleeveRunner:
    """A runner of a class ``Mine`` with this body."""
    text = "import backtrader as bt\n\n\nclass Mine(bt.Strategy):\n" + _indented(body)
    (folder / "own.py").write_text(text, encoding="utf-8")
    return runner(made, strategy(**{"class": "own.py:Mine"}), events, members, cash=cash, root=folder)


def _indented(body: str) -> str:
    return "".join(f"    {line}" if line.strip() else line for line in dedent(body).splitlines(keepends=True))


def orders(ledger: Ledger) -> list[tuple[Any, ...]]:
    return [
        (order.symbol, order.side, f"{order.created:%m-%d}", order.filled, order.status, order.reason)
        for order in sorted(ledger.orders, key=lambda order: order.order_id)
    ]


BUY_AND_SELL = """
def next(self):
    day = self.datetime.date(0).strftime("%m-%d")
    first, second = self.getdatabyname("600001.SH"), self.getdatabyname("600002.SH")
    if day == "01-03":
        self.buy(first, size=1000)
        self.buy(first, size=150)
        self.buy(second, size=100, valid=0)
    if day == "01-05":
        self.sell(first, size=1000)
        self.buy(first, size=200)
        self.sell(first, size=200, exectype=bt.Order.Close)
        self.buy(second, size=1000)
"""


def test_orders_are_filled_by_the_law(tmp_path: Path) -> None:
    """On 01-04 the open is 10.00; 150 is no lot; 600002 is locked. On 01-08 the open is 10.20 and 24.00.

    The 200 bought on 01-08 cannot be sold at that close (T+1), for which the order was: it goes at that of 01-09.
    Cash by hand: 100,000.00 - 10,005.10 (1,000 at 10.00, 5.00, 0.10) + 10,189.80 (at 10.20, 5.00, 5.10, 0.10)
    - 2,045.02 (200 at 10.20, 5.00, 0.02) - 24,006.24 (1,000 at 24.00, 6.00, 0.24) = 74,133.44 on 01-08;
    + 2,093.93 (200 at 10.50 on 01-09: 2,100.00 - 5.00 - 1.05 - 0.02) = 76,227.37.
    """
    ledger = continuous(own(tmp_path, BUY_AND_SELL))
    assert orders(ledger) == [
        (A, Side.BUY, "01-04", 1000, OrderStatus.FILLED, None),
        (A, Side.BUY, "01-04", 0, OrderStatus.REJECTED, Reason.LOT),
        (B, Side.BUY, "01-04", 0, OrderStatus.EXPIRED, Reason.LOCKED_LIMIT_UP),
        (A, Side.SELL, "01-08", 1000, OrderStatus.FILLED, None),
        (A, Side.BUY, "01-08", 200, OrderStatus.FILLED, None),
        (A, Side.SELL, "01-08", 200, OrderStatus.FILLED, None),
        (B, Side.BUY, "01-08", 1000, OrderStatus.FILLED, None),
    ]
    assert [(f"{fill.session:%m-%d}", fill.kind, fill.price) for fill in ledger.fills if fill.symbol == A] == [
        ("01-04", OrderKind.OPEN, 1000),
        ("01-08", OrderKind.OPEN, 1020),
        ("01-08", OrderKind.OPEN, 1020),
        ("01-09", OrderKind.CLOSE, 1050),
    ]
    cash = {f"{point.session:%m-%d}": point.cash for point in ledger.equity}
    assert (cash["01-08"], cash["01-09"]) == (7_413_344, 7_622_737)


def test_it_has_events_in_the_report_and_none_of_its_own_to_trade(tmp_path: Path) -> None:
    run = own(tmp_path, "pass", events=(event("e", "01-03T12:00Z"),)).run(Circle.ALL, primary=True)
    assert {run.policy.value, *(policy.value for policy in run.bounds)} == {"pessimistic", "realistic", "optimistic"}
    assert [each.plan.mapped.event.id for each in run.events] == ["e"]
    assert all(each.ledger is None for each in run.events)


# Who may be bought


BUY_BOTH = """
def next(self):
    for feed in self.datas:
        self.buy(feed, size=100, valid=0)
"""


def test_who_is_not_a_member_yet_is_not_bought(tmp_path: Path) -> None:
    """600002 is named by a source at 09:25 in Shanghai on 01-08, the cut-off itself, and leaves at noon on 01-09."""
    made = market("\n".join(["session | 600001.SH | 600002.SH", *(f"{day} | 10.00 | 10.00" for day in DAYS)]))
    joiner = stock(B, since="2024-01-08T01:25:00Z", until="2024-01-09T04:00:00Z")
    of = own(tmp_path, BUY_BOTH, made, basket(stock(A, since="2023-06-01"), joiner))
    ledger = continuous(of, Circle.POINT_IN_TIME)
    reasons = {f"{order.created:%m-%d}": order.reason for order in ledger.orders if order.symbol == B}
    assert reasons == {
        "01-04": Reason.NOT_A_MEMBER,
        "01-05": Reason.NOT_A_MEMBER,
        "01-08": None,
        "01-09": None,
        "01-10": Reason.NOT_A_MEMBER,
    }
    assert {order.reason for order in ledger.orders if order.symbol == A} == {None, Reason.RUN_END}


def test_evidence_of_the_morning_is_too_late_for_the_open_whatever_the_yaml_says_of_entries(tmp_path: Path) -> None:
    """``entry.at: first_close`` has no say: an own strategy's orders go to the open, and are judged by its cut-off."""
    made = market("\n".join(["session | 600002.SH", *(f"{day} | 10.00" for day in DAYS)]))
    of = own(tmp_path, BUY_BOTH, made, basket(stock(B, since="2024-01-08T03:00:00Z")))
    late = runner(
        made,
        of.strategy.model_copy(update={"entry": strategy(entry={"at": "first_close"}).entry}),
        (),
        of.basket,
        root=tmp_path,
    )
    ledger = continuous(late, Circle.POINT_IN_TIME)
    assert min(fill.session for fill in ledger.fills) == date(2024, 1, 9)


# The future

DAYS = ("01-03", "01-04", "01-05", "01-08", "01-09", "01-10")
CLOSES = (3100, 3137, 3089, 3171, 3223, 3259)
"""Closes (fen) that nothing else in a run is likely to equal; volumes mark sessions, too."""
VOLUMES = tuple(7_654_321 + 1_013 * row for row in range(6))

PROBE = """
def __init__(self):
    self.mean = bt.indicators.SMA(self.data.close, period=1)
    self._asked = []

def next(self):
    self._asked.append(self.broker.getvalue())
    if len(self) == 2:
        self.buy(self.data, size=100)
    _seen[self.datetime.date(0)] = look_around(self)
"""
LOOKING = '''
import array
import inspect
from collections import deque
from datetime import date, datetime
from types import ModuleType

import numpy as np

_seen = {}


def look_around(root, depth=5):
    """Every number, day and text that public attributes, items and running generators lead to."""
    found, known, todo = set(), set(), deque([(root, 0)])
    while todo:
        thing, level = todo.popleft()
        if isinstance(thing, (int, float, str, np.generic)):
            found.add(round(float(thing), 6) if not isinstance(thing, (str, np.str_)) else str(thing))
            continue
        if isinstance(thing, (date, datetime)):
            found.add(thing.date() if isinstance(thing, datetime) else thing)
            continue
        if thing is None or id(thing) in known or level >= depth or isinstance(thing, (type, ModuleType)):
            continue
        known.add(id(thing))
        if isinstance(thing, np.ndarray):
            todo += [(each, level) for each in thing.tolist()]
            todo.append((thing.base, level))
        elif isinstance(thing, dict):
            todo += [(each, level + 1) for pair in thing.items() for each in pair]
        elif isinstance(thing, (list, tuple, set, frozenset, deque, array.array)) or inspect.isgenerator(thing):
            todo += [(each, level + 1) for each in thing]
        elif not callable(thing) or hasattr(thing, "lines") or hasattr(thing, "params"):
            for name in dir(thing):
                if not name.startswith("_"):
                    try:
                        todo.append((getattr(thing, name), level + 1))
                    except Exception:
                        pass
    return found
'''


def probed(folder: Path, made: HandMadeMarket, members: Basket, events: tuple[Event, ...]) -> dict[date, set[Any]]:
    """Run the probe; what it saw after the close of each session."""
    of = own(folder, PROBE, made, members, events)
    path = folder / "own.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("\n\n\nclass", f"\n{LOOKING}\n\nclass", 1), encoding="utf-8"
    )
    of.own = load_own_class(folder, "own.py:Mine")
    continuous(of, Circle.POINT_IN_TIME)
    seen: dict[date, set[Any]] = vars(__import__("sys").modules[of.own.__module__])["_seen"]
    return seen


def marked_market() -> HandMadeMarket:
    cells = [f"{day} | {close / 100:.2f} v{volume}" for day, close, volume in zip(DAYS, CLOSES, VOLUMES, strict=True)]
    return market("\n".join([f"session | {A}", *cells]))


def test_nothing_it_is_handed_leads_to_the_future(tmp_path: Path) -> None:
    """A probe walks every public attribute of itself, its feeds, broker, basket, past and events, five steps deep."""
    made = marked_market()
    members = basket(stock(A, since="2023-06-01", evidence=("early source",), until="2024-01-10T12:00:00Z"))
    events = (event("e-first", "01-03T12:00Z"), event("e-later", "01-08T12:00Z"), event("e-after", "01-10T12:00Z"))
    seen = probed(tmp_path, made, members, events)
    assert list(seen) == list(made.sessions)
    public = {"e-first": "01-03", "e-later": "01-08", "e-after": "99-99"}
    for row, session in enumerate(made.sessions):
        found = seen[session]
        for later in range(row + 1, len(made.sessions)):
            assert not {float(CLOSES[later]), CLOSES[later] / 100, float(VOLUMES[later])} & found, (session, later)
        assert {float(CLOSES[row]), CLOSES[row] / 100, float(VOLUMES[row])} & found  # it does look
        following = made.sessions[min(row + 1, len(made.sessions) - 1)]  # the session an event of the evening opens on
        assert max(each for each in found if isinstance(each, date)) <= following
        for name, day in public.items():
            assert (name in found) == (day <= f"{session:%m-%d}"), (name, session)
        assert "early source" in found


def test_evidence_to_come_is_nowhere(tmp_path: Path) -> None:
    """600001 has its source from the start; that of 600002 is published on 01-08 and names a day it then leaves."""
    cells = [f"{day} | 10.00 | 10.00" for day in DAYS]
    made = market("\n".join(["session | 600001.SH | 600002.SH", *cells]))
    known = stock(A, since="2023-06-01", evidence=("early source",))
    joiner = stock(B, since="2024-01-08T04:00:00Z", evidence=("later source",), until="2024-01-10T04:00:00Z")
    seen = probed(tmp_path, made, basket(known, joiner), ())
    shown = {f"{session:%m-%d}": "later source" in found for session, found in seen.items()}
    # On 01-08 it decides on the open of 01-09, whose cut-off comes after the publication.
    assert shown == {"01-03": False, "01-04": False, "01-05": False, "01-08": True, "01-09": True, "01-10": True}


ASKING = """
def next(self):
    feed, now = self.data, len(self)
    try:
        feed.close[1]
    except IndexError:
        pass
    else:
        raise AssertionError("the next close is there")
    for line in (feed.open, feed.high, feed.low, feed.close, feed.volume, feed.datetime):
        assert len(line.array) == now, len(line.array)
    assert feed.p.rows is None
    assert self.broker.p.panel is None
    assert self.broker.p.may_buy is None
    assert self.past.row == now
    assert len(self.past.sessions) == len(self.past.closes("600001.SH")) == now
    assert self.past.sessions[-1] == self.datetime.date(0)
"""


def test_feeds_and_broker_hold_what_has_happened(tmp_path: Path) -> None:
    assert len(continuous(own(tmp_path, ASKING)).equity) == len(MADE.sessions) - 1


def test_events_and_members_are_those_of_the_next_open(tmp_path: Path) -> None:
    body = """
    heard = {}

    def next(self):
        day = self.datetime.date(0).strftime("%m-%d")
        self.heard[day] = [each.event.id for each in self.events], [each.symbol for each in self.members]
    """
    of = own(
        tmp_path,
        body,
        members=basket(stock(A, since="2023-06-01"), stock(B, since="2024-01-05")),
        events=(event("night", "01-04T12:00Z"), event("noon", "01-08T04:00Z"), event("end", "01-10T12:00Z")),
    )
    continuous(of, Circle.POINT_IN_TIME)
    assert of.own is not None
    assert of.own.heard == {  # type: ignore[attr-defined]
        "01-03": ([], [A]),
        "01-04": (["night"], [A]),
        "01-05": (["night"], [A, B]),
        "01-08": (["night", "noon"], [A, B]),
        "01-09": (["night", "noon"], [A, B]),
        "01-10": (["night", "noon"], [A, B]),
    }


def test_a_changed_future_changes_nothing_before(tmp_path: Path) -> None:
    """The same class on two markets that part after 01-05."""
    body = """
    def next(self):
        feed = self.data
        if self.position.size:
            self.close()
        elif self.past.returns("600001.SH")[-1] > 0:
            self.buy(feed, size=int(self.broker.getcash() / feed.close[0] // 200) * 100)
    """
    lines = ["session | 600001.SH", "01-03 | 10.00", "01-04 | 10.00 10.20", "01-05 | 10.10 10.30"]
    ends = (["01-08 | 10.40", "01-09 | 10.60", "01-10 | 10.50"], ["01-08 | 9.40", "01-09 | 9.50", "01-10 | 9.80"])
    one, other = (continuous(own(tmp_path, body, market("\n".join(lines + end)))) for end in ends)
    cut = date(2024, 1, 5)
    assert one.fills != other.fills
    for first, second in ((one.fills, other.fills), (one.equity, other.equity)):
        assert [each for each in first if each.session <= cut] == [each for each in second if each.session <= cut]


# What goes wrong in the file

FAULTS = {
    "next": ("def next(self):\n    self.nothing.of_it\n", 6, "AttributeError"),
    "init": ("def __init__(self):\n    raise ValueError('no')\n", 6, "ValueError: no"),
    "helper": ("def next(self):\n    self.helper()\n\ndef helper(self):\n    1 / 0\n", 9, "ZeroDivisionError"),
}


@pytest.mark.parametrize(("body", "line", "words"), FAULTS.values(), ids=FAULTS)
def test_an_error_in_the_file_names_its_line(tmp_path: Path, body: str, line: int, words: str) -> None:
    with pytest.raises(HypebasketError) as failure:
        continuous(own(tmp_path, body))
    assert str(failure.value).startswith(f"own.py:{line}: {words}"), str(failure.value)
    assert failure.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import backtrader as bt\n\n\nclass Mine:\n    pass\n", "own.py: 'Mine' is not a backtrader strategy"),
        ("import nothing_of_that_name\n", "own.py:1: ModuleNotFoundError"),
        ("x = 1\nclass Mine(:\n", "own.py:2: SyntaxError"),
        ("x = 1\n", "own.py: 'Mine' is not a backtrader strategy"),
    ],
)
def test_a_file_that_holds_no_strategy(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.py").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as failure:
        load_own_class(tmp_path, "own.py:Mine")
    assert str(failure.value).startswith(said)


def test_two_files_of_one_name_tell_their_own_lines(tmp_path: Path) -> None:
    for folder, lines in (("a", 1), ("b", 4)):
        (tmp_path / folder).mkdir()
        text = (
            "import backtrader as bt\n"
            + "\n" * lines
            + "class Mine(bt.Strategy):\n    def next(self):\n        1 / 0\n"
        )
        (tmp_path / folder / "own.py").write_text(text, encoding="utf-8")
    runners = [runner(MADE, strategy(**{"class": f"{name}/own.py:Mine"}), root=tmp_path) for name in "ab"]
    told = []
    for of in runners:
        with pytest.raises(UsageError) as failure:
            continuous(of)
        told.append(str(failure.value).split(" ")[0])
    assert told == ["own.py:5:", "own.py:8:"]


def test_an_edit_within_the_same_second_counts(tmp_path: Path) -> None:
    """No bytecode is left behind that would be taken for the edited file."""
    sizes = []
    for size in (100, 200):
        ledger = continuous(own(tmp_path, f"def next(self):\n    self.buy(self.data, size={size}, valid=0)\n"))
        sizes.append(ledger.fills[0].shares)
    assert sizes == [100, 200]
    assert [path.name for path in tmp_path.iterdir()] == ["own.py"]


def test_a_run_cannot_be_cut_short(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"own\.py: stopped the run on 2024-01-04"):
        continuous(own(tmp_path, "def next(self):\n    if len(self) == 2:\n        self.env.runstop()\n"))


def test_the_worked_example_runs(root: Path) -> None:
    """Rising 1 % a session for 25 sessions: from the 20th on the close is above its average, and one name is bought."""
    days = [
        f"01-{day:02}" for day in (2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 29, 30, 31)
    ]
    prices = [1000]
    for _ in days[1:]:
        prices.append(prices[-1] + 10)
    made = market(
        "\n".join([f"session | {A}", *(f"{day} | {fen / 100:.2f}" for day, fen in zip(days, prices, strict=True))])
    )
    of = runner(made, strategy(**{"class": "examples/moving_average.py:MovingAverage"}), root=root)
    ledger = continuous(of)
    # 20 traded sessions end on 01-29; a fifth of 100,000 at 11.90 is 1,680 shares: 1,600 at the open of 01-30
    assert [(f"{fill.session:%m-%d}", fill.shares, fill.price) for fill in ledger.fills] == [("01-30", 1600, 1200)]
    assert all(later >= earlier for earlier, later in pairwise(prices))
