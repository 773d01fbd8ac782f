"""A synthesis for tests: ten recent works of four databases, whose claims support each other."""

from __future__ import annotations

from typing import Final

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import SUPPORTED, Checked, Judgement, Label, Passage, Weighed
from stiltwalk.literature.records.papers import Paper, Work
from stiltwalk.literature.records.synthesis import Question, Read, Screening, Searched, Synthesis

YEAR: Final = 2026
WORKS: Final = 10
SOURCES: Final = ("openalex", "crossref", "acl", "arxiv")
QUESTION: Final = Question(text="Does intermediate training help zero-shot transfer?", sources=SOURCES)


def work(number: int) -> Work:
    """An article of last year, as two databases describe it."""
    paper = Paper(
        source="openalex",
        id=f"W{number}",
        title=f"Paper {number}",
        authors=(f"Given Family{number}",),
        year=YEAR - 1,
        venue="Proceedings",
        kind="proceedings",
        doi=f"10.1/{number}",
    )
    return Work(key=f"doi:10.1/{number}", paper=paper, records=(paper, paper.replace({"source": "crossref"})))


def quote(number: int) -> str:
    """What work ``number`` states."""
    return f"Training on SQuAD first gains {number + 1}.5 points on XTREME."


def passage_of(number: int) -> Passage:
    """The sentence of work ``number``."""
    return Passage(work=work(number).key, start=0, end=len(quote(number)), quote=quote(number))


def weighed(number: int, label: Label = SUPPORTED) -> Weighed:
    """What work ``number`` says of a claim of another."""
    return Weighed(
        passage=passage_of(number), judgement=Judgement(label=label, confidence=0.8), relevance=1.0
    )


def checked(number: int) -> Checked:
    """The claim of work ``number``, which two other works support."""
    place = passage_of(number)
    claim = PaperClaim(
        id=f"c{number}",
        work=place.work,
        start=place.start,
        end=place.end,
        quote=place.quote,
        section="Results",
        subject="Training on SQuAD first",
        direction="better",
    )
    others = [(number + step) % WORKS for step in (1, 2)]
    return Checked(
        claim=claim, verdict=SUPPORTED, confidence=0.8, evidence=tuple(weighed(each) for each in others)
    )


def synthesis() -> Synthesis:
    """One to which every reviewer of the project gives full marks."""
    works = tuple(work(number) for number in range(WORKS))
    return Synthesis(
        name="made-up",
        question=QUESTION,
        terms=("intermedi", "train"),
        made=f"{YEAR}-11-22T12:00:00+00:00",
        searched=tuple(
            Searched(
                source=name,
                query="intermediate training",
                at=f"{YEAR}-11-22T11:00:00+00:00",
                total=5,
                found=5,
            )
            for name in SOURCES
        ),
        screening=Screening(
            identified=20,
            duplicates=10,
            included=tuple(each.key for each in works),
            full_texts=WORKS,
        ),
        works=works,
        read=tuple(
            Read(work=each.key, of="full text", origin="x", sha256="0" * 64, language="en", characters=99)
            for each in works
        ),
        checked=tuple(checked(number) for number in range(WORKS)),
        judge="lexical 1",
        retrieval="BM25",
    )
