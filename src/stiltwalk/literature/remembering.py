"""A judge that is never asked twice for the same claim and passage: a model may take a second for each."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pydantic import ValidationError

from stiltwalk.literature.entries import DamagedError, entries_in, keep_entry, read_entry
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Judge, Judgement, Passage
from stiltwalk.spec.errors import UserError

SECONDS: Final = 2.0
"""Judgements are put down when the last were so long ago: a file for each would take longer than judging."""

TOGETHER: Final = 32
"""Pairs that the judge is asked at once: no more judgements of a slow one are lost when a run is killed."""

_PLACE: Final = {"id", "work", "start", "end"}
"""Where a claim or a passage stands: the same words of another paper are judged alike."""


class RememberingJudge:
    """A judge and what it said before; leave it as a context, and the last judgements are put down.

    Judgements lie in files that each hold some, written whole or not at all, so that several runs may share
    the folder.

    Attributes:
        name: the judge's own.
        asked: of how many pairs it was asked.
    """

    def __init__(self, judge: Judge, place: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """``judge``, with what it said before below the folder ``place``."""
        self.name = judge.name
        self.asked = 0
        self._judge = judge
        self._place = place / hashlib.sha256(self.name.encode()).hexdigest()[:16]
        self._clock = clock
        self._known = _read(self._place)
        self._fresh: dict[str, Judgement] = {}
        self._written = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keep()

    def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> Sequence[Judgement]:
        """A judgement for each pair, in order; the judge is asked for those that are not known.

        Raises:
            UserError: it does not answer as a judge does.
        """
        keys = [_key(claim, passage) for claim, passage in pairs]
        unknown = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in self._known}
        waiting = iter(unknown.items())
        while together := dict(islice(waiting, TOGETHER)):
            self._ask(together)
        return [self._known[key] for key in keys]

    def _ask(self, pairs: Mapping[str, tuple[PaperClaim, Passage]]) -> None:
        said = _checked(self.name, self._judge([*pairs.values()]), len(pairs))
        self.asked += len(pairs)
        fresh = dict(zip(pairs, said, strict=True))
        self._known |= fresh
        self._fresh |= fresh
        if self._clock() - self._written >= SECONDS:
            self.keep()

    def keep(self) -> None:
        """Put down what was said since it was last done.

        Raises:
            OSError: it cannot be written.
        """
        if self._fresh:
            said = {key: each.model_dump(mode="json") for key, each in self._fresh.items()}
            keep_entry(self._place, [self.name, *sorted(said)], {"judgements": said})
        self._fresh = {}
        self._written = self._clock()


def _key(claim: PaperClaim, passage: Passage) -> str:
    """A digest of what is judged: words, slots and headings."""
    both = [each.model_dump(mode="json", exclude=_PLACE) for each in (claim, passage)]
    text = json.dumps(both, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(place: Path) -> dict[str, Judgement]:
    """All judgements in a folder; what cannot be read is asked for again."""
    found: dict[str, Judgement] = {}
    for path in entries_in(place):
        with suppress(DamagedError, ValidationError):
            said = read_entry(path)["judgements"]
            found |= {key: Judgement.model_validate(each) for key, each in said.items()}
    return found


def _checked(name: str, said: object, count: int) -> list[Judgement]:
    """What a judge said, if it is a judgement for each pair."""
    found = list(said) if isinstance(said, Sequence) else said
    if not isinstance(found, list) or not all(isinstance(each, Judgement) for each in found):
        raise UserError(
            f"The judge '{name}' answered {found!r:.120}: expected a list of Judgement "
            "(stiltwalk.literature.records.evidence), one for each pair."
        )
    if len(found) != count:
        raise UserError(
            f"The judge '{name}' gave {len(found)} judgements for {count} pairs: expected one for each, in "
            "order."
        )
    return found
