"""Extraction: the claims of a paper's text, each with the place it stands at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from stiltwalk.literature.extraction.sentences import sentences
from stiltwalk.literature.extraction.stated import Stated, stated
from stiltwalk.literature.extraction.suspicious import addressed
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Passage
from stiltwalk.literature.records.papers import Text

_PRONOUN: Final = re.compile(r"(?:it|they|this|these|both)$", re.IGNORECASE)


def claims_in(text: Text) -> tuple[PaperClaim, ...]:
    """The results that ``text`` states, in order.

    A pronoun for a subject (``It also improves …``) is replaced by the subject of the sentence before it in
    the same section, where that states a result too. No claim is taken from a sentence that addresses
    whoever reads by machine, nor from an order.
    """
    return tuple(_claims(text))


def _claims(text: Text) -> Iterator[PaperClaim]:
    passages = sentences(text)
    before = ""
    section = ""
    for passage in passages:
        found = stated(passage.quote)
        if found and addressed(passage.quote):
            found = ()
        if passage.section != section:
            before, section = "", passage.section
        for number, result in enumerate(found):
            subject = before if before and _PRONOUN.match(result.subject) else result.subject
            yield _claim(passage, number, result, subject)
            before = subject
        if not found:
            before = ""


def _claim(passage: Passage, number: int, result: Stated, subject: str) -> PaperClaim:
    place = f"{passage.work}\n{passage.start}\n{passage.end}\n{number}"
    return PaperClaim(
        id=hashlib.sha256(place.encode()).hexdigest()[:12],
        work=passage.work,
        start=passage.start,
        end=passage.end,
        quote=passage.quote,
        section=passage.section,
        subject=subject,
        comparison=result.comparison,
        direction=result.direction,
        metric=result.metric,
        values=result.values,
        data_set=result.data_set,
        condition=result.condition,
    )
