"""Writes the bit-packed text in which Sina sends daily bars and trading days, so that akshare's decoder reads it.

Worked out from the decoder (``hk_js_decode`` in akshare): letters of base 64 hold six bits each, lowest first; formats
3466 (bars) and 139 (runs of trading days between holidays). Days count from 1990-12-19, a Wednesday.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DAY_ZERO = date(1990, 12, 19)
WIDTHS = {"o": 8, "h": 8, "l": 8, "c": 8, "v": 10, "a": 10}
DEFAULTS = {"o": 3, "h": 3, "l": 3, "c": 3, "v": 5, "a": 5}


class Bits:
    """Bits, lowest first."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def put(self, value: int, width: int) -> None:
        self.bits += [(value >> i) & 1 for i in range(width)]

    def step(self, by: int) -> None:
        """A change of a width: sign, then |by| - 1 ones and a zero."""
        self.bits += [int(by > 0), *[1] * (abs(by) - 1), 0]

    def text(self) -> str:
        padded = self.bits + [0] * (-len(self.bits) % 6)
        return "".join(
            ALPHABET[sum(bit << k for k, bit in enumerate(padded[i : i + 6]))] for i in range(0, len(padded), 6)
        )


def _header(number: int) -> Bits:
    bits = Bits()
    bits.put(number, 12)
    bits.put(63, 6)
    return bits


def encode_bars(rows: Sequence[tuple[date, int, int, int, int, int, int]]) -> str:
    """Encode (day, open, high, low, close in hundredths, shares, amount)."""
    bits = _header(3466)
    close = volume = 0
    for i, (day, open_, high, low, last, shares, amount) in enumerate(rows):
        bits.bits += [1, 1, 0, 1]  # no new settings; widths and the day follow
        for name in "ohlcva":
            grow = WIDTHS[name] - DEFAULTS[name] if i == 0 else 0
            bits.bits.append(int(grow != 0))
            if grow:
                bits.step(grow)
        bits.bits.append(1)
        bits.put(1, 3)
        bits.put((day - DAY_ZERO).days, 18)
        bits.bits.append(0)
        volume_step = shares - volume
        # The decoder adds to the amount a middle price times the volume, rounded to whole yuan.
        quarter = 4 * open_ + (high - open_) - (open_ - low) + (last - open_)
        middle = (quarter * shares // 4 + (1 if (quarter * shares) % 4 >= 2 else 0)) / 100
        values = {"o": open_ - close, "h": high - open_, "l": open_ - low, "c": last - open_, "v": volume_step,
                  "a": amount - round(middle)}  # fmt: skip
        for name in "ohlcva":
            width = 3 * WIDTHS[name]
            bits.put(values[name] & ((1 << width) - 1), width)
        close, volume = last, shares
    bits.bits += [1, 1, 0, 0, 0]
    return bits.text()


def encode_days(days: Sequence[date]) -> str:
    """Encode trading days: how many weekdays in a row, then a holiday, and so on."""
    bits = _header(139)
    first, last = days[0], days[-1]
    bits.put((first - DAY_ZERO).days, 18)
    bits.put((last - DAY_ZERO).days, 18)
    open_days = set(days)
    runs, run, day = [], 0, first
    while day <= last:
        if day.weekday() < 5:
            if day in open_days:
                run += 1
            else:
                runs.append(run)
                run = 0
        day += timedelta(days=1)
    runs.append(run)
    bits.bits.append(1)
    bits.step(5)
    for i, length in enumerate(runs):
        if i:
            bits.bits.append(0)
        bits.put(length, 15)
    return bits.text()
