"""Scales: one study file that asks its question in several sizes, of which one is taken at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stiltwalk.spec.errors import StudyError, nearest, unknown_name

SCALED: Final = (
    *("question", "encoders", "intermediate", "targets", "seeds", "axes", "recipe", "execution"),
    *("tasks", "translation", "measure", "analysis", "keep"),
)
"""The fields that a scale may hold: all of a study's but its name."""

MERGED: Final[Mapping[str, str]] = {"recipe": "name", "execution": "", "analysis": "decision"}
"""Fields of which a scale changes only what it says → what a plain text in their place stands for."""


def scales_of(raw: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Names of the scales in a study as it was written, the default first; none where it has none.

    Raises:
        StudyError: ``scales`` is no mapping of mappings, or a scale has a field that none can have.
    """
    if raw.get("scales") is None:
        return ()
    scales = raw["scales"]
    if not isinstance(scales, Mapping) or not scales:
        raise StudyError(
            f"{where}: scales: expected a mapping such as {{pocket: {{seeds: 3}}, full: {{seeds: 5}}}}, "
            f"found {scales!r}."
        )
    for name, changes in scales.items():
        _check(str(name), changes, where)
    return tuple(map(str, scales))


def at_scale(raw: Mapping[str, Any], scale: str | None, where: str) -> dict[str, Any]:
    """A study as it was written, at one of its scales; what has no scales stays as it is.

    The scale's fields take the place of the study's. Of ``recipe``, ``execution`` and ``analysis`` only what
    the scale says is changed, one level deep; ``null`` takes a field away. The study is then called
    ``NAME-SCALE``, and says its ``scale``.

    Args:
        raw: the fields of ``Study``, and ``scales``.
        scale: which; ``None``: the first.
        where: names the study in messages.

    Raises:
        UserError: no such scale (the nearest is suggested), none at all, or scales that cannot be.
    """
    names = scales_of(raw, where)
    if not names:
        _require_none(raw, scale, where)
        return {name: value for name, value in raw.items() if name != "scales"}
    if scale is not None and scale not in names:
        raise unknown_name(f"scale of {where} called", scale, names)
    if "scale" in raw:
        raise StudyError(
            f"{where}: scale: leave it out beside scales. The first, {names[0]}, is taken, or the one that "
            "--scale names."
        )
    taken = names[0] if scale is None else scale
    changes = next(each for name, each in raw["scales"].items() if str(name) == taken)
    found = {name: value for name, value in raw.items() if name != "scales"}
    for name, value in changes.items():
        found[name] = _merged(name, found.get(name), value)
        if value is None:
            del found[name]
    if isinstance(raw.get("study"), str):
        found["study"] = f"{raw['study']}-{taken}"
    return found | {"scale": taken}


def _merged(name: str, before: object, value: object) -> object:
    """``value`` in the place of ``before``, or over it where both say single fields."""
    if name not in MERGED or not isinstance(value, Mapping):
        return value
    if isinstance(before, str) and MERGED[name]:
        before = {MERGED[name]: before}
    return {**before, **value} if isinstance(before, Mapping) else value


def _require_none(raw: Mapping[str, Any], scale: str | None, where: str) -> None:
    """Refuse a scale of a study that has none; one that was resolved before may be named again."""
    for name in raw:
        if name not in {*SCALED, "study", "scale"} and nearest(str(name), (*SCALED, "scales")) == "scales":
            raise StudyError(f"{where}: {name}: there is no such field. Did you mean 'scales'?")
    resolved = raw.get("scale")
    if scale is None or scale == resolved:
        return
    if resolved is None:
        raise StudyError(f"{where} has no scales, so there is no '{scale}'. Leave --scale out.")
    raise StudyError(
        f"{where} is a study at scale '{resolved}' already, not at '{scale}'. Leave --scale out, or name the "
        "file or preset that it comes from."
    )


def _check(name: str, changes: object, where: str) -> None:
    # the name becomes part of the study's, which is also a folder's
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise StudyError(
            f"{where}: scales: '{name}' cannot be a name. Use letters, digits and hyphens, such as pocket."
        )
    if not isinstance(changes, Mapping):
        raise StudyError(
            f"{where}: scales.{name}: expected a mapping such as {{seeds: 5}}, found {changes!r}."
        )
    for field in changes:
        if field not in SCALED:
            close = nearest(str(field), SCALED)
            hint = f" Did you mean '{close}'?" if close else ""
            raise StudyError(
                f"{where}: scales.{name}.{field}: a scale has no such field.{hint} It may hold: "
                f"{', '.join(sorted(SCALED))}."
            )
