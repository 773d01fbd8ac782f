"""Texts for tests: a ``Text`` of plain paragraphs and headings."""

from __future__ import annotations

from stiltwalk.literature.records.papers import Section, Text


def text_of(*parts: str, work: str = "file:a.txt") -> Text:
    """A text of ``parts``, parted by empty lines; ``# Title`` opens a section of that heading."""
    whole = ""
    opened: list[tuple[str, int]] = [("", 0)]
    for part in parts:
        whole += "\n\n" if whole else ""
        if part.startswith("# "):
            opened.append((part[2:], len(whole)))
        whole += part.removeprefix("# ")
    ends = [start for _, start in opened[1:]] + [len(whole)]
    sections = tuple(
        Section(heading=heading, start=start, end=end)
        for (heading, start), end in zip(opened, ends, strict=True)
        if end > start
    )
    return Text(work=work, of="full text", origin="a.txt", sha256="0" * 64, text=whole, sections=sections)
