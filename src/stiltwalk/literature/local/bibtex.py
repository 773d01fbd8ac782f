"""BibTeX files: their entries as papers, and the files that entries name."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from stiltwalk.literature.full_text.characters import one_line
from stiltwalk.literature.full_text.plain_files import decoded
from stiltwalk.literature.identities import doi_of
from stiltwalk.literature.records.papers import Kind, Paper
from stiltwalk.spec.extras import not_installed

MOST_BYTES: Final = 16 * 2**20
MOST_LATEX: Final = 20_000
"""Characters of a field beyond which it is no title or abstract, and left as it is."""

_KINDS: Final[Mapping[str, Kind]] = {
    "article": "article",
    "book": "book",
    "booklet": "book",
    "conference": "proceedings",
    "inbook": "book",
    "incollection": "book",
    "inproceedings": "proceedings",
    "manual": "report",
    "mastersthesis": "thesis",
    "online": "other",
    "phdthesis": "thesis",
    "proceedings": "proceedings",
    "report": "report",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "preprint",
}
_VENUES: Final = (
    "journal",
    "journaltitle",
    "booktitle",
    "school",
    "institution",
    "howpublished",
    "publisher",
)
_LANGUAGES: Final[Mapping[str, str]] = {
    "american": "en", "british": "en", "chinese": "zh", "english": "en", "french": "fr", "german": "de",
    "ngerman": "de", "italian": "it", "japanese": "ja", "portuguese": "pt", "russian": "ru", "spanish": "es",
}  # fmt: skip

_PART: Final = re.compile(r"\"[^\"]*\"|\{[^{}]*\}|[\w.:+-]+")
_JOINED: Final = re.compile(rf"\s*(?:{_PART.pattern})(?:\s*#\s*(?:{_PART.pattern}))+\s*")


class Entry(NamedTuple):
    """An entry of a BibTeX file.

    Attributes:
        paper: as the entry describes it; its ``id`` is the entry's key.
        files: paths that it names, as written, with forward slashes.
    """

    paper: Paper
    files: tuple[str, ...]


class Library(NamedTuple):
    """What a BibTeX file holds.

    Attributes:
        entries: in order.
        unreadable: sentences: entries that could not be read, with their lines.
    """

    entries: tuple[Entry, ...]
    unreadable: tuple[str, ...]


def read_bibtex(content: bytes, name: str) -> Library:
    """The entries of the BibTeX file ``content``, which messages call ``name``.

    Raises:
        UserError: the library that reads them is not installed.
    """
    if len(content) > MOST_BYTES:
        said = f"{name}: it has {len(content) / 2**20:.0f} MB; {MOST_BYTES // 2**20} MB are read at most."
        return Library((), (said,))
    try:
        from bibtexparser.entrypoint import parse_string  # noqa: PLC0415  only this command needs it
        from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts  # noqa: PLC0415
    except ImportError:
        raise not_installed("bibtexparser", "Reading BibTeX files") from None
    # what it logs is said again below, with the file's name
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    text = decoded(content)
    unreadable = [f"{name}: {note}" for note in text.notes]
    parsed = parse_string(text.text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    strings = {str(each.key): str(each.value) for each in parsed.strings}
    entries: list[Entry] = []
    for entry in parsed.entries:
        fields = {field.key.lower(): _concatenated(field.value, strings) for field in entry.fields}
        made = _entry(str(entry.key), str(entry.entry_type).lower(), fields)
        if made.paper.title:
            entries.append(made)
        else:
            unreadable.append(f"{name}, line {_line(entry)}: entry '{entry.key}' has no title.")
    for block in parsed.failed_blocks:
        why = one_line(str(block.error))[:160] or "it is no whole entry"
        unreadable.append(f"{name}, line {_line(block)}: {why}.")
    return Library(tuple(entries), tuple(unreadable))


def _concatenated(value: object, strings: Mapping[str, str]) -> object:
    """``value``, in which texts that ``#`` joins are one; the library resolves names that stand alone."""
    if not isinstance(value, str) or not _JOINED.fullmatch(value):
        return value
    parts = (found.group() for found in _PART.finditer(value))
    return "".join(part[1:-1] if part[0] in '"{' else strings.get(part, part) for part in parts)


def _line(block: Any) -> int:
    return int(block.start_line or 0) + 1


def _entry(key: str, kind: str, fields: Mapping[str, Any]) -> Entry:
    said = {name: one_line(value) for name, value in fields.items() if isinstance(value, str)}
    year = re.search(r"\b(1[6-9]|20)\d\d\b", said.get("year") or said.get("date") or "")
    paper = Paper(
        source="folder",
        id=key,
        title=plain_latex(said.get("title", "")),
        authors=tuple(_authors(fields.get("author"))),
        year=int(year.group()) if year else None,
        venue=next((plain_latex(said[name]) for name in _VENUES if said.get(name)), ""),
        kind=_KINDS.get(kind, "" if kind == "misc" else "other"),
        doi=doi_of(said.get("doi", "") or _web(said, "doi.org/")),
        arxiv=_arxiv(said),
        abstract=plain_latex(said.get("abstract", "")),
        language=_language(said.get("langid") or said.get("language") or ""),
        url=said.get("url", "") if re.match(r"https?://", said.get("url", "")) else "",
    )
    return Entry(paper, tuple(_files(said.get("file", ""))))


def plain_latex(text: str) -> str:
    """``text`` without LaTeX's signs, on one line; as it is where it is no LaTeX."""
    if len(text) > MOST_LATEX or not re.search(r"[\\{}$~]|--|``|''", text):
        return one_line(text)
    # a bare % is a comment to LaTeX, and would take the rest of an abstract with it
    escaped = re.sub(r"(?<!\\)%", r"\\%", text)
    if len(signs := re.findall(r"(?<!\\)\$", escaped)) % 2:  # one of them is of money
        escaped = re.sub(r"(?<!\\)\$", r"\\$", escaped, count=len(signs))
    try:
        latex = import_module("pylatexenc.latex2text")  # bibtexparser brings it
        return one_line(str(latex.LatexNodes2Text(math_mode="text").latex_to_text(escaped)))
    except ImportError:
        raise not_installed("bibtexparser", "Reading BibTeX files") from None
    except Exception:  # what is no LaTeX may break it anywhere, and is text all the same
        return one_line(re.sub(r"[{}]", "", text))


def _authors(people: object) -> Iterator[str]:
    for person in people if isinstance(people, list) else []:
        parts = [*person.first, *person.von, *person.last, *person.jr]
        name = plain_latex(" ".join(parts))
        if name and name.lower() != "others":
            yield name


def _web(said: Mapping[str, str], part: str) -> str:
    return said.get("url", "") if part in said.get("url", "") else ""


def _arxiv(said: Mapping[str, str]) -> str:
    """The number at arXiv, from ``eprint`` (not arXiv's alone), an address, or ``arXiv:`` elsewhere."""
    archive = (said.get("archiveprefix") or said.get("eprinttype") or "").lower()
    places = [said.get("eprint", "")] if archive in {"", "arxiv"} else []
    places += [
        _web(said, "arxiv.org/"),
        *(said[name] for name in ("journal", "note") if "arxiv" in said.get(name, "").lower()),
    ]
    for place in places:
        if found := re.search(r"(?<!\d)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?!\d)", place):
            return found.group(1).lower()
    return ""


def _language(said: str) -> str:
    return said.lower() if re.fullmatch(r"[A-Za-z]{2}", said) else _LANGUAGES.get(said.lower(), "")


def _files(said: str) -> Iterator[str]:
    """Paths in a ``file`` field: bare, or ``description:path:type`` parted by semicolons (JabRef, Zotero)."""
    for one in re.split(r"(?<!\\);", said):
        bare = re.sub(r"\\([:;\\_])", r"\1", one.replace("\\\\", "/")).strip("{} ")
        parts = [bare, *(part for part in re.split(r"(?<![A-Za-z]):|:(?![/\\])", bare) if part != bare)]
        for part in parts:
            path = part.strip().replace("\\", "/")
            if PurePosixPath(path).suffix:
                yield path
