"""SciFact: claims about science and abstracts that speak for or against them, to measure a judge by.

The layout is that of the data set's own description (``doc/data.md`` of the repository ``allenai/scifact``,
read 2026-11-22): ``corpus.jsonl`` holds abstracts as lists of sentences, ``claims_train.jsonl``,
``claims_dev.jsonl`` and ``claims_test.jsonl`` the claims; a claim names the abstracts that it was cited with,
and for each that decides it one or more *rationales*: sentences that do so together, and their label. The
test claims have no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pydantic import Field

from stiltwalk.literature.json_lines import Line, as_record, json_lines
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import CONTRADICTED, SUPPORTED, UNKNOWN, Label, Passage
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.record import Record

CORPUS: Final = "corpus.jsonl"
SPLITS: Final = ("train", "dev", "test")

_LABELS: Final[Mapping[str, Label]] = {"SUPPORT": SUPPORTED, "CONTRADICT": CONTRADICTED}
_WORD = re.compile(r"\w+")


class Abstract(Record):
    """An abstract of the corpus.

    Attributes:
        doc_id: its number.
        title: of the paper.
        abstract: its sentences, in order.
        structured: whether it has headings within.
    """

    doc_id: int
    title: str
    abstract: tuple[str, ...]
    structured: bool = False


class Rationale(Record):
    """Sentences of one abstract that decide a claim together.

    Attributes:
        sentences: their numbers, from 0.
        label: what they do to the claim.
    """

    sentences: tuple[int, ...] = Field(min_length=1)
    label: Literal["SUPPORT", "CONTRADICT"]


class Claim(Record):
    """A claim of the data set.

    Attributes:
        id: its number.
        claim: its text.
        evidence: number of an abstract → its rationales; none: nobody found any, or it is a test claim.
        cited_doc_ids: abstracts that the claim was cited with.
    """

    id: int
    claim: str = Field(min_length=1)
    evidence: dict[int, tuple[Rationale, ...]] = {}
    cited_doc_ids: tuple[int, ...] = ()


class SciFact(NamedTuple):
    """What lies in a folder.

    Attributes:
        corpus: number → abstract.
        claims: split → its claims, of those splits that are there.
    """

    corpus: Mapping[int, Abstract]
    claims: Mapping[str, tuple[Claim, ...]]


class GoldPair(NamedTuple):
    """What a judge is asked, and what is right."""

    claim: PaperClaim
    passage: Passage
    label: Label


def read_scifact(folder: Path) -> SciFact:
    """The corpus and the claims of every split in ``folder``; fields that are not known are passed over.

    Raises:
        DataError: there is no corpus or no claims, a line is damaged, or a rationale names an abstract or a
            sentence that is not there.
    """
    path = folder / CORPUS
    corpus: dict[int, Abstract] = {}
    for line in json_lines(path):
        abstract = as_record(path, _known(line, Abstract), Abstract, "SciFact abstract")
        if abstract.doc_id in corpus:
            raise DataError(path, line.number, f"The abstract {abstract.doc_id} is there twice. Keep one.")
        corpus[abstract.doc_id] = abstract
    claims = {
        split: _claims(folder / f"claims_{split}.jsonl", corpus)
        for split in SPLITS
        if (folder / f"claims_{split}.jsonl").exists()
    }
    if not claims:
        expected = ", ".join(f"claims_{split}.jsonl" for split in SPLITS)
        raise DataError(folder, None, f"No claims are there. Expected one or more of {expected}.")
    return SciFact(corpus, claims)


def pairs(corpus: Mapping[int, Abstract], claims: Sequence[Claim]) -> tuple[GoldPair, ...]:
    """Claims beside passages, with the label that a judge should give.

    A rationale is a pair: its passage runs from its first sentence to its last. So is every cited abstract
    without a rationale: its passage is the sentence that shares the most words with the claim, the first of
    equals, and the label "not enough evidence". A cited abstract that the corpus lacks is left out.
    """
    found: list[GoldPair] = []
    for claim in claims:
        asked = _asked(claim)
        for number in dict.fromkeys((*claim.evidence, *claim.cited_doc_ids)):
            rationales = claim.evidence.get(number, ())
            abstract = corpus.get(number)
            if abstract is None or not abstract.abstract:
                continue
            found += [GoldPair(asked, _passage(abstract, r.sentences), _LABELS[r.label]) for r in rationales]
            if not rationales:
                found.append(GoldPair(asked, _passage(abstract, (_nearest(claim, abstract),)), UNKNOWN))
    return tuple(found)


def _claims(path: Path, corpus: Mapping[int, Abstract]) -> tuple[Claim, ...]:
    claims = []
    for line in json_lines(path):
        claim = as_record(path, _known(line, Claim), Claim, "SciFact claim")
        for number, rationales in claim.evidence.items():
            _check(path, line.number, number, rationales, corpus)
        claims.append(claim)
    return tuple(claims)


def _check(
    path: Path, line: int, number: int, rationales: Sequence[Rationale], corpus: Mapping[int, Abstract]
) -> None:
    """A rationale points into the corpus.

    Raises:
        DataError: it does not.
    """
    if number not in corpus:
        raise DataError(path, line, f"The evidence names the abstract {number}, which {CORPUS} lacks.")
    last = len(corpus[number].abstract) - 1
    wrong = [each for rationale in rationales for each in rationale.sentences if not 0 <= each <= last]
    if wrong:
        raise DataError(
            path,
            line,
            f"The evidence names sentence {wrong[0]} of the abstract {number}. Expected 0 to {last}.",
        )


def _known(line: Line, kind: type[Record]) -> Line:
    """Releases of the data set carry fields of their own beside the described ones."""
    fields: dict[str, Any] = {name: line.fields[name] for name in kind.model_fields if name in line.fields}
    return Line(line.number, fields)


def _asked(claim: Claim) -> PaperClaim:
    """SciFact takes no claim apart: its slots are empty, and a judge reads the sentence."""
    return PaperClaim(
        id=f"scifact:{claim.id}",
        work=f"scifact:claim:{claim.id}",
        start=0,
        end=len(claim.claim),
        quote=claim.claim,
        subject="",
    )


def _passage(abstract: Abstract, sentences: Sequence[int]) -> Passage:
    """From the first of ``sentences`` to the last, in the text of all sentences with a space between."""
    first, last = min(sentences), max(sentences)
    start = sum(len(each) + 1 for each in abstract.abstract[:first])
    quote = " ".join(abstract.abstract[first : last + 1])
    return Passage(work=f"scifact:{abstract.doc_id}", start=start, end=start + len(quote), quote=quote)


def _nearest(claim: Claim, abstract: Abstract) -> int:
    words = set(_WORD.findall(claim.claim.casefold()))
    shared = [len(words & set(_WORD.findall(each.casefold()))) for each in abstract.abstract]
    return shared.index(max(shared))
