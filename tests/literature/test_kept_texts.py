"""Tests of kept texts: found again while what they were read from is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.literature import kept_texts
from stiltwalk.literature.kept_texts import KeptTexts
from stiltwalk.literature.records.papers import Paper, Text, Work
from tests.literature.synthetic import work

TEXT = Text(work=work(1).key, of="full text", origin="x", sha256="0" * 64, text="All of it.")


def _own(name: str) -> Work:
    paper = Paper(source="folder", id=name, title="Mine", full_text=(name,))
    return Work(key=f"file:{name}", paper=paper, records=(paper,))


def test_texts_come_back(tmp_path: Path) -> None:
    """A text is found for the same work, and not for one with another abstract or address."""
    texts = KeptTexts(tmp_path)
    known = work(1)
    assert texts.find(known, None) is None
    texts.keep(known, None, TEXT)
    assert KeptTexts(tmp_path).find(known, None) == TEXT
    for change in ({"abstract": "New."}, {"full_text": ("https://example.org/a.pdf",)}):
        assert texts.find(known.replace({"paper": known.paper.replace(change)}), None) is None


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    """A text in a folder goes by the bytes of its file, wherever the folder lies."""
    texts = KeptTexts(tmp_path / "texts")
    for folder, content in (("one", "same"), ("two", "same"), ("three", "other")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(content, encoding="utf-8")
    texts.keep(_own("a.txt"), tmp_path / "one", TEXT)
    assert texts.find(_own("a.txt"), tmp_path / "one") == TEXT
    assert texts.find(_own("a.txt"), tmp_path / "two") == TEXT
    assert texts.find(_own("a.txt"), tmp_path / "three") is None


def test_an_abstract_in_place_of_a_text_is_not_kept(tmp_path: Path) -> None:
    """Where a full text has an address it may be had next time; where it has none, the abstract is all."""
    texts = KeptTexts(tmp_path)
    abstract = TEXT.replace({"of": "abstract"})
    paper = work(1).paper.replace({"full_text": ("https://example.org/a.pdf",)})
    texts.keep(work(1).replace({"paper": paper}), None, abstract)
    assert [*tmp_path.iterdir()] == []
    texts.keep(work(1), None, abstract)
    assert texts.find(work(1), None) == abstract


def test_other_versions_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of another version of extraction, or one that cannot be read, is as good as none."""
    texts = KeptTexts(tmp_path)
    texts.keep(work(1), None, TEXT)
    (path,) = tmp_path.rglob("*.json")
    path.write_text('{"text": {"work": 5}}', encoding="utf-8")
    assert texts.find(work(1), None) is None
    texts.keep(work(1), None, TEXT)
    assert KeptTexts(tmp_path).find(work(1), None) == TEXT
    monkeypatch.setattr(kept_texts, "EXTRACTION", kept_texts.EXTRACTION + 1)
    assert KeptTexts(tmp_path).find(work(1), None) is None
