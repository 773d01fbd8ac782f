"""Tests of the ``udhr-xml`` layout."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import Split

from .fakes import fake_task, read_all, write

_TASK = fake_task("udhr-xml", {"train": Split(paths=("udhr_*.xml",))})


def test_paragraphs(tmp_path: Path) -> None:
    """Paragraphs are read wherever they stand but in notes; titles are left out; editions keep apart."""
    text = """<udhr xmlns="u"><title>T</title><note><para>edition</para></note>
        <article><title>Article 1</title><para>one</para><para/></article>
        <article><orderedlist><listitem><para>two</para></listitem></orderedlist></article></udhr>"""
    first = write(tmp_path / "udhr_a.xml", text)
    second = write(tmp_path / "udhr_b.xml.gz", "<udhr><para>three</para></udhr>")
    assert [Line("udhr_a:1", "one"), Line("udhr_a:3", "two"), Line("udhr_b:1", "three")] == [
        grouped.example for grouped in read_all(_TASK, "en", first, second)
    ]
