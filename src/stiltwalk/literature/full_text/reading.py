"""Reading a work: its file, an open full text, or its abstract, whichever is there first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from stiltwalk.literature.full_text.apart import TakeApart, taken_apart
from stiltwalk.literature.full_text.blocks import Block
from stiltwalk.literature.full_text.extract import (
    MOST_BYTES,
    Extracted,
    UnreadableTextError,
    extracted,
    kind_of,
)
from stiltwalk.literature.full_text.languages import language_of
from stiltwalk.literature.full_text.layout import laid_out
from stiltwalk.literature.records.papers import Text, Work
from stiltwalk.literature.records.synthesis import Reason
from stiltwalk.literature.services.service import Client, Request, ServiceError
from stiltwalk.literature.words import stems
from stiltwalk.spec.errors import StiltwalkError

FOLDER: Final = "folder"
"""Source of papers that are files; their ``full_text`` is a path below the folder."""

SERVICE: Final = "full text"
ACCEPT: Final = "application/pdf, text/html;q=0.9, application/xhtml+xml;q=0.8, text/plain;q=0.7"
SECONDS_BETWEEN: Final = 1.0
MOST_ADDRESSES: Final = 5

LEAST_PAGE: Final = 2500
"""Characters below which a web page holds no more than an abstract, or asks for money."""

LEAST_TITLE: Final = 0.4
"""Share of a title's words below which a text is taken for that of another paper."""


class NoTextError(StiltwalkError):
    """Nothing of a work can be read.

    Attributes:
        reason: why it is left out.
        note: what was tried: one sentence.
    """

    def __init__(self, reason: Reason, note: str) -> None:
        super().__init__(note)
        self.reason: Reason = reason
        self.note = note


class _Found(NamedTuple):
    """Bytes and where they are from."""

    content: bytes
    origin: str
    media_type: str = ""
    asked: bool = False


def text_of(
    work: Work, *, folder: Path | None, client: Client | None, apart: TakeApart = taken_apart
) -> Text:
    """What can be read of ``work``.

    A file below ``folder``, else the first open full text that ``client`` gets and that is one, else the
    abstract; what was tried in vain is noted. PDF files and web pages are taken apart by ``apart``.

    Raises:
        NoTextError: there is nothing, or nothing that can be read.
        UserError: a library that is needed is not installed.
    """
    notes: list[str] = []
    for found in _candidates(work, folder, client, notes):
        try:
            text = extracted(found.content, found.origin, found.media_type, apart)
        except UnreadableTextError as error:
            notes.append(_sentence(str(error)))
            continue
        refused = _refused(found, text, work) if found.asked else ""
        if not refused:
            return _text(work, found, text, tuple(notes))
        notes.append(f"{found.origin}: {refused}.")
    if any(character.isalpha() for character in work.paper.abstract):
        return _abstract(work, notes)
    if notes:
        raise NoTextError("text could not be read", " ".join(notes))
    raise NoTextError("no text", "No source has an abstract of it or names an open full text.")


def _candidates(work: Work, folder: Path | None, client: Client | None, notes: list[str]) -> Iterator[_Found]:
    """Files, then answers, each read when the one before was in vain; ``notes`` takes why there is none."""
    paths = [path for record in work.records if record.source == FOLDER for path in record.full_text]
    if folder is not None:
        for path in dict.fromkeys(paths):
            try:
                yield _Found(_file(folder, path), path)
            except OSError as error:
                notes.append(f"{path}: it cannot be read ({error.strerror or type(error).__name__}).")
    if client is None:
        return
    addresses = [address for address in dict.fromkeys(work.paper.full_text) if address not in paths]
    for address in addresses[:MOST_ADDRESSES]:
        if not address.lower().startswith(("http://", "https://")):
            notes.append(f"{address}: it is no address of the web.")
            continue
        try:
            answer = client.get(_request(address))
        except ServiceError as error:
            notes.append(_sentence(f"{address}: {error}"))
            continue
        yield _Found(answer.body, address, answer.media_type, asked=True)


def _request(address: str) -> Request:
    return Request(
        SERVICE,
        address,
        interval=SECONDS_BETWEEN,
        accept=ACCEPT,
        most_bytes=MOST_BYTES,
        keep_refusal=True,
    )


def _file(folder: Path, path: str) -> bytes:
    """The file at ``path``, which must lie below ``folder``, whatever links there are."""
    place = (folder / path).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_file():
        raise FileNotFoundError(2, "there is no such file in the folder")
    return place.read_bytes()


def _refused(found: _Found, text: Extracted, work: Work) -> str:
    """Why what an address gave is not the text of ``work``; empty: it may be."""
    if kind_of(found.content, found.origin, found.media_type) == "html":
        least = max(LEAST_PAGE, 2 * len(work.paper.abstract))
        if len(text.text) < least:
            return (
                f"the page has {len(text.text)} characters of text, no more than an abstract "
                "or a page that asks to pay or to sign in"
            )
    title = set(stems(work.paper.title))
    shared = title & set(stems(text.text[:20000]))
    if len(shared) < LEAST_TITLE * len(title):
        return f"it has {len(shared)} of {len(title)} words of the title: it is another text"
    return ""


def _text(work: Work, found: _Found, text: Extracted, notes: tuple[str, ...]) -> Text:
    return Text(
        work=work.key,
        of="full text",
        origin=found.origin,
        sha256=hashlib.sha256(found.content).hexdigest(),
        text=text.text,
        sections=text.sections,
        language=text.language,
        notes=(*notes, *text.notes),
    )


def _abstract(work: Work, notes: list[str]) -> Text:
    abstract = work.paper.abstract
    origin = next((each.source for each in work.records if each.abstract == abstract), work.paper.source)
    out = laid_out(Block(paragraph) for paragraph in abstract.split("\n\n"))
    language = language_of(out.text)
    why = "no full text could be read" if notes else "no source names an open full text"
    return Text(
        work=work.key,
        of="abstract",
        origin=origin,
        sha256=hashlib.sha256(abstract.encode("utf-8", errors="replace")).hexdigest(),
        text=out.text,
        sections=out.sections,
        language=language.code,
        notes=tuple(each for each in (f"Only its abstract was read: {why}.", *notes, language.note) if each),
    )


def _sentence(message: str) -> str:
    return message if message.endswith((".", "!", "?")) else f"{message}."
