"""Tests of laying out arms along axes: which arms there are then, what they say, and what they are called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.placing import MOST_ARMS
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from

from .fakes import SMALL

MIXED = {"task": "squad", "masked_lm": {"text": ["udhr"]}}
REPLACING = {"task": "squad", "masked_lm": {"text": ["udhr"], "placement": "replacing"}}


def _laid(changes: dict[str, Any], overrides: dict[str, Any] | None = None) -> Study:
    return study_from({**SMALL, "intermediate": ["squad"], **changes}, "here", overrides)


def _names(changes: dict[str, Any]) -> tuple[str, ...]:
    return _laid(changes).arms


@pytest.mark.parametrize(
    ("changes", "arms"),
    [
        ({"axes": {"examples": [10, 20, "all"]}}, "squad-n10 squad-n20 squad-all"),
        ({"axes": {"examples": [10, 20], "batch_size": [8]}}, "squad-n10-b8 squad-n20-b8"),
        ({"axes": {"batch_size": [8], "examples": [10, 20]}}, "squad-b8-n10 squad-b8-n20"),
        (
            {"axes": {"examples": [10, 20], "subset": [0, 1]}},
            "squad-n10-subset0 squad-n10-subset1 squad-n20-subset0 squad-n20-subset1",
        ),
        # of all examples there is one draw
        ({"axes": {"examples": [9, "all"], "subset": [0, 1]}}, "squad-n9-subset0 squad-n9-subset1 squad-all"),
        ({"axes": {"languages": ["en", "de", ["en", "de"]]}}, "squad squad@de squad@en+de"),
        (
            {"axes": {"languages": {"values": ["en", ["en", "de"], "all"], "match": ["union", "examples"]}}},
            "squad squad@en+de squad@en+de-examples squad@all squad@all-examples",
        ),
        (
            {"intermediate": [MIXED, REPLACING], "axes": {"masked_lm_share": [0, 0.2]}},
            "squad squad+mlm0.2 squad+mlm0.2-replacing",
        ),
        (
            {"intermediate": ["squad", "udpos"], "axes": {"epochs": [1, 2]}},
            "squad-epochs1 squad-epochs2 udpos-epochs1 udpos-epochs2",
        ),
        (
            {"intermediate": ["squad", "udpos"], "axes": {"epochs": {"values": [1, 2], "arms": ["udpos"]}}},
            "squad udpos-epochs1 udpos-epochs2",
        ),
        (
            {
                "intermediate": [{"task": "squad", "name": "mine"}],
                "axes": {"examples": [10], "languages": ["de"]},
            },
            "mine@de-n10",
        ),
        (
            {"intermediate": [{**MIXED, "name": "mine"}], "axes": {"masked_lm_share": [0, 0.1]}},
            "mine mine+mlm0.1",
        ),
        ({"intermediate": [MIXED], "axes": {"examples": [10]}}, "squad+mlm-n10"),
        (
            {"intermediate": ["squad", {"longer_by": "squad-n20"}], "axes": {"examples": [10, 20]}},
            "squad-n10 squad-n20 none+steps-of-squad-n20",
        ),
        (
            {
                "intermediate": ["squad", {"task": "squad", "back_translated": "de"}],
                "axes": {"examples": {"values": [10], "arms": ["squad@en-de-en", "squad"]}},
            },
            "squad-n10 squad@en-de-en-n10",
        ),
    ],
)
def test_which_arms_there_are(changes: dict[str, Any], arms: str) -> None:
    """One for each value in place of each arm; of several axes the cross product; named after the values."""
    assert _names(changes) == ("none", *arms.split())


def test_what_the_arms_say() -> None:
    """Each says its hyper-parameters over the arm's own, its rate, and where it lies."""
    base = {"task": "squad", "training": {"epochs": 2}}
    axes = {"examples": [10, "all"], "batch_size": {"values": [8], "rate": "square-root"}}
    some, every = _laid({"intermediate": [base], "axes": axes}).intermediate
    assert some.training == {"epochs": 2, "examples": 10, "batch_size": 8}
    assert every.training == {"epochs": 2, "examples": None, "batch_size": 8}
    assert some.rate is not None
    assert some.rate.rule == "square-root"
    assert (some.point, every.point) == (
        {"examples": 10, "batch_size": 8},
        {"examples": "all", "batch_size": 8},
    )


def test_mixes_and_shares() -> None:
    """Languages, how they are matched, and the share of masked LM go where an arm says them."""
    axes = {"languages": {"values": ["en", ["en", "de"]], "match": "compute"}, "masked_lm_share": [0, 0.3]}
    alone, shared, mixed, _ = _laid({"intermediate": [MIXED], "axes": axes}).intermediate
    assert (alone.languages, alone.match, alone.masked_lm) == (("en",), "union", None)
    assert (shared.masked_lm and shared.masked_lm.share) == 0.3
    assert (mixed.languages, mixed.match) == (("en", "de"), "compute")
    assert mixed.point == {"languages": ("en", "de"), "match": "compute", "masked_lm_share": 0.0}


def test_layers_are_the_targets() -> None:
    """Every target that is read by layer gets the axis's; the others stay."""
    targets = ["xquad", "tatoeba", {"task": "bucc", "pooling": "cls"}]
    study = _laid({"targets": targets, "axes": {"layers": [0, 2]}})
    assert [target.layers for target in study.targets] == ["published", (0, 2), (0, 2)]
    assert _laid({"targets": ["tatoeba"], "axes": {"layers": "all"}}).targets[0].layers == "all"
    assert study.arms == ("none", "squad")


_VALUES: dict[str, Any] = {
    "examples": st.lists(st.integers(1, 10**6) | st.just("all"), min_size=1, max_size=3, unique=True),
    "batch_size": st.lists(st.integers(1, 2048), min_size=1, max_size=3, unique=True),
    "epochs": st.lists(st.integers(1, 9), min_size=1, max_size=2, unique=True),
    "languages": st.lists(
        st.sampled_from(["en", "de", "all", ("en", "de")]), min_size=1, max_size=3, unique=True
    ),
    "masked_lm_share": st.lists(st.sampled_from([0, 0.1, 0.5]), min_size=1, max_size=3, unique=True),
}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(sorted(_VALUES)), unique=True, min_size=1), st.data())
def test_points_are_a_cross_product_and_tell_arms_apart(names: list[str], data: st.DataObject) -> None:
    """There is one arm for each point; each has a name of its own; and a kept study reads back as itself."""
    axes = {name: data.draw(_VALUES[name]) for name in names}
    study = _laid({"intermediate": [MIXED], "axes": axes})
    count = 1
    for values in axes.values():
        count *= len(values)
    points = [tuple(arm.point.get(name) for name in axes) for arm in study.intermediate]
    assert len(points) == len(set(points)) == len({*study.arms}) - 1 == count
    assert study_from(study.model_dump(mode="json"), "kept") == study
    assert study_from(study.model_dump(mode="json", exclude_unset=True), "short") == study


def test_overrides_change_axes_before_they_are_laid_out() -> None:
    """``-o`` reaches into axes and arms as the file writes them."""
    changes = {"axes": {"examples": [10, 20]}}
    assert _laid(changes, {"axes.examples": [30]}).arms == ("none", "squad-n30")
    assert _laid(changes, {"axes.examples.values.1": 40}).arms == ("none", "squad-n10", "squad-n40")
    found = _laid(changes, {"intermediate.0.training.epochs": 1}).intermediate
    assert [arm.training["epochs"] for arm in found] == [1, 1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"axes": {"examples": {"values": [10], "arms": ["sqaud"]}}},
            r"There is no arm of axis 'examples' in here called 'sqaud'\. Did you mean 'squad'\?",
        ),
        (
            {"intermediate": [], "axes": {"examples": [10]}},
            r"here: axis 'examples' would change nothing: there is no arm but controls and 'none'\.",
        ),
        (
            {"axes": {"masked_lm_share": [0, 0.1]}},
            r"axis 'masked_lm_share' would change nothing: there is no arm that mixes in masked LM",
        ),
        (
            {"axes": {"masked_lm_share": {"values": [0.1], "arms": ["squad"]}}},
            r"axis 'masked_lm_share': arm 'squad' mixes in no masked LM whose share could be set\. Give it",
        ),
        (
            {"axes": {"layers": [1, 2]}},
            r"here: axis 'layers' would change nothing: no target compares sentences",
        ),
        (
            {"targets": [{"task": "tatoeba", "layers": [3]}], "axes": {"layers": [1, 2]}},
            r"axis 'layers': target 'tatoeba' says its layers itself\. Leave them out",
        ),
        (
            {"intermediate": [{"task": "squad", "training": {"examples": 5}}], "axes": {"examples": [10]}},
            r"axis 'examples': arm 'squad' says itself what examples is\. Leave it out there, or name",
        ),
        (
            {"intermediate": [{"task": "squad", "languages": ["de"]}], "axes": {"languages": ["en"]}},
            r"arm 'squad@de' says itself what languages is",
        ),
        (
            {
                "intermediate": [{"task": "squad", "masked_lm": {"text": ["udhr"], "share": 0.5}}],
                "axes": {"masked_lm_share": [0.1]},
            },
            r"arm 'squad\+mlm' says itself what share is",
        ),
        (
            {
                "intermediate": [{"task": "squad", "rate": "linear"}],
                "axes": {"batch_size": {"values": [8], "rate": "linear"}},
            },
            r"arm 'squad' has a rate of its own beside the axis's\. Leave one of them out",
        ),
        (
            {
                "intermediate": [{"task": "squad", "training": {"learning_rate": 1e-5}}],
                "axes": {"batch_size": {"values": [8], "rate": "linear"}},
            },
            r"here, 'squad' along the axes is not a valid arm:\n  \(top\): rate and training\.learning_rate",
        ),
        (
            {
                "intermediate": ["squad", {"longer_by": "squad"}],
                "axes": {"examples": {"values": [10], "arms": ["none+steps-of-squad"]}},
            },
            r"arm 'none\+steps-of-squad' is a control that trains nothing in between\. Name the arms that do",
        ),
        (
            {"intermediate": ["squad", {"longer_by": "squad"}], "axes": {"examples": [10]}},
            r"that 'none\+steps-of-squad' could be longer by, called 'squad'\. Did you mean 'squad-n10'",
        ),
        (
            {
                "intermediate": [{"task": "squad", "back_translated": "de"}],
                "axes": {"languages": {"values": ["en"], "arms": ["squad@en-de-en"]}},
            },
            r"arm 'squad@en-de-en' is back-translated English\. Name arms without back_translated",
        ),
        (
            {"intermediate": [{"task": "squad", "training": {"steps": 9}}], "axes": {"epochs": [1]}},
            r"axis 'epochs': arm 'squad' trains for a number of steps, whatever the epochs",
        ),
        (
            {"axes": {"epochs": [1], "steps": [9]}},
            r"axis 'epochs': arm 'squad' trains for a number of steps, whatever the epochs",
        ),
        (
            {"intermediate": ["squad", MIXED], "axes": {"masked_lm_share": [0, 0.1]}},
            r"here: two arms would be called 'squad' once they are laid out along the axes\. Leave one of",
        ),
        (
            {"axes": {"examples": [*range(1, 102)], "batch_size": [*range(1, 101)]}},
            rf"here: the axes lay out up to 10100 arms, and {MOST_ARMS} is the most\. Leave out values",
        ),
        (
            {"axes": {"examples": ["all"], "subset": [0, 1]}},
            r"axis 'subset': no arm lies at 0, 1\.",
        ),
        (
            {"axes": {"languages": ["zhh"]}},
            r"There is no language 'zhh'\. Did you mean 'zh'\?",
        ),
        (
            {"intermediate": [{"task": "squad", "point": {"examples": 10}}]},
            r"here: arm 'squad' lies at examples 10, where the axes have nothing\. Where",
        ),
    ],
)
def test_axes_that_change_nothing_or_too_much(changes: dict[str, Any], message: str) -> None:
    """An axis that hits no arm, says what an arm says, or makes names or arms that cannot be is refused."""
    with pytest.raises(UserError, match=message):
        _laid(changes)


@pytest.mark.parametrize(
    ("dotted", "value", "message"),
    [
        (
            "axes.examples.values",
            [10, 30],
            r"arm 'squad-n20' lies at examples 20, where the axes have 10, 30\.",
        ),
        (
            "axes.examples.values",
            [10, 20, 30],
            r"axis 'examples': no arm lies at 30\. Where the arms of a study",
        ),
        ("axes.batch_size", [8], r"axis 'batch_size': no arm lies at 8\. Where"),
        (
            "intermediate.0.training.examples",
            5,
            r"arm 'squad-n10' lies at examples 10, but does not say so\.",
        ),
        ("axes", {}, r"arm 'squad-n10' lies at examples 10, where the axes have nothing\."),
    ],
)
def test_a_kept_study_does_not_change_its_axes(dotted: str, value: object, message: str) -> None:
    """Once arms are laid out, other values of the axis would be silently without arms, or wrong of them."""
    kept = _laid({"axes": {"examples": [10, 20]}}).model_dump(mode="json")
    assert study_from(kept, "kept", {"seeds": 1}).arms == ("none", "squad-n10", "squad-n20")
    with pytest.raises(UserError, match=message):
        study_from(kept, "kept", {dotted: value})


def test_no_axes_change_nothing() -> None:
    """Arms stand as they were written, and lie nowhere."""
    study = _laid({"intermediate": ["squad", MIXED]})
    assert study.arms == ("none", "squad", "squad+mlm")
    assert [dict(arm.point) for arm in study.intermediate] == [{}, {}]
