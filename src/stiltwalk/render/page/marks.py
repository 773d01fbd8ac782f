"""Caveats as footnotes: a letter beside every number that one touches, leading to its sentence and back."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterable, Mapping
from string import ascii_lowercase
from typing import Final, NamedTuple

from markupsafe import Markup

from stiltwalk.render.contents import Contents
from stiltwalk.render.tables.table import Table, html

_LINE: Final = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL: Final = re.compile(r"<(t[hd])([^>]*)>((?:<bdi>)?)([^<]*)((?:</bdi>)?)</\1>")
_TARGETS: Final = "target"
"""The heading of columns that name targets."""
_ARMS: Final = "arm"
"""The first heading of tables whose other headings may name targets."""
_LONG: Final = 40
"""Letters from which a cell is given more room."""
_UNBROKEN: Final = 24
"""Letters from which a word may be broken."""


class Mark(NamedTuple):
    """One caveat.

    Attributes:
        letter: its sign: ``a``, ``b``, … ``z``, ``aa``.
        sentence: what must be known.
        targets: whose numbers it touches.
        general: whether these are all targets that have numbers; then it is marked once, not at each of them.
    """

    letter: str
    sentence: str
    targets: tuple[str, ...]
    general: bool


class Marked(NamedTuple):
    """A table with its marks.

    Attributes:
        html: the table.
        letters: of the caveats that its cells are marked with.
    """

    html: Markup
    letters: tuple[str, ...]


def marks(contents: Contents) -> tuple[Mark, ...]:
    """The caveats that touch the numbers of any target: those of all targets first."""
    everywhere = tuple(contents.caveats_of)
    touched = [
        (tuple(target for target in everywhere if name in contents.caveats_of[target]), sentence)
        for name, sentence in contents.caveats.items()
    ]
    kept = sorted((pair for pair in touched if pair[0]), key=lambda pair: len(pair[0]) < len(everywhere))
    return tuple(
        Mark(_letter(place), sentence, targets, len(targets) == len(everywhere))
        for place, (targets, sentence) in enumerate(kept)
    )


def by_target(found: Iterable[Mark]) -> dict[str, tuple[Mark, ...]]:
    """Target → its own marks, those of all targets left out."""
    table: dict[str, tuple[Mark, ...]] = {}
    for mark in found:
        for target in mark.targets if not mark.general else ():
            table[target] = (*table.get(target, ()), mark)
    return table


def marked(table: Table, own: Mapping[str, tuple[Mark, ...]]) -> Marked:
    """``table`` as HTML, with marks where it names a target.

    Long cells are of class ``long``, those with a long word of class ``breaks``; a short name of several
    parts, which need not be broken, is of class ``whole``.

    The first mark of a letter is what the caveat's sentence leads back to.

    Args:
        table: the table.
        own: target → its marks.
    """
    used: dict[str, None] = {}
    columns = [column.name.lower() == _TARGETS for column in table.columns]
    across = bool(table.columns) and table.columns[0].name.lower() == _ARMS

    def cell(match: re.Match[str], *, names: bool) -> str:
        tag, given, opened, text, closed = match.groups()
        found = own.get(markup.unescape(text), ()) if names else ()
        links = "".join(
            _link(mark.letter, "" if mark.letter in used else f"table-{table.name}") for mark in found
        )
        used.update(dict.fromkeys(mark.letter for mark in found))
        sup = f'<sup class="marks">{links}</sup>' if links else ""
        return f"<{tag}{_classed(tag, given, text)}>{opened}{text}{closed}{sup}</{tag}>"

    def line(match: re.Match[str]) -> str:
        places = iter(range(len(columns)))
        heading = across and 'scope="col"' in match[0]
        return _CELL.sub(lambda found: cell(found, names=columns[next(places)] or heading), match[0])

    # every part is of the escaped table, or a letter of ours
    return Marked(Markup(_LINE.sub(line, html(table))), tuple(used))  # noqa: S704


def _classed(tag: str, given: str, text: str) -> str:
    """The attributes ``given`` of a cell, with what its text calls for."""
    word = "number" not in given and "col" not in given and " " not in text and len(text) <= _UNBROKEN
    classes = [
        *(["whole"] if word and "-" in text else []),
        *(["long"] if tag == "td" and not given and len(text) > _LONG else []),
        *(["breaks"] if max(map(len, text.split()), default=0) > _UNBROKEN else []),
    ]
    if not classes:
        return given
    if 'class="' in given:
        return given.replace('class="', f'class="{" ".join(classes)} ')
    return f'{given} class="{" ".join(classes)}"'


def reference(letter: str, place: str) -> str:
    """The id of the mark at ``place`` that the caveat's sentence leads back to."""
    return f"mark-{letter}-{place}"


def _link(letter: str, place: str) -> str:
    aim = f' id="{reference(letter, place)}"' if place else ""
    return f'<a href="#caveat-{letter}"{aim} aria-label="caveat {letter}">{letter}</a>'


def _letter(place: int) -> str:
    more, last = divmod(place, len(ascii_lowercase))
    return (_letter(more - 1) if more else "") + ascii_lowercase[last]
