"""What limits a synthesis: sentences made of its counts, and of how it was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from stiltwalk.analyse.decisions.wording import listed
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.synthesis.naming import many, source_title, thousands

_RULES: Final = (
    "Claims are found by rules, one sentence at a time. A result that is told over several sentences, in a "
    "table or in a figure, or in words that the rules do not know, is not among them."
)
_OTHERS: Final = (
    "A claim is held against the included works alone. Works that cite each other may repeat a number "
    "without having found it again, which counts here as support."
)


def limitations(synthesis: Synthesis) -> tuple[str, ...]:
    """What must be known before anything is made of a synthesis, a sentence each."""
    return (*_sources(synthesis), *_texts(synthesis), *_left_out(synthesis), *_ways(synthesis))


def _sources(synthesis: Synthesis) -> Iterator[str]:
    for each in synthesis.searched:
        name = source_title(each.source)
        if each.failed:
            yield (
                f"{name} failed after {many(each.found, 'record')}: {each.failed.strip().rstrip('.')}. "
                "What it would have had beyond them is missing."
            )
        elif each.total is not None and each.total > each.found:
            yield (
                f"{name} says that it has {many(each.total, 'record')} for the query; the first "
                f"{thousands(each.found)} were taken."
            )
        if each.unreadable:
            yield f"{many(len(each.unreadable), 'record')} of {name} could not be read."


def _texts(synthesis: Synthesis) -> Iterator[str]:
    included = len(synthesis.screening.included)
    abstracts = included - synthesis.screening.full_texts
    if abstracts:
        yield (
            f"Of {thousands(abstracts)} of the {many(included, 'included work')} only the abstract was read, "
            "so what stands further down in them is missing."
        )
    partly = sum(bool(each.notes) for each in synthesis.read)
    if partly:
        has = "has a note" if partly == 1 else "have notes"
        yield f"{many(partly, 'included work')} {has} on what was read, beside the reference."
    if synthesis.suspicious:
        passages = len(synthesis.suspicious)
        verb, they = ("addresses", "It") if passages == 1 else ("address", "They")
        yield (
            f"{many(passages, 'passage')} of the included works {verb} whoever reads by machine. {they} "
            f"{_was(passages)} read as text and nothing else, and no claim was taken from there."
        )


def _left_out(synthesis: Synthesis) -> Iterator[str]:
    reasons = Counter(each.reason for each in synthesis.screening.excluded)
    foreign = reasons["not in a language that is read"]
    if foreign:
        codes = listed(synthesis.question.languages)
        yield f"{many(foreign, 'work')} in other languages than {codes} {_was(foreign)} left out."
    textless = reasons["no text"] + reasons["text could not be read"]
    if textless:
        yield f"{many(textless, 'work')} {_was(textless)} left out for want of a text that could be read."
    retracted = reasons["retracted"]
    if retracted:
        yield f"{many(retracted, 'work')} {_was(retracted)} left out because a source says it is retracted."


def _ways(synthesis: Synthesis) -> Iterator[str]:
    yield _RULES
    yield _OTHERS
    yield (
        f"The judge is {synthesis.judge}; a confidence here is by its own measure of how far the evidence "
        "speaks, and no probability."
    )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
