"""On the real market: an honest run is left in peace, and what a reader must know of it is told."""

from __future__ import annotations

import pytest
from command_line import CommandLine
from run_folder import RunFolder

from hypebasket.audit.findings import AuditResult, Kind
from hypebasket.pipeline.audit import audit_run

pytestmark = pytest.mark.real


def silent(_: str) -> None:
    """Nobody listens."""


def told(found: AuditResult, kind: Kind) -> list[str]:
    return [each.text.en for each in found.findings if each.kind is kind]


def test_both_sora_waves(imported: CommandLine, application: RunFolder) -> None:
    found = audit_run(application.path, imported.workspace, silent, cuts=2)
    assert found.stands, [each.text.en for each in found.of("hard")]
    assert found.checked["fills"] == len(application.tables["fills"]) > 0
    # no article had named any of the eight on the morning after Sora
    assert any(
        line.startswith("of 8 names bought, 8 were bought at least once before") for line in told(found, Kind.HINDSIGHT)
    )


def test_every_basket_held_over_all_of_the_data(imported: CommandLine, held: RunFolder) -> None:
    found = audit_run(held.path, imported.workspace, silent, cuts=1)
    assert found.stands, [each.text.en for each in found.of("hard")]
    assert found.checked["fills"] == len(held.tables["fills"])
    assert held.tables["taxes"]
