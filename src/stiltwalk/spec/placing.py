"""Placing: a study's arms laid out along its axes, and the layers of its targets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from stiltwalk.spec.arms import MIXED, ArmChoice, PointValue, languages_name
from stiltwalk.spec.axes import (
    EVERYTHING,
    EXAMPLES,
    LANGUAGES,
    LAYERS,
    SHARE,
    SUBSET,
    Axis,
    plain,
    shown,
    word_of,
)
from stiltwalk.spec.errors import StudyError, unknown_name
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.targets import TargetChoice, reads_layers
from stiltwalk.spec.tasks import TASKS, Catalogue

MOST_ARMS: Final = 10_000
"""More are no study that anybody could pay for."""

MATCH: Final = "match"
"""In a point: how a mix of languages is held against English alone."""

Point = Mapping[str, PointValue]


def laid_out(study: Study, where: str, tasks: Catalogue = TASKS) -> Study:
    """``study`` with one arm for each value in place of every arm that lies along an axis.

    Several axes of an arm make their cross product. Each new arm says its ``point`` and is called after it.
    The values of ``layers`` become the layers of every target that is read by layer. A study that was laid
    out before stays as it is.

    Args:
        study: the study.
        where: names the study in messages.
        tasks: every known task that it does not declare itself.

    Raises:
        UserError: an axis that changes nothing, or what an arm or target says itself; an unknown arm; more
            than ``MOST_ARMS``.
    """
    before = any(arm.point for arm in study.intermediate)
    arms = study.intermediate if before else _arms(study, where)
    _require_points(arms, study.axes, where)
    targets = _targets(study, where, tasks)
    if (arms, targets) == (study.intermediate, study.targets):
        return study
    said = study.model_dump(exclude_unset=True)
    return parse(Study, said | {"intermediate": arms, "targets": targets}, where)


def _require_points(arms: Sequence[ArmChoice], axes: Mapping[str, Axis], where: str) -> None:
    """Refuse arms and axes that do not fit: one was changed after the arms had been laid out.

    And axes some value of which no arm has: of all examples there is no second subset.
    """
    cure = (
        "Where the arms of a study are laid out already, change its axes in the file that it comes from, or "
        "take point out of every arm."
    )
    for arm in arms:
        for name, value in arm.point.items():
            axis = axes.get(LANGUAGES if name == MATCH else name)
            known = () if axis is None else axis.match if name == MATCH else axis.values
            if value not in known:
                has = shown(known) or "nothing"
                what = f"lies at {name} {shown([value])}, where the axes have {has}"
                raise StudyError(f"{where}: arm '{arm.name}' {what}. {cure}")
            if _said(arm, name) != (None if value == EVERYTHING and name == EXAMPLES else value):
                raise StudyError(
                    f"{where}: arm '{arm.name}' lies at {name} {shown([value])}, but does not say so. {cure}"
                )
    for name, axis in axes.items():
        taken = [arm.point.get(name) for arm in arms if name in arm.point]
        absent = [value for value in axis.values if value not in taken]
        if name != LAYERS and absent:
            raise StudyError(f"{where}: axis '{name}': no arm lies at {shown(absent)}. {cure}")


def _said(arm: ArmChoice, name: str) -> PointValue:
    """What ``arm`` says itself of the axis ``name``."""
    if name == LANGUAGES:
        return arm.languages if arm.languages == EVERYTHING or len(arm.languages) > 1 else arm.languages[0]
    if name == MATCH:
        return arm.match
    if name == SHARE:
        return arm.masked_lm.share if arm.masked_lm is not None else 0.0
    return arm.training.get(name)


def _arms(study: Study, where: str) -> tuple[ArmChoice, ...]:
    axes = {name: axis for name, axis in study.axes.items() if name != LAYERS}
    hit = {name: _hit(name, axis, study, where) for name, axis in axes.items()}
    along = {
        arm.name: {name: axis for name, axis in axes.items() if arm.name in hit[name]}
        for arm in study.intermediate
    }
    count = sum(math.prod(len(_values(n, axis)) for n, axis in own.items()) for own in along.values())
    if count > MOST_ARMS:
        raise StudyError(
            f"{where}: the axes lay out up to {count} arms, and {MOST_ARMS} is the most. Leave out values, "
            "or name the arms of an axis (arms: [...])."
        )
    found: dict[str, ArmChoice] = {}
    for arm in study.intermediate:
        for each in _along(arm, along[arm.name], where):
            # equal points of two arms, such as a share of 0 of two ways to mix, are one arm
            if found.setdefault(each.name, each) != each:
                raise StudyError(
                    f"{where}: two arms would be called '{each.name}' once they are laid out along the axes. "
                    "Leave one of them out, or name it differently."
                )
    return tuple(found.values())


def _hit(name: str, axis: Axis, study: Study, where: str) -> set[str]:
    """Names of the arms that are laid out along an axis."""
    arms = {arm.name: arm for arm in study.intermediate}
    if axis.arms is None:
        usual = [arm for arm in arms.values() if arm.longer_by is None and arm.back_translated is None]
        found = [arm for arm in usual if name != SHARE or arm.masked_lm is not None]
    else:
        for each in axis.arms:
            if each not in arms:
                raise unknown_name(f"arm of axis '{name}' in {where} called", each, arms)
        found = [arms[each] for each in axis.arms]
    if not found:
        what = "arm that mixes in masked LM" if name == SHARE else "arm but controls and 'none'"
        raise StudyError(f"{where}: axis '{name}' would change nothing: there is no {what}. Leave it out.")
    for arm in found:
        if wrong := next(_wrong(name, axis, arm, study), None):
            raise StudyError(f"{where}: axis '{name}': arm '{arm.name}' {wrong}")
    return {arm.name for arm in found}


def _wrong(name: str, axis: Axis, arm: ArmChoice, study: Study) -> Iterator[str]:
    """Why ``arm`` cannot lie along the axis ``name``."""
    if arm.longer_by is not None:
        yield "is a control that trains nothing in between. Name the arms that do."
    if name == SHARE and arm.masked_lm is None:
        yield "mixes in no masked LM whose share could be set. Give it masked_lm: {text: [...]}."
    if name == LANGUAGES and arm.back_translated is not None:
        yield "is back-translated English. Name arms without back_translated."
    own = arm.masked_lm.model_fields_set if name == SHARE and arm.masked_lm else arm.model_fields_set
    if name in arm.training or (name == LANGUAGES and name in own) or (name == SHARE and "share" in own):
        said = "share" if name == SHARE else name
        yield f"says itself what {said} is. Leave it out there, or name other arms."
    if axis.rate is not None and arm.rate is not None:
        yield "has a rate of its own beside the axis's. Leave one of them out."
    steps = "steps" in study.axes or arm.training.get("steps") or study.recipe.intermediate.get("steps")
    if name == "epochs" and steps:
        yield "trains for a number of steps, whatever the epochs. Leave out the steps, or this axis."


def _values(name: str, axis: Axis) -> list[dict[str, PointValue]]:
    """The points of one axis: its values; of languages, each mix in every way to match it."""
    found: list[dict[str, PointValue]] = []
    for value in axis.values:
        mixed = name == LANGUAGES and (isinstance(value, tuple) or value == EVERYTHING)
        found += [{name: value, MATCH: way} for way in axis.match] if mixed else [{name: value}]
    return found


def _along(arm: ArmChoice, axes: Mapping[str, Axis], where: str) -> Iterator[ArmChoice]:
    """``arm`` at every point of its axes; as it is where it has none."""
    if not axes:
        yield arm
        return
    rate = next((axis.rate for axis in axes.values() if axis.rate is not None), None)
    for parts in product(*(_values(name, axis) for name, axis in axes.items())):
        point = {name: value for part in parts for name, value in part.items()}
        if point.get(EXAMPLES) == EVERYTHING:  # of which there is one draw: the arms of all become one
            point.pop(SUBSET, None)
        raw = _moved(arm, point) | ({} if rate is None else {"rate": rate})
        place = f"{where}, '{arm.name}' along the axes"
        yield parse(ArmChoice, raw | {"name": _name(arm, raw, point, place), "point": point}, place)


def _moved(arm: ArmChoice, point: Point) -> dict[str, Any]:
    """What ``arm`` says, changed to lie at ``point``; without a name."""
    raw = arm.model_dump(exclude_unset=True, exclude={"name"})
    changed = {
        name: None if value == EVERYTHING else value
        for name, value in point.items()
        if name not in {LANGUAGES, SHARE, MATCH}
    }
    if changed:
        raw["training"] = {**arm.training, **changed}
    if point.get(LANGUAGES, SOURCE_LANGUAGE) != SOURCE_LANGUAGE:
        raw[LANGUAGES] = point[LANGUAGES]
    if MATCH in point:
        raw[MATCH] = point[MATCH]
    if SHARE in point:
        raw["masked_lm"] = {**raw["masked_lm"], "share": point[SHARE]} if point[SHARE] else None
    return raw


def _name(arm: ArmChoice, raw: Mapping[str, Any], point: Point, where: str) -> str:
    """What the arm at ``point`` is called: as by default or by its own name, and then where it lies."""
    if "name" in arm.model_fields_set:
        stem = arm.name
        if LANGUAGES in point:
            spoken: Any = point[LANGUAGES]
            listed: Sequence[str] | Any = (
                spoken if isinstance(spoken, tuple) or spoken == EVERYTHING else (spoken,)
            )
            stem += languages_name(listed, raw.get(MATCH, "union"))
    else:
        stem = parse(ArmChoice, {**raw, "masked_lm": None} if SHARE in point else raw, where).name
    if point.get(SHARE) and arm.masked_lm is not None:
        stem += MIXED[arm.masked_lm.placement].replace("+mlm", f"+mlm{plain(point[SHARE])}")
    others = (word_of(name, value) for name, value in point.items() if name not in {LANGUAGES, SHARE, MATCH})
    return stem + "".join(others)


def _targets(study: Study, where: str, tasks: Catalogue) -> tuple[TargetChoice, ...]:
    axis = study.axes.get(LAYERS)
    if axis is None:
        return study.targets
    known = catalogue_of(study, tasks)
    wanted = EVERYTHING if axis.values == (EVERYTHING,) else axis.values
    read = {target.task for target in study.targets if reads_layers(target, known)}
    if not read:
        raise StudyError(
            f"{where}: axis '{LAYERS}' would change nothing: no target compares sentences by the encoder's "
            "own states. Leave it out."
        )
    for target in study.targets:
        if target.task in read and target.layers not in {"published", wanted}:
            raise StudyError(
                f"{where}: axis '{LAYERS}': target '{target.task}' says its layers itself. Leave them out."
            )
    return tuple(
        target.replace({LAYERS: wanted}) if target.task in read else target for target in study.targets
    )
