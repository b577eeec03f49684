"""A full disk and a read-only folder: exit code 3, a clear message, and what was stored before is whole.

The file systems are real: a small tmpfs in a mount namespace of its own, which needs the right to mount.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fake_vendor import FakeVendor

SOURCES = Path(__file__).parents[1]
sys.path.insert(0, str(SOURCES))

from tidy_builder import rows_of, write_tidy  # noqa: E402

CLI = f"{sys.executable} -m hypebasket --workspace"
PROGRAM = """
import sys
sys.path[:0] = [{here!r}, {sources!r}]
import requests
from fake_vendor import redirect
from hypebasket.sources import fetch
from hypebasket.sources.akshare import network
requests.adapters.HTTPAdapter.send = redirect({port})
fetch.reach = network.reach = lambda url: None
from hypebasket.cli import main
main({arguments!r})
"""


@pytest.fixture(scope="module")
def mounts() -> None:
    """Skip, and say so, where a tmpfs cannot be mounted in a namespace of its own."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here: a small file system of one's own cannot be made")
    tried = subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {tried.stderr.strip()}")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    (made / "baskets").mkdir(parents=True)
    (made / "data" / "store").mkdir(parents=True)
    return made


def within(workspace: Path, options: str, *commands: str) -> subprocess.CompletedProcess[str]:
    """Run commands, each of which must succeed but the last, with a tmpfs as the store's folder."""
    mount = f"mount -t tmpfs -o {options} tmpfs {workspace / 'data' / 'store'}"
    script = " && ".join([mount, *commands])
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.usefixtures("mounts")
def test_a_full_disk_during_an_import(workspace: Path, tmp_path: Path) -> None:
    small = write_tidy(tmp_path / "small")
    large = write_tidy(tmp_path / "large", cn=[row for i in range(300) for row in rows_of(f"600{i:03d}.SH", 10.0 + i)])
    run = f"{CLI} {workspace}"
    full = within(workspace, "size=100k", f"{run} -q data import {small}", f"{run} data import {large}")
    assert full.returncode == 3, full.stderr
    assert "No space left on device; free space" in full.stderr
    assert "Traceback" not in full.stderr
    after = within(
        workspace, "size=100k", f"{run} -q data import {small}", f"({run} -q data import {large}; {run} data verify)"
    )
    assert after.returncode == 0, after.stderr
    assert "1 generations" in after.stdout


@pytest.mark.usefixtures("mounts")
def test_a_full_disk_during_a_fetch(workspace: Path) -> None:
    with FakeVendor() as vendor:
        arguments = ["--workspace", str(workspace), "fetch", "600519.SH", "300418.SZ", "--from", "2024-02-01", "--to",
                     "2024-03-29", "--pace", "0"]  # fmt: skip
        program = PROGRAM.format(
            here=str(Path(__file__).parent), sources=str(SOURCES), port=vendor.port, arguments=arguments
        )
        script = workspace / "fetch.py"
        script.write_text(program, encoding="utf-8")
        full = within(workspace, "size=28k", f"{sys.executable} {script}")
    assert full.returncode == 3, full.stderr
    assert "No space left on device; free space" in full.stderr
    assert "Traceback" not in full.stderr


@pytest.mark.usefixtures("mounts")
def test_a_read_only_store_is_read_and_not_written(workspace: Path, tmp_path: Path) -> None:
    small = write_tidy(tmp_path / "small")
    run = f"{CLI} {workspace}"
    lock = f"mount -o remount,ro {workspace / 'data' / 'store'}"
    refused = within(workspace, "size=1m", f"{run} -q data import {small}", lock, f"{run} data import {small}")
    assert refused.returncode == 3, refused.stderr
    assert "Read-only file system; give yourself the right" in refused.stderr
    read = within(workspace, "size=1m", f"{run} -q data import {small}", lock, f"{run} data verify")
    assert read.returncode == 0, read.stderr
