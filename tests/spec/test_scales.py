"""Tests of scales: one of several sizes of a study is taken, and the others are left alone."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.scales import SCALED, at_scale, scales_of
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import name_in, read_study, study_from, written_in

RAW: dict[str, Any] = {
    "study": "s",
    "encoders": ["x/e"],
    "targets": ["xquad"],
    "recipe": {"name": "pocket", "target": {"epochs": 2}, "intermediate": {"epochs": 5}},
    "scales": {
        "pocket": {"seeds": 2, "recipe": {"target": {"examples": 10}}, "execution": {"threads": 2}},
        "full": {"encoders": ["x/f", "x/g"], "seeds": 5, "recipe": "released", "intermediate": ["squad"]},
    },
}


def _taken(scale: str | None = None, **changes: Any) -> Study:
    return study_from(deepcopy(RAW) | changes, "here", {}, scale=scale)


def test_the_first_is_the_default() -> None:
    """Without a name the first scale is taken; the study says which, in its name too."""
    study = _taken()
    assert study == _taken("pocket")
    assert (study.study, study.scale, study.seeds) == ("s-pocket", "pocket", (1, 2))


def test_a_scale_replaces_what_it_says() -> None:
    """A list stands in place of the file's; what the scale does not say stays."""
    study = _taken("full")
    assert (study.study, study.scale) == ("s-full", "full")
    assert [each.name for each in study.encoders] == ["f", "g"]
    assert (study.arms, len(study.seeds), study.targets[0].task) == (("none", "squad"), 5, "xquad")


def test_a_recipe_is_merged_one_level_deep() -> None:
    """Of recipe, execution and analysis only the named fields change, and those as a whole."""
    small, large = _taken("pocket"), _taken("full")
    assert (small.recipe.name, small.recipe.target, small.recipe.intermediate) == (
        "pocket",
        {"examples": 10},
        {"epochs": 5},
    )
    assert (small.execution.threads, small.execution.precision) == (2, "fp32")
    # a plain name is a whole recipe
    assert (large.recipe.name, large.recipe.target) == ("released", {})


@pytest.mark.parametrize(
    ("field", "short", "changes", "found"),
    [
        ("recipe", "pocket", {"target": {"epochs": 1}}, {"name": "pocket", "target": {"epochs": 1}}),
        ("analysis", "size", {"margin": 1}, {"decision": "size", "margin": 1}),
        ("axes", {"examples": [1]}, {"batch_size": [8]}, {"batch_size": [8]}),
    ],
)
def test_short_forms_are_merged_too(field: str, short: object, changes: object, found: object) -> None:
    """A name that stands for a record stays beside what the scale changes in it; other mappings do not."""
    raw = {"study": "s", field: short, "scales": {"pocket": {field: changes}}}
    assert at_scale(raw, None, "here")[field] == found


def test_null_takes_a_field_away() -> None:
    """A scale can do without what the file says."""
    raw = {"study": "s", "measure": True, "scales": {"a": {"measure": None}, "b": {}}}
    assert "measure" not in at_scale(raw, "a", "here")
    assert at_scale(raw, "b", "here")["measure"] is True


def test_overrides_come_last() -> None:
    """``-o`` changes the study as its scale has it."""
    study = study_from(RAW, "here", {"seeds": 1, "recipe.target.epochs": 1}, scale="pocket")
    assert (study.seeds, study.recipe.target) == ((1,), {"examples": 10, "epochs": 1})


@pytest.mark.parametrize("dotted", ["scale", "scales.full.seeds"])
def test_overrides_take_no_scale(dotted: str) -> None:
    """A scale is named by its own option; an override would only pretend."""
    with pytest.raises(StudyError, match=rf"-o {dotted}: the scale is taken before overrides\. Name it with"):
        study_from(RAW, "here", {dotted: "full"})


def test_the_resolved_study_has_no_scales_left() -> None:
    """Written down and read again it is itself, also where its own scale is named."""
    study = _taken("full")
    said = study.model_dump(mode="json")
    assert "scales" not in said
    assert study_from(said, "kept") == study_from(said, "kept", scale="full") == study


def test_nothing_is_changed_in_place() -> None:
    """The other scales are still there for the next reader."""
    before = deepcopy(RAW)
    _taken("full")
    _taken("pocket")
    assert before == RAW


@given(st.dictionaries(st.sampled_from(sorted(SCALED)), st.none() | st.integers() | st.lists(st.integers())))
def test_what_has_no_scales_stays(raw: dict[str, Any]) -> None:
    """A study without scales is read as it is."""
    assert at_scale(raw, None, "here") == raw
    assert scales_of(raw, "here") == ()


@pytest.mark.parametrize(
    ("raw", "scale", "message"),
    [
        (
            RAW,
            "ful",
            r"There is no scale of here called 'ful'\. Did you mean 'full'\? There is: full, pocket\.",
        ),
        ({"study": "s"}, "full", r"here has no scales, so there is no 'full'\. Leave --scale out\."),
        ({"study": "s", "scale": "lab"}, "full", r"here is a study at scale 'lab' already, not at 'full'"),
        (
            {**RAW, "scale": "lab"},
            None,
            r"here: scale: leave it out beside scales\. The first, pocket, is taken",
        ),
        (
            {"scalse": {}, "study": "s"},
            None,
            r"here: scalse: there is no such field\. Did you mean 'scales'\?",
        ),
        ({"scales": ["pocket"]}, None, r"here: scales: expected a mapping such as .*, found \['pocket'\]"),
        ({"scales": {}}, None, r"here: scales: expected a mapping"),
        ({"scales": {"pocket": 3}}, None, r"here: scales\.pocket: expected a mapping .*, found 3"),
        ({"scales": {"a b": {}}}, None, r"here: scales: 'a b' cannot be a name\. Use letters, digits"),
        (
            {"scales": {"pocket": {}, "full": {"sedes": 3}}},
            "pocket",
            r"here: scales\.full\.sedes: a scale has no such field\. Did you mean 'seeds'\? It may hold: ",
        ),
        ({"scales": {"pocket": {"study": "x"}}}, None, r"scales\.pocket\.study: a scale has no such field"),
    ],
)
def test_what_is_refused(raw: dict[str, Any], scale: str | None, message: str) -> None:
    """Unknown scales, scales of what has none, and what no scale can hold, also in those not taken."""
    with pytest.raises(UserError, match=message):
        at_scale(raw, scale, "here")


def test_a_scale_may_hold_everything_but_the_name() -> None:
    """A new field of studies is a field of scales, too."""
    assert set(SCALED) == set(Study.model_fields) - {"study", "scale"}


FILE = """
study: filed
encoders: [x/e]
targets: [xquad]
scales:
  small: {intermediate: [own.yaml]}
  large: {seeds: 5}
"""

TASK = "{name: own, type: sequence-classification, labels: ['a', 'b'], "
TASK += "columns: {text_a: '{t}', label: l}, splits: {train: t.csv}}"


def test_task_files_of_a_scale_lie_beside_the_study(tmp_path: Path) -> None:
    """A relative path in a scale starts from the study file's folder, as anywhere else in it."""
    path = tmp_path / "filed.yaml"
    path.write_text(FILE)
    (tmp_path / "own.yaml").write_text(TASK)
    assert read_study(path, {}).arms == ("none", "own")
    assert read_study(path, {}, scale="large").arms == ("none",)
    assert written_in(path, "large").seeds == (1, 2, 3, 4, 5)


def test_the_name_alone(tmp_path: Path) -> None:
    """What a study is kept under is known without reading the rest of it."""
    path = tmp_path / "filed.yaml"
    path.write_text(FILE)
    assert (name_in(path), name_in(path, "large")) == ("filed-small", "filed-large")
    path.write_text("encoders: [x/e]")
    with pytest.raises(StudyError, match=r"does not say what its study is called: expected study: NAME"):
        name_in(path)
