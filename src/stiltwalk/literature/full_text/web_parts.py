"""Web pages taken apart by trafilatura: main text, headings. For the child process: it may take its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.characters import one_line
from stiltwalk.literature.full_text.limits import Limits
from stiltwalk.literature.full_text.parts import Body, End, Head, Part, Refused

_WHOLE: Final = frozenset({"p", "item", "quote", "row", "code", "lb"})


def parts_of(content: bytes, _limits: Limits) -> Iterator[Part]:
    """Parts of the web page ``content``, without what surrounds its text."""
    from trafilatura import bare_extraction  # noqa: PLC0415  only this command needs it

    try:
        found = bare_extraction(
            content, include_comments=False, include_tables=True, include_formatting=False, with_metadata=True
        )
    except Exception as error:  # a broken page may raise anything
        yield Refused(f"it is no readable web page ({one_line(str(error))[:120] or type(error).__name__})")
        return
    if found is None or isinstance(found, dict):  # a dictionary is given on request only
        yield Refused("it is a web page without a main text")
        return
    yield Head(title=one_line(found.title or ""), authors=one_line(found.author or ""))
    yield Body(tuple(_blocks(found.body)))
    yield End()


def _blocks(element: Any) -> Iterator[Block]:
    """Blocks of trafilatura's tree: of head, p, list with item, table with row and cell, quote."""
    for each in element:
        if each.tag == "head":
            yield Block(_text(each), heading=True)
        elif each.tag == "row":
            yield Block(f"| {' | '.join(_text(cell) for cell in each)} |")
        elif each.tag in _WHOLE:
            yield Block(_text(each))
        else:
            yield Block(one_line(each.text or ""))
            yield from _blocks(each)
        yield Block(one_line(each.tail or ""))


def _text(element: Any) -> str:
    return one_line("".join(element.itertext()))
