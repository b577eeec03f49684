"""Fixtures every layer's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REAL_MARKET = ROOT.parent / "shared" / "market"


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository, which is itself a workspace."""
    return ROOT


@pytest.fixture(scope="session")
def real_market() -> Path:
    """The folder of real market data, which has no licence to travel with the project."""
    if not (REAL_MARKET / "bars_cn.csv.gz").exists():
        pytest.skip("the real market data (../shared/market) is not beside this checkout")
    return REAL_MARKET
