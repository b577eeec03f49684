"""The three mainlines on the real market, on one page: what moved them, what was captured, what chance would do."""

from __future__ import annotations

import json
from html import unescape

from command_line import CommandLine

WORDS = (
    "run compute application regulation -s event-drift --from 2022-11-01 --to 2025-12-31 --study --placebo 400 --json"
)


def test_one_page_answers_for_every_mainline(imported: CommandLine) -> None:
    done = imported(*WORDS.split())
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = {each["basket"]: each for each in told["findings"]}
    assert list(found) == ["compute", "application", "regulation"]
    tests = {each["basket"]: each["placebo"] for each in told["results"] if each["primary"]}
    assert all(test["draws"] == 400 and test["refused"] is None for test in tests.values())
    # What 10,000 calendars say: p 0.17, 0.003 and 0.17. With 400 the standard error is two points at the most.
    assert abs(tests["compute"]["percentile"] - 0.83) < 0.08
    assert tests["application"]["percentile"] > 0.97
    assert abs(tests["regulation"]["percentile"] - 0.83) < 0.08
    page = (imported.workspace / "reports" / told["run_id"] / "index.html").read_text(encoding="utf-8")
    section = unescape(page[page.index('id="luck"') : page.index("<nav")])
    for each in told["findings"]:
        assert each["answer"]["en"] in section
    assert section.count("of 400 random calendars (p =") == 3
