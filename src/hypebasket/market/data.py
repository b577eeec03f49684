"""Market data as it leaves a source: verified frames, with their origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypebasket.columns import RATES, empty_frame

if TYPE_CHECKING:
    import pandas as pd

    from hypebasket.spec.instrument import Instrument
    from hypebasket.spec.text import Text

__all__ = ["MarketData"]


@dataclass(frozen=True, slots=True)
class MarketData:
    """Raw bars, corporate actions, index levels and exchange rates, as described in ``columns``.

    ``content_hash`` identifies the content whatever file format it came from; ``warnings`` are the blemishes a reader
    of the pages should know.
    """

    bars: pd.DataFrame
    actions: pd.DataFrame
    indices: pd.DataFrame
    instruments: dict[str, Instrument]
    source: str
    synthetic: bool
    content_hash: str
    warnings: tuple[Text, ...] = ()
    rates: pd.DataFrame = field(default_factory=lambda: empty_frame(RATES))
