"""The abstract of a synthesis: sentences made of its counts, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from stiltwalk.analyse.decisions.wording import listed
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.synthesis.grouping import counts
from stiltwalk.render.synthesis.naming import many, share, source_title, thousands


def abstract(synthesis: Synthesis) -> tuple[str, ...]:
    """What was searched and included, what became of its claims, and what reviewers give; in sentences."""
    return (*_searched(synthesis), *_included(synthesis), *_claims(synthesis), *_score(synthesis))


def _searched(synthesis: Synthesis) -> Iterator[str]:
    names = [source_title(each.source) for each in synthesis.searched]
    found = synthesis.screening
    if not names:
        yield "No source was searched."
        return
    yield (
        f"{many(len(names), 'source')} {'was' if len(names) == 1 else 'were'} searched ({listed(names)}), "
        f"which gave {many(found.identified, 'record')}"
        + (f", {thousands(found.duplicates)} of them duplicates." if found.duplicates else ".")
    )
    failed = [source_title(each.source) for each in synthesis.searched if each.failed]
    if failed:
        yield f"Not all of them answered to the end: {listed(failed)}."


def _included(synthesis: Synthesis) -> Iterator[str]:
    found = synthesis.screening
    included = len(found.included)
    if not included:
        yield (
            "No work was included, so this synthesis says nothing of the question."
            if not found.excluded
            else f"All {many(len(found.excluded), 'work')} were left out, so this synthesis says nothing of "
            "the question."
        )
        return
    left = f" and {thousands(len(found.excluded))} left out" if found.excluded else ""
    yield (
        f"{many(included, 'work')} {'was' if included == 1 else 'were'} included{left}; "
        f"{thousands(found.full_texts)} could be read in full, {thousands(included - found.full_texts)} by "
        "abstract alone."
    )


def _claims(synthesis: Synthesis) -> Iterator[str]:
    every = len(synthesis.checked)
    if not every:
        if synthesis.works:
            yield "No sentence that states a result was found in them."
        return
    of = counts(synthesis.checked)
    yield (
        f"They state {many(every, 'claim')}, each held against the other works: "
        f"{share(of['supported'], every)} supported, {share(of['contradicted'], every)} contradicted, "
        f"{share(of['disputed'], every)} disputed, {share(of['without evidence'], every)} without evidence "
        "enough."
    )


def _score(synthesis: Synthesis) -> Iterator[str]:
    known = sum(each.score is not None for each in synthesis.scores)
    if synthesis.total is not None:
        yield f"{many(known, 'reviewer')} {'gives' if known == 1 else 'give'} it {synthesis.total:.1f} of 10."
