"""Tests of finding, opening and identifying files."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.data.files import (
    content_sha256,
    data_folder,
    locate,
    matches,
    plain_name,
    read_lines,
    read_text,
    stored,
    stream_lines,
)
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.tasks import TASKS

from .fakes import lines_task, write


@given(content=st.binary(max_size=300))
@settings(deadline=None)  # writes files
def test_gzip_changes_no_hash(content: bytes) -> None:
    """A file's hash is that of its unpacked content."""
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "a"
        packed = Path(folder) / "a.gz"
        plain.write_bytes(content)
        packed.write_bytes(gzip.compress(content))
        expected = hashlib.sha256(content).hexdigest()
        assert expected == content_sha256(plain) == content_sha256(packed)


def test_lines_end_at_newlines_only(tmp_path: Path) -> None:
    """Characters that Python also calls line ends stay inside a sentence."""
    path = write(tmp_path / "a.txt", "\ufeffone\u2028still one\x85\r\n\ntwo")
    assert read_lines(path) == ["one\u2028still one\x85", "", "two"]


def test_text_without_a_last_line_end(tmp_path: Path) -> None:
    """An empty file has no line, and a last line end adds none."""
    assert read_lines(write(tmp_path / "a", "")) == []
    assert read_lines(write(tmp_path / "b.gz", "x\n")) == ["x"]


def test_not_utf8_names_line_and_byte(tmp_path: Path) -> None:
    """Text in another encoding is refused where it stops being UTF-8."""
    path = tmp_path / "latin.txt"
    path.write_bytes(b"fine\ncaf\xe9\n")
    with pytest.raises(
        DataError, match=r"latin\.txt, line 2: expected UTF-8, found the byte 0xe9 at offset 8"
    ):
        read_text(path)


@pytest.mark.parametrize("kept", [0, 5, 30, -1])
def test_cut_gzip(tmp_path: Path, kept: int) -> None:
    """A gzipped file that was cut short anywhere is refused, also when only its hash is wanted."""
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"some words that compress badly: qjxz")[:kept])
    for read in (read_text, content_sha256):
        with pytest.raises(DataError, match=r"a\.txt\.gz: the gzipped file is cut short.*Fetch it again"):
            read(path)


def test_damaged_gzip(tmp_path: Path) -> None:
    """A file that only claims to be gzipped is refused."""
    path = tmp_path / "a.gz"
    path.write_bytes(b"plain words")
    with pytest.raises(DataError, match="not a sound gzip file"):
        read_text(path)


def test_missing_file(tmp_path: Path) -> None:
    """A missing file is named, with the way to mend it."""
    with pytest.raises(DataError, match=r"gone\.txt: no such file\. .*--data-dir"):
        read_text(tmp_path / "gone.txt")


def test_unreadable_file(tmp_path: Path) -> None:
    """A folder in a file's place is an error of the data, not of the program."""
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


def test_stored_prefers_the_plain_file(tmp_path: Path) -> None:
    """The gzipped file serves only where there is no plain one."""
    assert stored(tmp_path / "a") is None
    packed = write(tmp_path / "a.gz", "x")
    assert packed == stored(tmp_path / "a")
    plain = write(tmp_path / "a", "x")
    assert plain == stored(tmp_path / "a")


def test_locate_sorts_by_file_name(tmp_path: Path) -> None:
    """Matches are pooled in the order of file names, whatever their folders are called; plain goes first."""
    for name in ("Z/en_a.txt.gz", "A/en_b.txt", "A/en_b.txt.gz", "M/en_a2.txt", "M/de_a.txt"):
        write(tmp_path / name, "x")
    paths = locate(lines_task("*/{language}_*.txt"), "train", "en", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "Z/en_a.txt.gz",
        "M/en_a2.txt",
        "A/en_b.txt",
    ]
    assert [plain_name(path) for path in paths] == ["en_a.txt", "en_a2.txt", "en_b.txt"]


def test_locate_keeps_the_order_of_patterns(tmp_path: Path) -> None:
    """Files come pattern by pattern, so that a pair keeps its sides."""
    write(tmp_path / "z", "x")
    write(tmp_path / "a", "x")
    task = lines_task("z", "a")
    assert (tmp_path / "z", tmp_path / "a") == locate(task, "train", "en", tmp_path)
    assert {"z": (tmp_path / "z",), "a": (tmp_path / "a",)} == matches(task, "train", "en", tmp_path)


def test_locate_without_any_file(tmp_path: Path) -> None:
    """Nothing there is no error, nor is a data folder that does not exist."""
    assert locate(lines_task("a", "b"), "train", "en", tmp_path) == ()
    assert locate(lines_task("a"), "train", "en", tmp_path / "none") == ()


def test_locate_with_one_side_missing(tmp_path: Path) -> None:
    """Half a pair is an error that names the missing half."""
    write(tmp_path / "x.eng", "x")
    with pytest.raises(DataError, match=r"x\.deu: no such file \(nor x\.deu\.gz\), though x\.eng is there"):
        locate(lines_task("x.deu", "x.eng"), "train", "en", tmp_path)


def test_the_data_folder(tmp_path: Path) -> None:
    """A folder that was named is handed on, there or not; without one the message says what to do."""
    task = TASKS["xquad"]
    assert data_folder(task, tmp_path / "none") == tmp_path / "none"
    message = (
        r"Where are the original data files of 'xquad'\? Give --data-dir DIR, or set STILTWALK_DATA\. .*"
        r"'pocket-' need none\."
    )
    for ask in (
        lambda: data_folder(task, None),
        lambda: locate(task, "test", "de", None),
        lambda: matches(task, "test", "de", None),
    ):
        with pytest.raises(UserError, match=message):
            ask()


def test_only_what_is_called_pocket_needs_no_folder() -> None:
    """The message's rule of names is true of every task."""
    for name, task in TASKS.items():
        assert name.startswith("pocket-") == (task.generator is not None)


@given(text=st.text(alphabet="ab\n\r\u2028\ufeffé", max_size=30))
def test_streamed_lines_are_the_lines(text: str) -> None:
    """One at a time they are what reading the whole file gives, numbered from 1, gzipped or not."""
    with TemporaryDirectory() as folder:
        for name in ("a.txt", "a.txt.gz"):
            path = write(Path(folder) / name, text)
            assert list(stream_lines(path)) == list(enumerate(read_lines(path), start=1))


def test_a_streamed_line_that_is_no_text(tmp_path: Path) -> None:
    """The line and the byte in it are named, once it is reached."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"good\nb\xe9\n")
    lines = stream_lines(path)
    assert next(lines) == (1, "good")
    with pytest.raises(DataError, match=r"a\.txt, line 2: expected UTF-8, found the byte 0xe9 at byte 1"):
        next(lines)
