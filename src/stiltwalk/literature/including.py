"""Including: which works are read, what was read of them, and why the others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from stiltwalk.literature.full_text.apart import TakeApart
from stiltwalk.literature.full_text.reading import NoTextError, text_of
from stiltwalk.literature.kept_texts import KeptTexts
from stiltwalk.literature.records.papers import Text, Work
from stiltwalk.literature.records.synthesis import Excluded, Question
from stiltwalk.literature.screening import excluded_by_text, screened
from stiltwalk.literature.services.service import Client
from stiltwalk.literature.stages import Say, Stage


class Included(NamedTuple):
    """What is left of all works once they were screened and read.

    Attributes:
        works: those that claims are taken from, in the order of works.
        texts: theirs, in the same order.
        excluded: all others, in the order of works.
    """

    works: tuple[Work, ...]
    texts: tuple[Text, ...]
    excluded: tuple[Excluded, ...]


class _Reader(NamedTuple):
    """What texts are read with."""

    question: Question
    terms: tuple[str, ...]
    kept: KeptTexts
    folder: Path | None
    client: Client | None
    apart: TakeApart


def include(
    works: Sequence[Work],
    question: Question,
    terms: tuple[str, ...],
    kept: KeptTexts,
    client: Client | None,
    apart: TakeApart,
    say: Say,
) -> Included:
    """Screen ``works`` by title and abstract, read those that are left, and screen them by their text.

    Every work is either included or excluded, for one reason.
    """
    say(Stage("screen", 0, len(works)))
    left = screened(works, question, terms)
    say(Stage("screen", len(works), len(works), f"{len(left.kept)} of {len(works)} works to read"))
    out = {each.key: each for each in left.excluded}
    texts: dict[str, Text] = {}
    folder = Path(question.folder) if question.folder else None
    reader = _Reader(question, terms, kept, folder, client, apart)
    for done, work in enumerate(left.kept):
        say(Stage("read", done, len(left.kept), work.paper.title))
        found = _read(work, reader)
        if isinstance(found, Text):
            texts[work.key] = found
        else:
            out[work.key] = found
    say(Stage("read", len(left.kept), len(left.kept), f"{len(texts)} works included"))
    return Included(
        works=tuple(work for work in works if work.key in texts),
        texts=tuple(texts[work.key] for work in works if work.key in texts),
        excluded=tuple(out[work.key] for work in works if work.key in out),
    )


def _read(work: Work, reader: _Reader) -> Text | Excluded:
    text = reader.kept.find(work, reader.folder)
    if text is None:
        try:
            text = text_of(work, folder=reader.folder, client=reader.client, apart=reader.apart)
        except NoTextError as error:
            return Excluded(
                key=work.key, title=work.paper.title, stage="text", reason=error.reason, note=error.note
            )
        reader.kept.keep(work, reader.folder, text)
    return excluded_by_text(work, text, reader.question, reader.terms) or text
