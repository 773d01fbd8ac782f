"""Cures that several reviewers name: a study run once more, and what goes on with the one there is."""

from __future__ import annotations

from typing import Final, NamedTuple

from stiltwalk.analyse.audit.hours import hours_left, hours_of_seeds
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.decisions.standing import FEWEST_SEEDS

_AGAIN: Final = "-again"
_LONGEST: Final = 80 - len(_AGAIN)
"""Characters of a study's name that leave room for more of them."""


class Cure(NamedTuple):
    """What to do, and the machine time it takes in hours (NaN: not known)."""

    what: str
    hours: float


def repeated(subject: Subject, seeds: int = FEWEST_SEEDS) -> Cure:
    """The study under so many seeds, of none of which a result was seen before its analysis was on record.

    Seeds that are added to results that were seen already are no fresh evidence, so a study that has results
    is run again under another name and with seeds of its own.
    """
    seeds = max(seeds, FEWEST_SEEDS, len(subject.study.seeds))
    if not subject.begun:
        more = seeds - len(subject.study.seeds)
        return Cure(
            f"Ask for {seeds} seeds before the first run: -o seeds={seeds}.", hours_of_seeds(subject, more)
        )
    name, first = subject.study.study, max(subject.study.seeds) + 1
    fresh = ",".join(str(first + place) for place in range(seeds))
    what = (
        f"Run it again as a study of its own, under {seeds} seeds that nobody has seen results of: stiltwalk "
        f"run {name} -o study={name[:_LONGEST]}{_AGAIN} -o 'seeds=[{fresh}]'."
    )
    return Cure(what, hours_of_seeds(subject, seeds))


def completed(subject: Subject) -> Cure:
    """What is planned and not finished."""
    return Cure(f"Run what is missing: stiltwalk run {subject.study.study}.", hours_left(subject))


def changed(subject: Subject, what: str) -> str:
    """``what`` as a change of the study: of another one, once there are results of this."""
    return f"{'In a new study' if subject.begun else 'Before the first run'} {what}."
