"""Tests of the graph: each step once, parents first, and every cell with what must be known beside it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.steps import PredictStep, key_of
from stiltwalk.plan.trainings import PretrainStep, TrainStep
from stiltwalk.spec.errors import StudyError

from .fakes import PRETRAIN, TWIN, everything, plan

QA = ["xquad", TWIN]


def _kinds(made: Plan) -> Counter[str]:
    return Counter(node.step.kind for node in made.nodes.values())


def _trained(made: Plan, stage: str) -> list[TrainStep]:
    steps = [node.step for node in made.nodes.values()]
    return [step for step in steps if isinstance(step, TrainStep) and step.kind == stage]


def _tested(made: Plan) -> list[PredictStep]:
    return [node.step for node in made.nodes.values() if isinstance(node.step, PredictStep)]


def test_equal_steps_are_one() -> None:
    """Three arms, two seeds and three targets, two of which share their training."""
    made = plan({"intermediate": ["squad", "commonsenseqa"], "targets": [*QA, "udpos"], "seeds": 2})
    assert _kinds(made) == {
        "intermediate": 2 * 2,  # arms with a first stage × seeds
        "target": 3 * 2 * 2,  # arms × seeds × (squad, udpos)
        "predict": 3 * 2 * 3,  # arms × seeds × targets
    }
    assert len(made.cells) == 3 * 2 * 3


def test_an_intermediate_model_serves_every_target() -> None:
    """It is trained once for each seed, and every target's training starts from it."""
    made = plan({"intermediate": ["commonsenseqa"], "targets": ["xquad", "udpos", "tydiqa"]})
    (first,) = _trained(made, "intermediate")
    after = [step.task for step in _trained(made, "target") if step.parent == key_of(first)]
    assert sorted(after) == ["squad", "tydiqa", "udpos"]


def test_one_squad_step_serves_two_targets() -> None:
    """Targets that train on the same data are predicted by the same model."""
    made = plan({"targets": QA})
    (squad,) = _trained(made, "target")
    assert {step.task: step.parent for step in _tested(made)} == dict.fromkeys(QA, key_of(squad))


def test_a_target_step_is_not_an_intermediate_step() -> None:
    """SQuAD as an intermediate task and SQuAD as target training are two steps, one after the other."""
    made = plan({"intermediate": ["squad"]})
    (first,) = _trained(made, "intermediate")
    assert {step.parent for step in _trained(made, "target")} == {key_of(first), "encoder:hash-of-x/e"}


def test_retrieval_has_no_target_training() -> None:
    """A retrieval target reads the encoder as it comes from the first stage."""
    made = plan({"intermediate": ["commonsenseqa"], "targets": ["tatoeba"], "seeds": 2})
    assert _kinds(made) == {"intermediate": 2, "predict": 3}
    parents = {step.parent for step in _tested(made)}
    assert parents == {"encoder:hash-of-x/e", *(key_of(step) for step in _trained(made, "intermediate"))}


def test_an_untouched_encoder_retrieves_once() -> None:
    """Without training the seed makes no difference: all seeds of the baseline share one step."""
    made = plan({"targets": ["tatoeba"], "seeds": 3})
    (node,) = made.nodes.values()
    assert [(cell.seed, cell.key) for cell in made.cells] == [(seed, node.key) for seed in (1, 2, 3)]
    assert node.title == "predict tatoeba"


def test_retrieval_layer_and_pooling() -> None:
    """Layer and pooling are part of a retrieval step, and of no other."""
    made = plan({"targets": ["tatoeba", "xquad"]})
    assert {step.task: (step.layer, step.pooling) for step in _tested(made)} == {
        "tatoeba": (14, "mean"),
        "xquad": (None, None),
    }


def test_parents_come_first() -> None:
    """Carried out in the order given, no step waits for a later one."""
    made = plan(
        {
            "encoders": ["x/e", {"name": "p", "pretrain": PRETRAIN}],
            "intermediate": ["squad", "udpos"],
            "targets": [*QA, "tatoeba"],
            "seeds": 2,
        }
    )
    seen: set[str] = set()
    for key, node in made.nodes.items():
        assert set(node.parents) <= seen
        assert key == node.key == key_of(node.step)
        seen.add(key)
    assert {cell.key for cell in made.cells} <= seen


def test_every_cell_is_there_once() -> None:
    """The table is full: encoders × arms (the baseline always among them) × seeds × targets."""
    made = plan({"encoders": ["x/e", "x/f"], "intermediate": ["squad"], "targets": QA, "seeds": [5, 7]})
    places = [(cell.encoder, cell.intermediate, cell.seed, cell.target) for cell in made.cells]
    assert sorted(places) == sorted(
        (encoder, arm, seed, target)
        for encoder in ("e", "f")
        for arm in ("none", "squad")
        for seed in (5, 7)
        for target in QA
    )


def test_titles() -> None:
    """A step's title says what, after what, and with which seed."""
    made = plan({"intermediate": ["squad"], "targets": ["udpos"]})
    assert [node.title for node in made.nodes.values()] == [
        "target udpos, seed 1",
        "predict udpos, seed 1",
        "intermediate squad, seed 1",
        "target udpos after squad, seed 1",
        "predict udpos after squad, seed 1",
    ]


def test_a_chain_of_training() -> None:
    """A target that trains on two tasks trains on them in order; the second inherits the first's head."""
    made = plan({"targets": [{"task": "xquad", "trains_on": ["tydiqa", "squad"]}]})
    first, second = _trained(made, "target")
    assert (first.task, first.parent, first.inherits) == ("tydiqa", "encoder:hash-of-x/e", ())
    assert (second.task, second.parent, second.inherits) == ("squad", key_of(first), ("question-answering",))


def test_target_training_never_inherits_from_the_first_stage() -> None:
    """Target heads are new after every arm, as for the baseline: arms stay comparable."""
    made = plan({"intermediate": ["squad"], "targets": QA})
    assert {step.inherits for step in _trained(made, "target")} == {()}


def test_an_encoder_made_here() -> None:
    """It is pretrained once, on all text that is there, and everything starts from it."""
    data = {datum: found for datum, found in everything().items() if datum[0] != "udhr"}
    data["udhr", "train", "fr"] = "text-fr"
    data["udhr", "train", "de"] = "text-de"
    made = plan({"encoders": [{"name": "p", "pretrain": PRETRAIN}], "targets": ["tatoeba"], "seeds": 2}, data)
    step, predict = (node.step for node in made.nodes.values())
    assert isinstance(step, PretrainStep)
    assert [(text.language, text.fingerprint) for text in step.text] == [("de", "text-de"), ("fr", "text-fr")]
    assert (step.vocabulary, step.vocabulary_kind, step.vocabulary_size) == (None, "unigram", 8000)
    assert isinstance(predict, PredictStep)
    assert (predict.parent, predict.layer) == (key_of(step), 2)


def test_a_given_vocabulary_goes_by_its_content() -> None:
    """A given vocabulary counts by content; how one would have been trained no longer matters."""
    recipe = {**PRETRAIN, "vocabulary": "v/vocab.txt", "threads": 3}
    keys = set()
    for size in (500, 600):
        made = plan({"encoders": [{"name": "p", "pretrain": {**recipe, "vocabulary_size": size}}]})
        key, node = next(iter(made.nodes.items()))
        keys.add(key)
        assert isinstance(node.step, PretrainStep)
        assert node.step.vocabulary == "hash-of-vocabulary"
        assert (node.step.vocabulary_kind, node.step.execution.threads) == ("given", 3)
    assert len(keys) == 1


def test_languages_that_are_not_there() -> None:
    """Languages without files are listed once and left out; the rest is tested."""
    data = {datum: found for datum, found in everything().items() if datum != ("xquad", "test", "th")}
    made = plan({"intermediate": ["udpos"], "seeds": 2}, data)
    assert made.absent == (("xquad", "th"),)
    assert all("th" not in step.data and "de" in step.data for step in _tested(made))


def test_languages_asked_for() -> None:
    """Languages nobody asked for are neither tested nor listed."""
    made = plan({"targets": [{"task": "xquad", "languages": ["vi", "de"]}]})
    (step,) = _tested(made)
    assert dict(step.data) == {"de": "xquad-test-de", "vi": "xquad-test-vi"}
    assert made.absent == ()


@pytest.mark.parametrize(
    ("lacking", "changes", "message"),
    [
        (("squad", "train"), {}, "Task 'squad' has no training data in en: its files are not there"),
        (("udpos", "train"), {"intermediate": ["udpos"]}, "Task 'udpos' has no training data in en"),
        (("xquad", "test"), {}, "Target 'xquad' cannot be tested: none of its test files is there"),
    ],
)
def test_data_that_is_not_there(lacking: tuple[str, str], changes: dict[str, Any], message: str) -> None:
    """A study whose training or test data is missing is refused before anything runs."""
    data = {datum: found for datum, found in everything().items() if datum[:2] != lacking}
    with pytest.raises(StudyError, match=message):
        plan(changes, data)


def test_a_recipe_without_a_first_stage() -> None:
    """XTREME's own recipe serves baselines, and refuses arms."""
    assert _kinds(plan({"recipe": "xtreme-baseline"})) == {"target": 1, "predict": 1}
    with pytest.raises(StudyError, match="Recipe 'xtreme-baseline' has no intermediate stage"):
        plan({"recipe": "xtreme-baseline", "intermediate": ["udpos"]})


def test_hyper_parameters_reach_their_steps() -> None:
    """The study's changes go to the stage and task they name, and the rest is the recipe's."""
    recipe = {"intermediate": {"epochs": 7}, "tasks": {"udpos": {"batch_size": 9}}}
    made = plan({"intermediate": ["squad"], "targets": ["xquad", "udpos"], "recipe": recipe})
    found = {
        (step.kind, step.task): (step.training.epochs, step.training.batch_size)
        for stage in ("intermediate", "target")
        for step in _trained(made, stage)
    }
    assert found == {
        ("intermediate", "squad"): (7, 4),
        ("target", "squad"): (2, 16),
        ("target", "udpos"): (10, 9),
    }


def _caveats(made: Plan) -> dict[str, tuple[str, ...]]:
    return {cell.intermediate: cell.caveats for cell in made.cells}


def test_repeated_training_is_a_caveat() -> None:
    """An arm that is the target's own training data again says so; other arms do not."""
    caveats = _caveats(plan({"intermediate": ["squad", "udpos"]}))
    repeats = "intermediate-repeats-target-training"
    assert {arm: repeats in found for arm, found in caveats.items()} == {
        "none": False,
        "squad": True,
        "udpos": False,
    }


def test_a_missing_dev_set_is_a_caveat() -> None:
    """Without an English dev set nothing is selected, and the rows say so."""
    lacking = {datum: found for datum, found in everything().items() if datum != ("squad", "dev", "en")}
    assert "no-dev-set" in _caveats(plan({}, lacking))["none"]
    assert "no-dev-set" not in _caveats(plan({}))["none"]
    assert all(step.dev is None for step in _trained(plan({}, lacking), "target"))


def test_other_training_data_is_a_caveat() -> None:
    """A target trained on something else than its record says names what it was trained on."""
    caveats = _caveats(plan({"targets": [{"task": "xquad", "trains_on": ["tydiqa", "squad"]}]}))["none"]
    assert "trained-on-tydiqa+squad" in caveats
    assert not [name for name in _caveats(plan({}))["none"] if name.startswith("trained-on")]


def test_records_hand_on_their_caveats() -> None:
    """Caveats of the target and of what it trains on stand beside its numbers, each once."""
    assert _caveats(plan({}))["none"] == ("english-normaliser", "xquad-in-dev")
    assert _caveats(plan({"targets": ["tydiqa"]}))["none"] == ("dev-is-test",)


ARMS = ["squad", "udpos", "tydiqa", "commonsenseqa"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(ARMS), unique=True, max_size=3), st.sampled_from(ARMS), st.integers(1, 2))
def test_a_new_arm_changes_no_key(arms: list[str], new: str, seeds: int) -> None:
    """Whatever a study gains, what was computed for it before stays found."""
    targets = [*QA, "tatoeba"]
    before = plan({"intermediate": arms, "targets": targets, "seeds": seeds})
    after = plan(
        {
            "intermediate": [new, *(arm for arm in arms if arm != new)],
            "targets": ["udpos", *targets],
            "seeds": seeds + 1,
        }
    )
    assert set(before.nodes) <= set(after.nodes)
    place = {(cell.intermediate, cell.seed, cell.target): cell.key for cell in after.cells}
    assert all(place[cell.intermediate, cell.seed, cell.target] == cell.key for cell in before.cells)


def test_what_is_no_part_of_a_key() -> None:
    """Names of study and encoder, and the order of things, change no key."""
    one = plan({"intermediate": ["squad", "udpos"], "targets": QA, "seeds": [1, 2]})
    other = plan(
        {
            "study": "other",
            "question": "why?",
            "encoders": [{"name": "other", "source": "x/e"}],
            "intermediate": ["udpos", "squad"],
            "targets": QA[::-1],
            "seeds": [2, 1],
        }
    )
    assert set(one.nodes) == set(other.nodes)


def test_no_paths_in_keys() -> None:
    """What a key is made of names no folder, file or hub: only content hashes."""
    made = plan({"encoders": ["x/e"], "intermediate": ["squad"], "targets": [*QA, "tatoeba"]})
    for node in made.nodes.values():
        text = node.step.model_dump_json().replace("hash-of-x/e", "")
        assert not re.search(r"[/\\]|\.json", text)


@pytest.mark.parametrize(
    "changes",
    [
        {"seeds": [2]},
        {"recipe": "pocket"},
        {"execution": {"threads": 2}},
        {"execution": {"precision": "bf16"}},
        {"encoders": ["x/other"]},
        {"recipe": {"target": {"epochs": 1}}},
    ],
)
def test_what_is_part_of_every_key(changes: dict[str, Any]) -> None:
    """Seed, recipe, execution and encoder reach every key, through parents where not directly."""
    assert not set(plan({}).nodes) & set(plan(changes).nodes)


MINED = {"targets": [{"task": "pocket-mining", "languages": ["de", "sw", "zh"]}]}


def test_mining_is_planned_with_its_dev_data() -> None:
    """The dev data a threshold is tuned on is part of the step, language by language; of no other step."""
    (step,) = _tested(plan(MINED))
    assert dict(step.data) == {code: f"pocket-mining-test-{code}" for code in ("de", "sw", "zh")}
    assert dict(step.dev) == {code: f"pocket-mining-dev-{code}" for code in ("de", "sw", "zh")}
    assert (step.layer, step.pooling) == (14, "mean")
    assert all(not step.dev for step in _tested(plan({"targets": ["tatoeba", "udpos"]})))


def test_mining_without_dev_data_is_absent() -> None:
    """A language that cannot be tuned is not tested, and the plan knows which file is missing."""
    lacking = {("pocket-mining", "dev", "sw"), ("pocket-mining", "test", "zh")}
    made = plan(MINED, {datum: found for datum, found in everything().items() if datum not in lacking})
    (step,) = _tested(made)
    assert set(step.data) == set(step.dev) == {"de"}
    assert made.absent == (("pocket-mining", "sw"), ("pocket-mining", "zh"))
    assert made.untuned == (("pocket-mining", "sw"),)


def test_mining_without_any_dev_data_is_refused() -> None:
    """There must be a language with both."""
    data = {datum: found for datum, found in everything().items() if datum[:2] != ("pocket-mining", "dev")}
    message = "Target 'pocket-mining' cannot be tested: none of its languages has both test and dev files"
    with pytest.raises(StudyError, match=message):
        plan(MINED, data)


def _keys(precision: str, prediction: str) -> dict[str, str]:
    """Title → key of every step of a study with both kinds of targets and a made encoder."""
    execution = {"precision": precision, "prediction": prediction}
    made = plan(
        {
            "encoders": [{"name": "made", "pretrain": PRETRAIN}],
            "intermediate": ["commonsenseqa"],
            "targets": ["xquad", "tatoeba"],
            "execution": execution,
        }
    )
    return {node.title: key for key, node in made.nodes.items()}


def test_the_precision_of_predictions_is_theirs_alone() -> None:
    """It is part of no training's key, nor of that of sentence vectors."""
    trained, int8, bf16 = (_keys("fp32", each) for each in ("as-trained", "int8", "bf16"))
    others = {title for title in trained if trained[title] != int8[title]}
    assert others == {"predict xquad, seed 1", "predict xquad after commonsenseqa, seed 1"}
    assert all(len({trained[title], int8[title], bf16[title]}) == 3 for title in others)


def test_as_trained_has_one_name() -> None:
    """What was trained in bf16 is predicted in bf16 either way."""
    assert _keys("bf16", "bf16") == _keys("bf16", "as-trained") != _keys("bf16", "int8")
