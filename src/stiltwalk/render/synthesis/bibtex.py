"""References as BibTeX: every included work as an entry that any program reads, whatever its title holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from stiltwalk.literature.records.papers import Kind, Paper, Work
from stiltwalk.render.synthesis.citing import links_of
from stiltwalk.render.tables.table import flat

_TYPES: Final[Mapping[Kind, str]] = {
    "article": "article",
    "proceedings": "inproceedings",
    "preprint": "misc",
    "thesis": "phdthesis",
    "book": "book",
    "report": "techreport",
    "other": "misc",
    "": "misc",
}
_VENUES: Final[Mapping[str, str]] = {
    "article": "journal",
    "inproceedings": "booktitle",
    "phdthesis": "school",
    "techreport": "institution",
    "book": "publisher",
    "misc": "howpublished",
}
_SPECIAL: Final[Mapping[str, str]] = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces, escaped or not: a title's own become signs without one
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\^{}",
    "~": r"\~{}",
}
_SPOKEN: Final = str.maketrans(dict(_SPECIAL))
_VERBATIM: Final = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20", "%": "%25"})


def bibtex(works: Iterable[Work]) -> str:
    """An entry for each work, in order, UTF-8; each has a key of its own such as ``phang2020``."""
    used: set[str] = set()
    return "\n".join(_entry(work.paper, _own_key(work.paper, used)) for work in works)


def _entry(paper: Paper, key: str) -> str:
    kind = _TYPES[paper.kind]
    lines = [f"  {name} = {{{value}}}," for name, value in _fields(paper, kind)]
    return "\n".join([f"@{kind}{{{key},", *lines, "}\n"])


def _fields(paper: Paper, kind: str) -> Iterator[tuple[str, str]]:
    # braces of its own keep the title's capitals
    yield "title", f"{{{_spoken(paper.title) or 'Without a title'}}}"
    if names := [_name(each) for each in map(flat, paper.authors) if each]:
        yield "author", " and ".join(names)
    if paper.year is not None:
        yield "year", str(paper.year)
    if paper.venue:
        yield _VENUES[kind], _spoken(paper.venue)
    if paper.doi:
        yield "doi", _verbatim(paper.doi)
    if paper.arxiv:
        yield "eprint", _verbatim(paper.arxiv)
        yield "archiveprefix", "arXiv"
    if links := [*links_of(paper)]:
        yield "url", links[-1].href  # its own page; where it has none, where its number leads
    if paper.language:
        yield "langid", _spoken(paper.language)


def _spoken(text: str) -> str:
    """``text`` on one line, as LaTeX prints it."""
    return flat(text).translate(_SPOKEN)


def _name(name: str) -> str:
    """One author; one whose name would be taken apart stands in braces."""
    whole = "," in name or re.search(r"\band\b", name, re.IGNORECASE)
    return f"{{{_spoken(name)}}}" if whole else _spoken(name)


def _verbatim(text: str) -> str:
    return flat(text).translate(_VERBATIM)


def _own_key(paper: Paper, used: set[str]) -> str:
    family = flat(paper.authors[0]).split()[-1:] if paper.authors else []
    words = [*family, *flat(paper.title).split(), paper.source]
    stem = next(filter(None, map(_plain, words)), "work")
    base = f"{stem}{paper.year if paper.year is not None else ''}"
    key, number = base, 1
    while key in used:
        number += 1
        key = f"{base}-{number}"
    used.add(key)
    return key


def _plain(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", bare)[:30]
