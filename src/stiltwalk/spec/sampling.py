"""Sampling: how a training of several tasks chooses the task of each optimiser step, as a record."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from stiltwalk.spec.errors import nearest
from stiltwalk.spec.record import Record

Weights = Mapping[str, float]

_WORDS: Mapping[str, Mapping[str, float]] = {"proportional": {}, "uniform": {"exponent": 0.0}}


class Turn(Record):
    """Weights that hold at one moment of training.

    Attributes:
        at: the moment, as the share of the steps that lies behind it.
        weights: task → weight.
    """

    at: float = Field(ge=0, le=1)
    weights: Weights = Field(min_length=1)


class Sampling(Record):
    """One task is drawn for every optimiser step, as in the released code of Phang et al. 2020.

    By size: a task of ``n`` training items is drawn with probability proportional to ``min(n, cap)`` to the
    power ``exponent``; a plain ``proportional`` (the default) or ``uniform`` (exponent 0) says so in a word,
    and a ``temperature`` T is the exponent 1/T. Else by weight: fixed, or moving from one turn to the next.

    Attributes:
        cap: sizes above it count as this many items; an epoch of such a task is so long as well. The paper's
            is recalled as 131,072.
        exponent: 1 leaves shares of size as they are, 0 makes them equal.
        weights: task → weight, for all tasks of the arm.
        schedule: weights as a function of the step: on a straight line between two turns, and unchanged
            before the first and behind the last.
    """

    cap: int | None = None
    exponent: float = Field(1.0, ge=0)
    weights: Weights = {}
    schedule: tuple[Turn, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _in_a_word(cls, raw: object) -> object:
        if isinstance(raw, str):
            if raw not in _WORDS:
                close = nearest(raw, _WORDS)
                hint = f" Did you mean '{close}'?" if close else ""
                raise ValueError(
                    f"there is no sampling '{raw}'.{hint} Write {' or '.join(_WORDS)}, or a mapping with "
                    "cap, exponent or temperature, weights or schedule"
                )
            return dict(_WORDS[raw])
        if isinstance(raw, Mapping) and "temperature" in raw:
            return _cooled(raw)
        return raw

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        sized = {"cap": self.cap is not None, "exponent": self.exponent != 1}
        found = sized | {"weights": bool(self.weights), "schedule": bool(self.schedule)}
        given = [name for name, is_there in found.items() if is_there]
        if len(given) > 1 and set(given) != set(sized):
            raise ValueError(f"is by size, by weights or by a schedule of them; found {' and '.join(given)}")
        if self.cap is not None and self.cap < 1:
            raise ValueError(
                f"a cap of {self.cap} leaves nothing to draw; expected 1 or more, such as 131072"
            )
        if wrong := next(self._wrong_turns(), None):
            raise ValueError(wrong)
        return self

    def _wrong_turns(self) -> Iterator[str]:
        if any(later.at <= earlier.at for earlier, later in pairwise(self.schedule)):
            moments = [turn.at for turn in self.schedule]
            yield f"the turns of a schedule follow one another; found at: {moments}. Put them in order"
        if len({frozenset(turn.weights) for turn in self.schedule}) > 1:
            yield "every turn of a schedule weighs the same tasks; give those that rest the weight 0"
        for weights in self.every_weights:
            if any(not 0 <= weight < math.inf for weight in weights.values()):
                yield f"weights are 0 or more, found {dict(weights)}"
            if not sum(weights.values()) > 0:
                yield f"weights that sum to zero draw no task: {dict(weights)}. Give one of them a weight"
        for name in self.every_weights[0] if self.every_weights else ():
            if not any(weights.get(name) for weights in self.every_weights):
                yield f"'{name}' has the weight 0 throughout and is never drawn. Leave it out of the tasks"

    @property
    def every_weights(self) -> tuple[Weights, ...]:
        """The weights of all turns, or the fixed ones; none where sizes decide."""
        return tuple(turn.weights for turn in self.schedule) or ((self.weights,) if self.weights else ())

    def wrong_names(self, tasks: Sequence[str]) -> str | None:
        """What is wrong with the tasks that are weighed, where those of the arm are ``tasks``."""
        weighed = self.every_weights[0] if self.every_weights else dict.fromkeys(tasks, 1.0)
        for name in weighed:
            if name not in tasks:
                close = nearest(name, tasks)
                hint = f" Did you mean '{close}'?" if close else ""
                return (
                    f"sampling weighs '{name}', which is no task of the arm.{hint} It has: {', '.join(tasks)}"
                )
        absent = [name for name in tasks if name not in weighed]
        return f"sampling gives no weight to {', '.join(absent)}; give one to every task" if absent else None


def _cooled(raw: Mapping[str, object]) -> dict[str, object]:
    """``raw`` with the exponent that its temperature stands for."""
    temperature = raw["temperature"]
    number = isinstance(temperature, int | float) and not isinstance(temperature, bool)
    if not number or not 0 < temperature < math.inf:  # type: ignore[operator]
        raise ValueError(f"temperature: expected a number above 0, such as 2, found {temperature!r}")
    if "exponent" in raw:
        raise ValueError("temperature T is the exponent 1/T: give one of the two")
    others = {name: value for name, value in raw.items() if name != "temperature"}
    return others | {"exponent": 1 / temperature}  # type: ignore[operator]
