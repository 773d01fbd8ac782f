"""Plain files: text and Markdown, in whatever encoding they are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.characters import one_line, plain
from stiltwalk.literature.full_text.lines import Line, blocks_of, setting_of

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark → codec; UTF-32's begin with UTF-16's and stand before them."""

_FRONT_MATTER: Final = re.compile(r"\A---\s*\n.*?\n(?:---|\.\.\.)\s*(?:\n|$)", re.DOTALL)


class Decoded(NamedTuple):
    """The characters of a file.

    Attributes:
        text: as decoded, with a file's own line ends.
        notes: sentences: what had to be guessed or left out.
    """

    text: str
    notes: tuple[str, ...] = ()


def decoded(content: bytes) -> Decoded:
    """``content`` by its byte order mark, else as UTF-8, else as Latin-1 (Windows-1252), which is noted."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            text = content.decode(codec, errors="replace")
            bad = text.count("\ufffd") - content.count("\ufffd".encode(codec))
            return Decoded(text, (f"{bad} characters are no valid {codec.upper()}.",) if bad > 0 else ())
    try:
        text, notes = content.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        text = content.decode("cp1252", errors="replace")
        return Decoded(
            text, (f"It is no UTF-8 (at byte {error.start}); it was read as Latin-1 (Windows-1252).",)
        )
    return Decoded(text, notes)


def text_blocks(text: str) -> Iterator[Block]:
    """Paragraphs and headings of a plain text: parted by blank lines, and where lines end early."""
    return blocks_of([Line(line.strip()) for line in plain(text).split("\n")])


def markdown_blocks(text: str) -> Iterator[Block]:
    """Paragraphs and headings of Markdown, without its signs; code and HTML are left out.

    A row of a table is a paragraph of its own, its cells parted by bars. The lines of a paragraph are joined
    as those of a plain text are: authors and venue below a title stay apart.
    """
    parts = list(_markdown_parts(text))
    whole = setting_of([line for part in parts if not isinstance(part, Block) for line in part])
    for part in parts:
        if isinstance(part, Block):
            yield part
        else:
            yield from blocks_of(part, whole)


def _markdown_parts(text: str) -> Iterator[Block | list[Line]]:
    """Headings and rows of tables as blocks, paragraphs as their lines."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  rich brings it, late for others' sake

    body = _FRONT_MATTER.sub("", plain(text), count=1)
    cells: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield Block(f"| {' | '.join(cells)} |")
        elif token.type == "inline":
            words = "".join(_shown(child.type, child.content) for child in token.children or ())
            if before.type in {"td_open", "th_open"}:
                cells.append(one_line(words))
            elif before.type == "heading_open":
                yield Block(words, heading=True)
            else:
                yield [Line(one_line(line)) for line in words.split("\n")]


def _shown(kind: str, content: str) -> str:
    if kind in {"softbreak", "hardbreak"}:
        return "\n"
    return content if kind in {"text", "code_inline", "text_special"} else ""
