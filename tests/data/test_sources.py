"""Tests of where a split's examples are read from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stiltwalk.data.sources import as_on_hub, candidate_files, find, holds, hub_file, origin, present, wanted
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.task import Hub, Split, Task

from .fakes import fake_task, lines_task, write

_HUB = Hub(id="some/where", splits={"train": "train"}, columns=Columns(line="{text}"))


def _both(*languages: str) -> Task:
    """A task with files of lines, which is on a hub too."""
    return lines_task("t/{language}.txt", languages=languages or ("en",)).replace({"hub": _HUB})


def _fetched(root: Path, name: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"text": ["x"]}), path)
    return path


def test_original_files_go_first(tmp_path: Path) -> None:
    """The hub's file is read where there are no original ones, with the hub's columns."""
    task = _both()
    assert find(task, "train", "en", tmp_path) is None
    fetched = _fetched(tmp_path, "hub/fake/train.en.parquet")
    found = find(task, "train", "en", tmp_path)
    assert found is not None
    assert (found.paths, found.task.layout, found.task.columns) == ((fetched,), "columns", _HUB.columns)
    assert origin(task, "train", "en", tmp_path) == "hub"
    original = write(tmp_path / "t" / "en.txt", "x\n")
    found = find(task, "train", "en", tmp_path)
    assert found is not None
    assert (found.paths, found.task) == ((original,), task)
    assert origin(task, "train", "en", tmp_path) == "original"
    assert present(task, "train", "en", tmp_path) == [original, fetched]


def test_where_the_hubs_file_lies() -> None:
    """Its place says task, split and language; there is none for what the hub has not."""
    task = _both("en", "de")
    assert hub_file(task, "train", "de") == "hub/fake/train.de.parquet"
    assert hub_file(task, "train", "fr") is None
    assert hub_file(lines_task("a"), "train", "en") is None
    unread = task.replace({"hub": Hub(id="some/where")})
    assert hub_file(unread, "train", "en") is None
    assert wanted(task, "train", "de") == ("t/de.txt", "hub/fake/train.de.parquet")


def test_a_record_keeps_the_rest_of_itself() -> None:
    """Read as on the hub, only layout and columns of a record change."""
    task = _both()
    assert task.hub is not None
    other = as_on_hub(task, task.hub)
    assert other.replace({"layout": "lines", "columns": None}) == task


def test_tables_of_several_languages(tmp_path: Path) -> None:
    """A table holds the languages that its rows name; the others come from the hub, or are missing."""
    columns = Columns(line="{text}", where={"language": "{language}"})
    task = _both("de", "en", "fr").replace(
        {
            "layout": "columns",
            "columns": columns,
            "splits": {"train": Split(paths=("a.tsv",), languages=("de", "fr"))},
        }
    )
    path = write(tmp_path / "a.tsv", "language\ttext\nde\tx\n")
    assert [holds(task, (path,), code) for code in ("de", "fr")] == [True, False]
    assert origin(task, "train", "de", tmp_path) == "original"
    assert origin(task, "train", "fr", tmp_path) is None
    _fetched(tmp_path, "hub/fake/train.fr.parquet")
    assert origin(task, "train", "fr", tmp_path) == "hub"
    write(path, "lang\ttext\nde\tx\n")
    with pytest.raises(
        DataError, match=r"a\.tsv, line 2: expected the column 'language', found lang, text\. Did"
    ):
        holds(task, (path,), "de")


def test_parts(tmp_path: Path) -> None:
    """What parts want and have is theirs together; they come from somewhere only if all do."""
    parts = (_both().replace({"name": "one"}), _both().replace({"name": "two"}))
    task = lines_task("x").replace({"layout": None, "parts": parts, "splits": {"train": Split()}})
    assert wanted(task, "train", "en") == (
        "t/en.txt",
        "hub/one/train.en.parquet",
        "t/en.txt",
        "hub/two/train.en.parquet",
    )
    first = _fetched(tmp_path, "hub/one/train.en.parquet")
    assert present(task, "train", "en", tmp_path) == [first]
    assert origin(task, "train", "en", tmp_path) is None
    _fetched(tmp_path, "hub/two/train.en.parquet")
    assert origin(task, "train", "en", tmp_path) == "hub"


def test_candidates(tmp_path: Path) -> None:
    """Files of candidates are needed, gzipped or not; a missing one is named."""
    task = fake_task("lines", {"train": Split(paths=("a",), candidates=("c1", "c2"))})
    first = write(tmp_path / "c1.gz", "x")
    with pytest.raises(DataError, match=r"c2: no such file \(nor \.gz\), though the candidates"):
        candidate_files(task, "train", tmp_path)
    second = write(tmp_path / "c2", "x")
    assert candidate_files(task, "train", tmp_path) == (first, second)
    assert candidate_files(lines_task("a"), "train", tmp_path) == ()
