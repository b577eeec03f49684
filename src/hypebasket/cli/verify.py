"""``hypebasket verify``: make a run again from its manifest, and compare byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hypebasket.cli import Session, pass_session

__all__ = ["verify"]

DIFFERENCE_FOUND = 4

_KINDS = {
    "manifest": {"zh": "清单", "en": "manifest"},
    "output": {"zh": "结果文件", "en": "output"},
    "spec": {"zh": "配置", "en": "spec"},
    "data": {"zh": "数据", "en": "data"},
    "code": {"zh": "程序", "en": "code"},
    "package": {"zh": "软件包", "en": "package"},
    "rerun": {"zh": "重新运行", "en": "made again"},
}
_WORDS = {
    "same": {
        "zh": "{}：{} 个文件逐字节一致，输入与程序也与运行时相同",
        "en": "{}: {} files are byte for byte those of the run made again; inputs and programs are unchanged",
    },
    "differs": {"zh": "{}：{} 处不同", "en": "{}: {} differences"},
    "strangers": {"zh": "不属于此次运行、未核对：{}", "en": "not of the run, not compared: {}"},
}


@click.command()
@click.argument("run", metavar="RUN")
@pass_session
def verify(session: Session, run: str) -> None:
    """Make RUN (its id, the beginning of it, its folder, or 'latest') again and compare byte for byte.

    What study, placebo, sweep and capacity left is taken as well. It is made from its manifest, not from today's files:
    whatever of specs, data, code, packages or outputs is no longer as it was is told by name (exit code 4). Data that
    is missing or damaged: exit code 3.
    """
    from hypebasket.pipeline.run_folder import find_folder
    from hypebasket.pipeline.verify import verify_folder
    from hypebasket.spec.workspace import find_workspace

    workspace = find_workspace(session.workspace or Path.cwd())
    found = verify_folder(find_folder(workspace, run), workspace, session.progress)
    if session.as_json:
        session.print_json(
            {
                "run_id": found.run_id,
                "identical": found.is_identical,
                "compared": found.compared,
                "differences": [
                    {"kind": each.kind, "name": each.name, "text": each.text.model_dump()} for each in found.differences
                ],
                "not_of_the_run": found.strangers,
            }
        )
    for each in found.differences:
        session.say(f"{_KINDS[each.kind][session.lang]}  {each.name}: {each.text[session.lang]}")
    if found.strangers:
        session.say(_WORDS["strangers"][session.lang].format(", ".join(found.strangers)))
    if found.is_identical:
        session.say(_WORDS["same"][session.lang].format(found.run_id, found.compared))
        return
    session.say(_WORDS["differs"][session.lang].format(found.run_id, len(found.differences)))
    sys.exit(DIFFERENCE_FOUND)
