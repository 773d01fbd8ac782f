"""Tests of full and closed disks: told of in one line, and nothing lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from stiltwalk.spec.errors import UserError
from stiltwalk.store.columns import write_rows
from stiltwalk.store.disk import DiskError, explained, writing
from stiltwalk.store.store import open_store
from stiltwalk.store.studies import keep_study

from ..plan.fakes import plan
from .fakes import KEY, finish


def _failing(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Let every flush to the disk fail."""

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("os.fsync", fail)


def test_a_full_disk_at_publication(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step is not published, its draft stays, and once there is room it is published."""
    store = open_store(tmp_path)
    _failing(monkeypatch, errno.ENOSPC)
    with pytest.raises(
        DiskError, match=r"No space is left on the disk that holds .*make room there"
    ) as caught:
        finish(store)
    assert "\n" not in str(caught.value)
    assert not store.has(KEY)
    assert (store.root / "work" / "draft" / "model" / "weights").exists()
    monkeypatch.undo()
    assert finish(store)


def test_a_full_disk_under_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that cannot be written say why."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(DiskError, match=f"No space is left on the disk that holds {tmp_path}"):
        write_rows(tmp_path / "rows.parquet", [])


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_store_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Keeping a study there is refused, with what still works and what to do."""
    store = open_store(tmp_path)
    _failing(monkeypatch, code)
    message = rf"{tmp_path} cannot be written: .*can be read .*give --store a folder that you may write to"
    with pytest.raises(UserError, match=message):
        keep_study(store, plan({}), None)


def test_an_older_store_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens and stays as it is."""
    (tmp_path / "format.json").write_text('{"format": 1}')

    def closed(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr("secrets.token_hex", closed)
        assert open_store(tmp_path).root == tmp_path
    assert (tmp_path / "format.json").read_text() == '{"format": 1}'
    open_store(tmp_path)
    assert (tmp_path / "format.json").read_text().split() == ["{", '"format":', "2", "}"]


def test_other_errors_pass() -> None:
    """What is no matter of room or rights is not explained away."""
    assert explained(OSError(errno.EIO, "Input/output error"), "x") is None
    with pytest.raises(OSError, match="Input/output error"), writing(Path("x")):
        raise OSError(errno.EIO, "Input/output error")
