"""Noting: what whoever reads a synthesis is warned of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stiltwalk.literature.including import Included
from stiltwalk.literature.records.evidence import Passage
from stiltwalk.literature.records.synthesis import Searched


def warnings_of(
    searched: Sequence[Searched], chosen: Included, suspicious: Sequence[Passage]
) -> tuple[str, ...]:
    """A sentence for all that went wrong, or is to be known: sources, records, texts, prompts, metadata."""
    return tuple(
        dict.fromkeys(
            (
                *_of_sources(searched),
                *_of_texts(chosen),
                *_of_prompts(chosen, suspicious),
                *_of_records(chosen),
            )
        )
    )


def _of_sources(searched: Sequence[Searched]) -> Iterator[str]:
    for each in searched:
        if each.failed:
            got = f"it gave {each.found} records" if each.found else "it gave nothing"
            yield f"{each.source} was not searched to its end ({got}): {_sentence(each.failed)}"
        yield from (f"{each.source}: {_sentence(said)}" for said in each.unreadable)


def _of_texts(chosen: Included) -> Iterator[str]:
    for work, text in zip(chosen.works, chosen.texts, strict=True):
        yield from (f"{work.paper.title}: {_sentence(note)}" for note in text.notes)


def _of_prompts(chosen: Included, suspicious: Sequence[Passage]) -> Iterator[str]:
    for work in chosen.works:
        if count := sum(each.work == work.key for each in suspicious):
            found = "1 passage addresses" if count == 1 else f"{count} passages address"
            yield (
                f"{work.paper.title}: {found} whoever reads by machine. That was read as text, and neither a "
                "claim nor evidence was taken from it."
            )


def _of_records(chosen: Included) -> Iterator[str]:
    for work in chosen.works:
        yield from (f"{work.paper.title}: {_sentence(each)}" for each in work.differences)


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."
