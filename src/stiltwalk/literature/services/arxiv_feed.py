"""What arXiv's query API answers: an Atom feed, read with every care.

Elements are those of https://info.arxiv.org/help/api/user-manual.html, section 3.3, errors those of 3.4; what
is said of a withdrawal is in https://info.arxiv.org/help/withdraw.html (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, Never

# Python's parser resolves no external entity, and `_Builder` refuses the declaration that every attack with
# internal ones begins with; the body is of a bounded size and fed at once
# (https://docs.python.org/3/library/xml.html#xml-security, read 2026-11-22)
from xml.etree.ElementTree import (
    Element,
    ParseError,
    TreeBuilder,
    XMLParser,
)

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import fields, markup
from stiltwalk.literature.services.service import ServiceError

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_ARXIV: Final = "{http://arxiv.org/schemas/atom}"
_TOTAL: Final = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_ERRORS: Final = "/api/errors"

_ENTRY: Final = re.compile(r"<entry\b.*?(?:</entry>|(?=<entry\b)|\Z)", re.DOTALL)
_ID: Final = re.compile(r"<id[^>]{0,200}>([^<]{1,200})</id>")
_HEAD: Final = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
)

_PAPER: Final = (
    r"(?:paper|article|submission|manuscript|preprint|e-?print|work|version|draft|note|report|thesis)"
)
_WITHDRAWN: Final = re.compile(
    rf"(?:^|[.;!\]]\s+)(?:\W*withdrawn\b(?!\s+from)"
    rf"|(?:this|the|our)\s+(?:arxiv\s+)?{_PAPER}\s+(?:(?:has|have|had|is|was|been|being|now)\s+)*withdrawn\b"
    rf"|(?:the\s+)?authors?\s+(?:has|have)\s+withdrawn\s+(?:this|the|their)\s+{_PAPER}\b)",
    re.IGNORECASE,
)


class Feed(NamedTuple):
    """A page.

    Attributes:
        papers: in order.
        entries: how many entries it has, readable or not.
        total: records that the query has.
        unreadable: sentences: entries that could not be read, and why.
    """

    papers: tuple[Paper, ...]
    entries: int
    total: int | None
    unreadable: tuple[str, ...]


def read_feed(body: bytes) -> Feed:
    """The feed that ``body`` is; an entry that is broken XML costs no other its place.

    Raises:
        ServiceError: it is no feed, or one that says what was wrong with the request.
    """
    try:
        root = _parsed(body)
    except (ParseError, ValueError):
        return _read_in_pieces(body)
    if root.tag != f"{_ATOM}feed":
        raise _no_feed(body)
    entries = root.findall(f"{_ATOM}entry")
    return _feed([_read(each) for each in entries], root.findtext(_TOTAL))


def _read_in_pieces(body: bytes) -> Feed:
    """The feed that ``body`` would be, read entry by entry."""
    text = body.decode("utf-8", "replace")
    head, _, rest = text.partition("<entry")
    if "<feed" not in head or "<!DOCTYPE" in text or not rest:
        raise _no_feed(body)
    total = re.search(r"<opensearch:totalResults[^>]{0,200}>\s*(\d{1,12})\s*<", head)
    read: list[Paper | str] = []
    for entry in _ENTRY.findall("<entry" + rest):
        try:
            root = _parsed(f"{_HEAD}{entry}</feed>".encode())
        except (ParseError, ValueError):
            read.append(f"{_named(entry)} is broken XML.")
        else:
            read += [_read(each) for each in root.findall(f"{_ATOM}entry")]
    return _feed(read, total[1] if total else None)


def _parsed(body: bytes) -> Element:
    parser = XMLParser(target=_Builder())  # noqa: S314 (see the import)
    try:
        parser.feed(body)
        root = parser.close()
    except LookupError:  # it declares an encoding that nobody knows
        raise ParseError("no such encoding") from None
    if not isinstance(root, Element):
        raise ParseError("no element")
    return root


class _Builder(TreeBuilder):
    """Builds a tree of a document without a declaration of its type."""

    def doctype(self, name: str, _pubid: str | None, _system: str | None) -> Never:
        """Refuse: no feed has one.

        Raises:
            ServiceError: always.
        """
        raise ServiceError(
            f"arXiv answered with a document that declares its own type, {fields.shown(name)}, which no feed "
            "does. It was not read. Try again later."
        )


def _feed(read: list[Paper | str], total: str | None) -> Feed:
    digits = (total or "").strip()
    return Feed(
        papers=tuple(each for each in read if isinstance(each, Paper)),
        entries=len(read),
        total=int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 12 else None,
        unreadable=tuple(each for each in read if isinstance(each, str)),
    )


def _no_feed(body: bytes) -> ServiceError:
    return ServiceError(
        f"arXiv answered something else than an Atom feed: {fields.shown(body)}. Try again later."
    )


def _named(entry: str) -> str:
    found = _ID.search(entry)
    return f"Record {fields.shown(found[1].strip())}" if found else f"A record, {fields.shown(entry)},"


def _read(entry: Element) -> Paper | str:
    """The paper of ``entry``, or why there is none.

    Raises:
        ServiceError: it is an error, which arXiv sends as an entry.
    """
    said = fields.text(_text(entry, f"{_ATOM}id"))
    title = markup.from_tex(_text(entry, f"{_ATOM}title"))
    if _ERRORS in said:
        raise ServiceError(
            f"arXiv does not take the request: {fields.shown(_text(entry, f'{_ATOM}summary'))}. "
            "Simplify the query."
        )
    number = fields.arxiv_number(said)
    if not number:
        return f"A record, {fields.shown(title or said)}, has no arXiv number: {fields.shown(said)}."
    if not title:
        return f"Record {fields.shown(number)} has no title."
    comment = fields.text(_text(entry, f"{_ARXIV}comment"))
    abstract = markup.from_tex(_text(entry, f"{_ATOM}summary"))
    withdrawn = bool(_WITHDRAWN.search(comment) or _WITHDRAWN.match(abstract))
    return Paper(
        source="arxiv",
        id=number,
        title=title,
        authors=tuple(filter(None, (_name(each) for each in entry.iterfind(f"{_ATOM}author")))),
        year=fields.year(_text(entry, f"{_ATOM}published").strip()[:4]),
        venue=markup.from_tex(_text(entry, f"{_ARXIV}journal_ref")),
        kind="preprint",
        doi=fields.doi(_text(entry, f"{_ARXIV}doi")),
        arxiv=number,
        abstract=abstract,
        url=f"https://arxiv.org/abs/{number}",
        # a version that says that the paper is withdrawn has no text
        full_text=() if withdrawn else fields.without_repeats(_texts(entry), 1),
        retracted=withdrawn,
    )


def _text(element: Element, path: str) -> str:
    """All text in the first ``path`` of ``element``: none of these elements should hold others."""
    found = element.find(path)
    return "" if found is None else "".join(found.itertext())


def _name(author: Element) -> str:
    return markup.from_tex(_text(author, f"{_ATOM}name"))


def _texts(entry: Element) -> Iterator[str]:
    for link in entry.iterfind(f"{_ATOM}link"):
        if link.get("title") == "pdf" or link.get("type") == "application/pdf":
            # the feed still has addresses of the old kind, which lead to these
            yield re.sub(
                r"^http://(?=(?:export\.)?arxiv\.org/)", "https://", fields.web_address(link.get("href"))
            )
