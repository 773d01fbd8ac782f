"""Axes: what a study varies, as values along which its arms, or the layers of its targets, are laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator

from stiltwalk.spec.arms import Match, PointValue
from stiltwalk.spec.errors import nearest
from stiltwalk.spec.rates import RateChoice
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.record import Record, in_words

EXAMPLES: Final = "examples"
SUBSET: Final = "subset"
LANGUAGES: Final = "languages"
SHARE: Final = "masked_lm_share"
LAYERS: Final = "layers"

AXES: Final = (LANGUAGES, SHARE, LAYERS, *(name for name in Training.model_fields))
"""Everything that can be an axis: languages, the share of masked LM, layers, and any hyper-parameter."""

EVERYTHING: Final = "all"
"""Of examples: every one; of languages: every one whose data is there; of layers: every one."""


class Axis(Record):
    """One axis of a study; a list stands for its ``values``.

    Attributes:
        values: along which arms are laid out. Of ``examples`` a number, or ``all``; of ``languages`` a
            language, a list of several that are mixed, or ``all``; of ``masked_lm_share`` 0 (without) or a
            share below 1; of ``layers`` indices from 0 on, or ``all``; of any other axis values that the
            hyper-parameter of its name can have.
        arms: names of the arms that are laid out; ``None``: all but controls, and of ``masked_lm_share`` only
            those with masked LM. Not of ``layers``, which are the targets'.
        rate: of ``batch_size`` only: how the learning rate follows, as an arm's ``rate`` says it.
        match: of ``languages`` only: how mixes of several are held against English alone, as an arm's
            ``match`` says it; of a list each mix is laid out in every way.
    """

    values: tuple[PointValue, ...] = Field(min_length=1)
    arms: tuple[str, ...] | None = Field(None, min_length=1)
    rate: RateChoice | None = None
    match: tuple[Match, ...] = Field(("union",), min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _from_values(cls, raw: object) -> object:
        return {"values": raw} if isinstance(raw, list | tuple | str) else raw

    @field_validator("match", mode="before")
    @classmethod
    def _one_way(cls, raw: object) -> object:
        return (raw,) if isinstance(raw, str) else raw

    @field_validator("values", mode="before")
    @classmethod
    def _plain(cls, raw: object) -> object:
        if raw == EVERYTHING:
            return (EVERYTHING,)
        if isinstance(raw, list | tuple) and any(isinstance(value, bool) for value in raw):
            raise ValueError(
                f"expected numbers or words, found {list(raw)}. YAML reads yes, no, on and off as true and "
                "false: put quotation marks around the word"
            )
        return raw


def checked_axes(axes: Mapping[str, Axis]) -> dict[str, Axis]:
    """``axes`` with every value as the number or text that it stands for.

    Raises:
        ValueError: an axis that does not exist (the nearest is suggested), a value of a wrong kind, two that
            are alike, or a rate where there is no batch size.
    """
    return {name: _checked(name, axis) for name, axis in axes.items()}


def _checked(name: str, axis: Axis) -> Axis:
    if name not in AXES:
        close = nearest(name, AXES)
        hint = f" Did you mean '{close}'?" if close else ""
        raise ValueError(f"there is no axis '{name}'.{hint} There is: {', '.join(AXES)}")
    if axis.rate is not None and name != "batch_size":
        raise ValueError(f"{name}: rate is how the learning rate follows batch_size. Leave it out here")
    if axis.match != ("union",) and name != LANGUAGES:
        raise ValueError(f"{name}: match is how {LANGUAGES} are held against English. Leave it out here")
    if axis.arms is not None and name == LAYERS:
        raise ValueError(f"{LAYERS} are the targets', which every arm shares: leave arms out")
    values = tuple(_value(name, each) for each in axis.values)
    _require_different(name, values)
    _require_different(f"{name}: match", axis.match)
    if name == LAYERS and EVERYTHING in values and len(values) > 1:
        raise ValueError(f"{LAYERS}: all holds every layer. Leave out the others, or all")
    mixes = any(isinstance(value, tuple) or value == EVERYTHING for value in values)
    if axis.match != ("union",) and not mixes:
        raise ValueError(f"{LANGUAGES}: match would change nothing: no value mixes several. Leave it out")
    return axis.replace({"values": values})


def _require_different(name: str, values: Sequence[PointValue]) -> None:
    if alike := [value for at, value in enumerate(values) if value in values[:at]]:
        raise ValueError(f"{name} lists {shown(alike)} twice; name each once")


def _value(axis: str, value: PointValue) -> PointValue:
    if axis == LANGUAGES:
        return _languages(value)
    if axis == LAYERS:
        return _number(axis, value, int, "an index from 0 (embeddings) on, or all", EVERYTHING, Field(ge=0))
    if axis == SHARE:
        return _number(
            axis, value, float, "0 (without) or a share below 1, such as 0.2", None, Field(ge=0, lt=1)
        )
    known = Training.model_fields[axis]
    everything = EVERYTHING if axis == EXAMPLES else None
    expected = f"what '{axis}' can be, such as {known.default}" if known.default is not None else "a number"
    return _number(axis, value, known.annotation, expected, everything, *known.metadata)


def _number(
    axis: str, value: PointValue, kind: Any, expected: str, word: str | None, *limits: Any
) -> PointValue:
    """``value`` as the ``kind`` of number it is to be, unless it is ``word``."""
    if word is not None and value == word:
        return value
    try:
        number: PointValue = TypeAdapter(Annotated[(kind, *limits)] if limits else kind).validate_python(
            value
        )
    except ValidationError as error:
        said = in_words(error.errors()[0])
        words = f"{expected} or all" if word == EVERYTHING and axis == EXAMPLES else expected
        raise ValueError(f"{axis}: expected {words}, found {_shown(value)} ({said})") from None
    return number


def _languages(value: PointValue) -> PointValue:
    """A single language as it is; several as they are mixed."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and value:
        return value[0] if len(value) == 1 else value
    raise ValueError(
        f"{LANGUAGES}: expected a language such as de, a list of several such as [en, de], or all, found "
        f"{_shown(value)}"
    )


def _shown(value: PointValue) -> str:
    return str(list(value)) if isinstance(value, tuple) else repr(value)


def word_of(axis: str, value: PointValue) -> str:
    """What the name of an arm ends in at ``value`` of a hyper-parameter's axis, such as ``-n1000``."""
    short = {EXAMPLES: "n", "batch_size": "b"}.get(axis, axis)
    if value is None:
        return f"-no-{axis}"
    return f"-{value}" if isinstance(value, str) else f"-{short}{plain(value)}"


def plain(number: object) -> str:
    """A number as people write it: ``3`` for 3.0, ``2e-05``."""
    whole = isinstance(number, float) and number.is_integer()
    return str(int(number)) if isinstance(number, float) and whole else str(number)


def shown(values: Sequence[PointValue]) -> str:
    """Values of an axis in one line."""
    return ", ".join(
        "+".join(v) if isinstance(v, tuple) else "none" if v is None else plain(v) for v in values
    )
