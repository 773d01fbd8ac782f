"""Markup in titles and abstracts, JATS, HTML, MathML and TeX, as the plain text that it stands for."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final

from stiltwalk.literature.services import fields
from stiltwalk.spec.extras import not_installed

LONGEST: Final = 20_000
"""Characters of a title or an abstract that are looked at: nobody writes longer ones."""

DEEPEST: Final = 50
"""Elements within each other that are told apart."""

# elements that Crossref's records have: those of JATS in abstracts, "face markup" (b, i, u, ovl, sup, sub,
# scp, tt) and MathML in titles (https://support.crossref.org/hc/en-us/articles/214532023-Face-markup, read
# 2026-11-22). Whatever else stands in angle brackets is kept: "a < b and c > d" is no element.
_ELEMENTS: Final = frozenset(
    """
    abstract abstracts alternatives annotation annotation-xml article-title b bold br break caption div
    disp-formula disp-quote em emphasis email ext-link fn graphic h1 h2 h3 h4 h5 h6 hr i img inline-formula
    inline-graphic italic label li list list-item math monospace named-content ol overline ovl p para pre
    sans-serif sc scp sec section semantics small span strike strong styled-content sub subtitle sup
    supplementary-material table td tex-math title tr tt u ul underline uri xref
    """.split()
)
_PREFIXES: Final = frozenset({"jats", "mml", "m", "xhtml"})
_TAG: Final = re.compile(
    r"<(?P<end>/?)(?:(?P<prefix>[A-Za-z]+):)?(?P<name>[A-Za-z][\w.-]{0,30})"
    r"""(?:\s+[\w:.-]{1,60}\s*=\s*(?:"[^"<>]{0,2000}"|'[^'<>]{0,2000}'))*\s*(?P<empty>/?)>"""
)
_BLOCKS: Final = frozenset(
    "abstract br break caption disp-formula disp-quote div h1 h2 h3 h4 h5 h6 hr li list list-item ol p para "
    "pre sec section table td title tr ul".split()
)
_DROPPED: Final = frozenset({"annotation", "annotation-xml", "graphic", "img", "inline-graphic"})

_TEX: Final = re.compile(r"[\\${}]|``|''")
_UNESCAPED: Final = re.compile(r"(?<!\\)([%&#])")
_TIE: Final = re.compile(r"(?<=[\w.,)}])~(?=[\w\\$({])")
_FORMULA: Final = re.compile(r"(?<!\\)(\$\$?)(?=\S)((?:[^$\\]|\\.){1,1000}?)(?<=\S)\1(?!\d)")
_FORMULA_LETTER: Final = re.compile("[\U0001d400-\U0001d7ff]")
_DOLLAR: Final = re.compile(r"(?<!\\)\$")
_COMMAND: Final = re.compile(r"\\[A-Za-z]+\*?|[\\${}]")


def from_jats(value: object) -> str:
    """``value`` as plain text; paragraphs and headings are lines, parted by empty ones.

    Entities are decoded twice: some records hold them twice over. A formula that is given in MathML and in
    TeX is kept once, a first heading that says no more than ``Abstract`` is left out.
    """
    if not isinstance(value, str):
        return ""
    once = _without_elements(html.unescape(value[:LONGEST]))
    again = _without_elements(html.unescape(once))
    paragraphs = [each for each in map(from_tex, re.split(r"\n\s*\n", again)) if each]
    if paragraphs and paragraphs[0].rstrip(".:").lower() == "abstract":
        del paragraphs[0]
    return "\n\n".join(paragraphs)


def from_tex(value: object) -> str:
    """``value`` as one line of plain text, where it looks like TeX; otherwise as it is.

    Authors type percent signs, tildes and prices as they would anywhere: they are no comments, ties and
    formulas here. No file is read and no macro of the text's own is carried out.
    """
    found = fields.text(value)[:LONGEST]
    if not _TEX.search(found):
        return found
    typed = _TIE.sub(" ", found).replace("~", r"\textasciitilde{}")
    typed = _dollars_escaped(_UNESCAPED.sub(r"\\\1", typed))
    try:
        text = _tex_reader()(typed)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        text = _COMMAND.sub(" ", found)  # the reader is made for documents and may trip over debris
    read = fields.text(plain_letters(text.replace("\u00ad", "").replace("<cit.>", "")))
    return read or fields.text(_COMMAND.sub(" ", found))


def plain_letters(text: str) -> str:
    """``text`` with a letter in place of each one that Unicode has for formulas alone, bold or slanted."""
    return _FORMULA_LETTER.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)


def _dollars_escaped(text: str) -> str:
    """``text`` with a backslash before every dollar sign that opens and closes no formula."""
    kept: list[str] = []
    at = 0
    for formula in _FORMULA.finditer(text):
        kept += [_DOLLAR.sub(r"\\$", text[at : formula.start()]), formula.group()]
        at = formula.end()
    return "".join([*kept, _DOLLAR.sub(r"\\$", text[at:])])


@cache
def _tex_reader() -> Callable[[str], str]:
    try:
        from pylatexenc.latex2text import (  # type: ignore[import-untyped]  # noqa: PLC0415 (an extra)
            LatexNodes2Text,
        )
    except ImportError:
        raise not_installed("pylatexenc", "reading TeX in titles and abstracts") from None
    # without a folder that it is told to read from, \input brings nothing; definitions are passed over
    reader = LatexNodes2Text(math_mode="text", keep_comments=True)

    def read(text: str) -> str:
        return str(reader.latex_to_text(text))

    return read


def _without_elements(text: str) -> str:
    """``text`` without elements; blocks are parted by an empty line."""
    kept: list[str] = []
    at = 0
    inside: list[str] = []  # elements whose text is left out, and alternatives
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        if name not in _ELEMENTS and (tag["prefix"] or "").lower() not in _PREFIXES:
            continue
        if not _left_out(inside):
            kept.append(text[at : tag.start()])
        at = tag.end()
        _enter_or_leave(inside, name, tag)
        if name in _BLOCKS:
            kept.append("\n\n")
    if not _left_out(inside):
        kept.append(text[at:])
    return "".join(kept)


def _left_out(inside: list[str]) -> bool:
    """Whether text at this place is another form of what stands beside it, or none at all."""
    return bool(inside) and (
        inside[-1] in _DROPPED or (inside[-1] == "tex-math" and "alternatives" in inside)
    )


def _enter_or_leave(inside: list[str], name: str, tag: re.Match[str]) -> None:
    if name not in _DROPPED and name not in {"tex-math", "alternatives"}:
        return
    if tag["end"]:
        if name in inside:
            del inside[len(inside) - 1 - inside[::-1].index(name) :]
    elif not tag["empty"] and len(inside) < DEEPEST:
        inside.append(name)
