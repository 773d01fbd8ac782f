"""Tests of kept files: each content is taken apart once, as long as the same reader would say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.literature import kept_files
from stiltwalk.literature.full_text.apart import Foreign, Said, said_of, taken_apart
from stiltwalk.literature.full_text.limits import Limits
from stiltwalk.literature.full_text.parts import TAKING_APART
from stiltwalk.literature.kept_files import KeptFiles
from tests.literature.full_text.pdfs import column, pdf

PAPER = pdf([column(["Training on SQuAD first"]), column(["It helps, as we see."])])


class Children:
    """Child processes that are counted.

    Attributes:
        count: how many there were.
    """

    def __init__(self, limits: Limits) -> None:
        self.count = 0
        self._limits = limits

    def __call__(self, kind: Foreign, content: bytes) -> Said:
        """What one says."""
        self.count += 1
        return said_of(kind, content, self._limits)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    """All child processes of a test."""
    made = Children(Limits())
    monkeypatch.setattr(kept_files, "said_of", made)
    return made


def test_each_content_is_taken_apart_once(tmp_path: Path, children: Children) -> None:
    """By whoever asks, in this run and the next; a file that was changed is another one."""
    expected = taken_apart("pdf", PAPER)
    assert [KeptFiles(tmp_path).taken_apart("pdf", PAPER) for _ in range(3)] == [expected] * 3
    assert children.count == 1
    changed = KeptFiles(tmp_path).taken_apart("pdf", PAPER.replace(b"helps", b"hurts"))
    assert changed.pages[1].lines[0].text == "It hurts, as we see."
    assert children.count == 2


def test_a_file_that_is_refused_is_not_opened_again(tmp_path: Path, children: Children) -> None:
    """The same bytes are broken the next time too, and the reason is the same."""
    both = [KeptFiles(tmp_path).taken_apart("pdf", b"%PDF-1.4 and no more") for _ in range(2)]
    assert both[0] == both[1]
    assert "no whole PDF file" in both[0].refused
    assert children.count == 1


def test_what_was_ended_by_force_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy now may have the time and the memory later."""
    monkeypatch.setattr(kept_files, "said_of", Children(Limits(megabytes=20)))
    assert "20 MB" in KeptFiles(tmp_path).taken_apart("pdf", PAPER).ended
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("harm", [b"", b"{}", PAPER])
def test_what_is_damaged_is_taken_apart_again(tmp_path: Path, children: Children, harm: bytes) -> None:
    """A kept file that is not what was put there costs a child process, and is replaced."""
    first = KeptFiles(tmp_path).taken_apart("pdf", PAPER)
    (path,) = tmp_path.rglob("*.json")
    whole = path.read_bytes()
    for damaged in (harm, whole.replace(b"SQuAD", b"SQuAB")):
        path.write_bytes(damaged)
        assert KeptFiles(tmp_path).taken_apart("pdf", PAPER) == first
        assert path.read_bytes() == whole
    assert children.count == 3


def test_another_reader_reads_again(
    tmp_path: Path, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the code, of the library, or other limits may say something else."""
    KeptFiles(tmp_path).taken_apart("pdf", PAPER)
    for name, value in (
        ("TAKING_APART", TAKING_APART + 1),
        ("library_version", lambda _: "0"),
        ("NORMAL", Limits(pages=1)),
    ):
        monkeypatch.setattr(kept_files, name, value)
        KeptFiles(tmp_path).taken_apart("pdf", PAPER)
    assert children.count == 4
