"""The store: round trips, generations, and what happens when a disk or a process fails."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tidy_builder import cn_rows, rows_of, write_rows, write_tidy

from hypebasket.errors import DamagedDataError, DataGapError, StoreError
from hypebasket.files import UNFINISHED, write_atomically
from hypebasket.sources import store as store_module
from hypebasket.sources.folder import read_folder
from hypebasket.sources.lock import hold_lock
from hypebasket.sources.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tidy(tmp_path / "tidy")


@pytest.fixture
def store(tmp_path: Path, folder: Path) -> Store:
    filled = Store(tmp_path / "data" / "store")
    filled.import_folder(folder)
    return filled


def change(folder: Path) -> None:
    rows = cn_rows()
    rows[0]["volume"] = "1001"
    write_rows(folder / "bars_cn.csv", rows)


def stored_files(store: Store) -> list[Path]:
    return [p for p in sorted(store.root.rglob("*")) if p.is_file() and p.name != "lock"]


def test_what_was_read_is_what_is_loaded(store: Store, folder: Path) -> None:
    read, loaded = read_folder(folder).data, store.load()
    for name in ("bars", "actions", "indices"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(read, name))
    assert loaded.instruments == read.instruments
    assert (loaded.source, loaded.synthetic, loaded.content_hash) == (read.source, read.synthetic, read.content_hash)
    assert loaded.warnings == read.warnings


def test_some_symbols_only(store: Store) -> None:
    whole, some = store.load(), store.load(["600519.SH", "NVDA.US", "000001.SZ"])
    assert list(some.bars["symbol"].unique()) == ["600519.SH", "NVDA.US"]
    assert len(some.bars) == 16
    assert some.content_hash == whole.content_hash
    assert len(some.indices) == 8
    assert not any("00700.HK" in warning.en or "bars_hk" in warning.en for warning in some.warnings)
    assert store.load([]).bars.empty


def test_many_symbols_are_divided_and_joined_again(tmp_path: Path) -> None:
    rows = [row for i in range(70) for row in rows_of(f"600{i:03d}.SH", 10.0)]
    folder = write_tidy(tmp_path / "tidy", cn=rows)
    store = Store(tmp_path / "store")
    manifest = store.import_folder(folder).manifest
    assert [len(o.symbols) for o in manifest.objects if o.origin == "bars_cn.csv"] == [64, 6]
    pd.testing.assert_frame_equal(store.load().bars, read_folder(folder).data.bars)


def test_equal_content_makes_no_new_generation(store: Store, tmp_path: Path) -> None:
    before = [(p, p.read_bytes()) for p in stored_files(store)]
    parquet = write_tidy(tmp_path / "again" / "tidy", ".parquet")
    outcome = store.import_folder(parquet)
    assert (outcome.is_new, outcome.manifest.generation) == (False, 1)
    assert [(p, p.read_bytes()) for p in stored_files(store)] == before


def test_other_content_makes_a_generation_and_keeps_the_old(store: Store, folder: Path) -> None:
    first = store.root / "generations" / "000001.json"
    kept = first.read_bytes()
    change(folder)
    outcome = store.import_folder(folder)
    assert (outcome.is_new, outcome.manifest.generation, outcome.manifest.previous) == (True, 2, 1)
    assert first.read_bytes() == kept
    assert store.status().generations == 2
    assert store.load().bars["volume"].max() == 1001
    assert store.verify().problems == ()


def test_a_changed_flag_alone_makes_a_generation(store: Store, folder: Path) -> None:
    facts = {"name": "tidy", "synthetic": True}
    (folder / "dataset.json").write_text(json.dumps(facts), encoding="utf-8")
    assert store.import_folder(folder).is_new
    assert store.load().synthetic


def test_the_manifest_says_where_it_came_from(store: Store, folder: Path) -> None:
    manifest = store.import_folder(folder).manifest
    assert manifest.folder == "tidy"
    assert {f.name: f.rows for f in manifest.files}["bars_cn.csv"] == 16
    assert "amount_blank" in {finding.kind for finding in manifest.findings}
    assert str(folder.parent) not in (store.root / "generations" / "000001.json").read_text(encoding="utf-8")


def test_an_empty_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert store.is_empty
    assert store.status().manifest is None
    for act in (store.load, store.verify):
        with pytest.raises(DataGapError, match="the store is empty"):
            act()
    assert not store.root.exists()


def test_a_refused_folder_leaves_the_store_as_it_was(store: Store, folder: Path) -> None:
    rows = cn_rows()
    rows[0]["high"] = "1.00"
    write_rows(folder / "bars_cn.csv", rows)
    before = [(p, p.read_bytes()) for p in stored_files(store)]
    with pytest.raises(DamagedDataError):
        store.import_folder(folder)
    assert [(p, p.read_bytes()) for p in stored_files(store)] == before


@pytest.mark.parametrize("where", [0.0, 0.7])
def test_a_flipped_byte_anywhere_is_found_and_healed_by_importing(
    store: Store, folder: Path, tmp_path: Path, where: float
) -> None:
    names = [path.relative_to(store.root) for path in stored_files(store)]
    assert len(names) == 8  # three bars objects, actions, indices, instruments, a manifest, CURRENT
    for i, name in enumerate(names):
        copy = Store(tmp_path / f"copy{i}")
        shutil.copytree(store.root, copy.root)
        content = bytearray((copy.root / name).read_bytes())
        content[int(where * (len(content) - 1))] ^= 0x01
        (copy.root / name).write_bytes(bytes(content))
        assert copy.verify().problems, name
        with pytest.raises(DamagedDataError, match=r"import the folder again"):
            copy.load()
        assert copy.import_folder(folder).is_new == (name.parts[0] != "objects")
        assert copy.verify().problems == (), name
        assert copy.load().content_hash == store.load().content_hash


def test_any_flipped_bit_is_found(store: Store, tmp_path: Path) -> None:
    """Sixty bits at random, in every kind of file: verify finds each, and a load uses none of what it damaged."""
    dice = random.Random(2024)
    names = [path.relative_to(store.root) for path in stored_files(store)]
    for i in range(60):
        copy = Store(tmp_path / f"copy{i}")
        shutil.copytree(store.root, copy.root)
        path = copy.root / names[i % len(names)]
        content = bytearray(path.read_bytes())
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(bytes(content))
        try:
            problems = copy.verify().problems
        except (DamagedDataError, DataGapError) as error:
            problems = (error.message,)
        assert problems, (names[i % len(names)], content)
        with pytest.raises((DamagedDataError, DataGapError)):
            copy.load()
        shutil.rmtree(copy.root)


def test_damage_names_the_object_and_spares_other_symbols(store: Store) -> None:
    manifest = store.status().manifest
    assert manifest is not None
    stored = next(o for o in manifest.objects if "00700.HK" in o.symbols)
    path = store.root / "objects" / stored.file_name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedDataError, match=f"objects/{stored.file_name}: its bytes are not"):
        store.load(["00700.HK"])
    assert len(store.load(["600519.SH"]).bars) == 8
    path.unlink()
    with pytest.raises(DamagedDataError, match="cannot be read: No such file"):
        store.load()


def test_an_import_stopped_before_any_write_leaves_the_old_generation(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = store.load()
    change(folder)
    left: list[int] = []

    def stopping(path: Path, content: bytes) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        write_atomically(path, content)

    monkeypatch.setattr(store_module, "write_atomically", stopping)
    for write in (1, 2, 3):  # the changed object, the manifest, CURRENT
        left[:] = [write]
        with pytest.raises(KeyboardInterrupt):
            store.import_folder(folder)
        assert store.verify().problems == ()
        pd.testing.assert_frame_equal(store.load().bars, old.bars)
        for path in store.root.glob("objects/*"):
            if path.name not in {o.file_name for o in store.status().manifest.objects}:  # type: ignore[union-attr]
                path.unlink()
    left[:] = [99]
    assert store.import_folder(folder).is_new
    assert store.load().content_hash == read_folder(folder).data.content_hash


def test_leftovers_of_a_killed_import_are_removed(store: Store, folder: Path) -> None:
    leftover = store.root / "objects" / f"{UNFINISHED}abc"
    leftover.write_bytes(b"half")
    assert store.verify().problems == ()
    store.import_folder(folder)
    assert not leftover.exists()


def test_a_second_import_is_refused_while_one_runs(store: Store, folder: Path) -> None:
    with (
        hold_lock(store.root / "lock"),
        pytest.raises(StoreError, match="another import or fetch is writing"),
    ):
        store.import_folder(folder)
    assert not store.import_folder(folder).is_new


def test_a_full_disk_is_told_and_leaves_nothing_behind(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    change(folder)
    before = stored_files(store)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left on device; free space") as caught:
            store.import_folder(folder)
    assert caught.value.exit_code == 3
    assert stored_files(store) == before
    assert store.verify().problems == ()


def test_a_place_where_nothing_can_be_written(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "data" / "store").import_folder(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_store_can_be_read_but_not_filled(store: Store, folder: Path) -> None:
    change(folder)
    (store.root / "objects").chmod(0o555)
    try:
        with pytest.raises(StoreError, match="Permission denied"):
            store.import_folder(folder)
        assert len(store.load().bars) == 32
    finally:
        (store.root / "objects").chmod(0o755)
