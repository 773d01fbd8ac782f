"""English arms and the arms of the same tasks in other languages that are held against them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from stiltwalk.analyse.decisions.arms import is_control
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.study import Study

Kind = Literal["examples", "compute", "union", "single"]

KINDS: Final[Mapping[Kind, str]] = {
    "examples": "mixes of languages, as many examples as English",
    "compute": "mixes of languages, as many steps as English",
    "union": "mixes of languages, all examples in all of them",
    "single": "one other language, as many examples as English",
}
"""How an arm is held against English, the fairest first: of the first kind that a study has is its answer."""


class Pair(NamedTuple):
    """An arm in other languages, and the English one that is its like in all else.

    Attributes:
        english: name of the English arm.
        other: name of the other.
        kind: how they are matched.
        back: names of English arms that went through the translator by one of its languages.
    """

    english: str
    other: str
    kind: Kind
    back: tuple[str, ...]

    @property
    def name(self) -> str:
        """Both, as numbers name them."""
        return f"{self.other} - {self.english}"


def language_pairs(study: Study) -> tuple[Pair, ...]:
    """Every arm in other languages beside the English arm that differs from it in nothing else."""
    english = {
        _alike(arm): arm.name
        for arm in study.intermediate
        if not is_control(arm) and arm.languages == (SOURCE_LANGUAGE,)
    }
    return tuple(
        Pair(english[_alike(arm)], arm.name, _kind(arm), _back(study, arm))
        for arm in study.intermediate
        if not is_control(arm) and arm.languages != (SOURCE_LANGUAGE,) and _alike(arm) in english
    )


def _kind(arm: ArmChoice) -> Kind:
    return "single" if arm.languages != "all" and len(arm.languages) == 1 else arm.match


def _back(study: Study, arm: ArmChoice) -> tuple[str, ...]:
    return tuple(
        other.name
        for other in study.intermediate
        if other.back_translated is not None
        and _alike(other) == _alike(arm)
        and (arm.languages == "all" or other.back_translated in arm.languages)
    )


def _alike(arm: ArmChoice) -> str:
    """All that an arm says but for its languages, its name and its place on the axes."""
    said = arm.model_dump(mode="json", exclude={"name", "point", "languages", "match", "back_translated"})
    return json.dumps(said, sort_keys=True)
