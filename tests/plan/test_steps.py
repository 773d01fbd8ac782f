"""Tests of steps and keys: what a key depends on, and that it never changes by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from stiltwalk.plan.references import base, is_base
from stiltwalk.plan.steps import (
    BEHAVIOUR,
    ChooseStep,
    MeasureStep,
    PredictStep,
    Step,
    TranslateStep,
    Trial,
    canonical_json,
    key_of,
    parse_step,
)
from stiltwalk.plan.trainings import PretrainStep, TextData, TrainStep
from stiltwalk.spec.arms import MixedMaskedLm
from stiltwalk.spec.encoders import MaskedLm, Shape
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.measuring import Machine, Measuring
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.sampling import Sampling

PRETRAIN = PretrainStep(
    shape=Shape(layers=2, hidden=128),
    text=(TextData(task="udhr", language="de", fingerprint="d" * 64),),
    vocabulary=None,
    vocabulary_kind="unigram",
    vocabulary_size=8000,
    training=MaskedLm(steps=100),
    seed=1,
    execution=Execution(),
)
INTERMEDIATE = TrainStep(
    kind="intermediate",
    parent="encoder:" + "e" * 64,
    task="commonsenseqa",
    training=Training(batch_size=4),
    train="a" * 64,
    dev="b" * 64,
    seed=1,
    execution=Execution(),
)
TARGET = TrainStep(
    kind="target",
    parent="c" * 64,
    task="squad",
    training=Training(learning_rate=2e-5, max_tokens=384, evaluate_every=1000),
    train="a" * 64,
    dev=None,
    inherits=("question-answering",),
    seed=2,
    execution=Execution(precision="bf16", threads=2, micro_tokens=1024),
)
PREDICT = PredictStep(
    parent="f" * 64,
    task="tatoeba",
    data={"de": "1" * 64, "ar": "2" * 64},
    max_tokens=512,
    layer=14,
    pooling="mean",
    execution=Execution(),
)
TRANSLATE = TranslateStep(
    translator="translator:" + "3" * 64,
    task="squad",
    source="en",
    data="a" * 64,
    into="de",
    beams=1,
    execution=Execution(),
)
CHOOSE = ChooseStep(
    trials=(Trial(rate=1e-5, steps=("4" * 64, "5" * 64)), Trial(rate=2e-5, steps=("6" * 64, "7" * 64)))
)
MEASURE = MeasureStep(
    parent="encoder:" + "e" * 64,
    attention="bidirectional",
    measuring=Measuring(),
    machine=Machine(processor="a processor", cores=2),
    execution=Execution(),
)
STEPS: Mapping[str, Step] = {
    "pretrain": PRETRAIN,
    "intermediate": INTERMEDIATE,
    "target": TARGET,
    "predict": PREDICT,
    "translate": TRANSLATE,
    "choose": CHOOSE,
    "measure": MEASURE,
}

# A change here means that every store loses its steps: raise BEHAVIOUR of that kind, and say so in the
# changelog. A new field with a default changes keys too.
GOLDEN: Mapping[str, str] = {
    "pretrain": "f8fd67d46be712ed726c1e05072c9a1389b9d88fa7bf2066db8acd41331e2239",
    "intermediate": "4143b73e9c2746cca7c2910bb0854a1d89b220959c8200953190fa3618c83f26",
    "target": "2f37831668ba54fe7102363d906681956fb50c4c34fa1f556e271e39d2ae6aa7",
    "predict": "77ba33845dd09fc332c3e22dfe53210d11cae1a289f3febdf1f14dfc113c5ad0",
    "translate": "e0ef8ace209ea86839745d449ff3b243c0feebb283bd42d72e61d33e421d38fd",
    "choose": "80e314e881db90cb5e8f0693645168d43f67b58a883e42ca81e98b0fdb606e25",
    "measure": "82aaa6b1e505f96f0e702640f3179c8d70940a9482b683c7d3989a417ae51f70",
}


@pytest.mark.parametrize("name", sorted(STEPS))
def test_golden_keys(name: str) -> None:
    """The same record has the same key in every version: what is in a store stays found."""
    assert key_of(STEPS[name]) == GOLDEN[name]


def test_every_kind_has_a_golden_key() -> None:
    """No kind of step is without a behaviour version and a golden key."""
    assert set(GOLDEN) == set(BEHAVIOUR) == {step.kind for step in STEPS.values()}


ALSO: dict[str, Any] = {"task": "squad", "training": {}, "train": "a" * 64, "dev": None, "head": "squad"}

CHANGES: list[tuple[Step, dict[str, Any]]] = [
    (PRETRAIN, {"seed": 2}),
    (PRETRAIN, {"shape": {"layers": 3, "hidden": 128}}),
    (PRETRAIN, {"shape": {"layers": 2, "hidden": 128, "architecture": "xlm-roberta"}}),
    (PRETRAIN, {"text": [{"task": "udhr", "language": "de", "fingerprint": "0" * 64}]}),
    (PRETRAIN, {"text": [{"task": "udhr", "language": "fr", "fingerprint": "d" * 64}]}),
    (PRETRAIN, {"text": []}),
    (PRETRAIN, {"vocabulary": "0" * 64}),
    (PRETRAIN, {"vocabulary_kind": "wordpiece"}),
    (PRETRAIN, {"vocabulary_size": 8001}),
    (PRETRAIN, {"training": {"steps": 101}}),
    (PRETRAIN, {"training": {"steps": 100, "mask_share": 0.2}}),
    (PRETRAIN, {"execution": {"threads": 2}}),
    (INTERMEDIATE, {"kind": "target"}),
    (INTERMEDIATE, {"parent": "encoder:" + "0" * 64}),
    (INTERMEDIATE, {"task": "squad"}),
    (INTERMEDIATE, {"train": "0" * 64}),
    (INTERMEDIATE, {"others": {"de": "0" * 64}}),
    (INTERMEDIATE, {"dev": "0" * 64}),
    (INTERMEDIATE, {"dev": None}),
    (INTERMEDIATE, {"also": [ALSO]}),
    (INTERMEDIATE, {"also": [{**ALSO, "head": "commonsenseqa"}]}),
    (INTERMEDIATE, {"also": [ALSO, {**ALSO, "task": "udpos"}]}),
    (INTERMEDIATE, {"sampling": {}}),
    *((INTERMEDIATE, {"sampling": {name: 2}}) for name in ("cap", "exponent")),
    (INTERMEDIATE, {"sampling": {"weights": {"squad": 1}}}),
    (INTERMEDIATE, {"sampling": {"schedule": [{"at": 0, "weights": {"squad": 1}}]}}),
    (INTERMEDIATE, {"inherits": ["multiple-choice"]}),
    (INTERMEDIATE, {"masked_lm": {"text": ["udhr"]}}),
    (INTERMEDIATE, {"masked_lm": {"text": ["udhr"], "placement": "replacing"}}),
    *((INTERMEDIATE, {"masked_lm": {"text": ["udhr"], name: 0.5}}) for name in ("share", "mask_share")),
    *((INTERMEDIATE, {"masked_lm": {"text": ["udhr"], name: 9}}) for name in ("batch_size", "max_tokens")),
    (INTERMEDIATE, {"masked_lm": {"text": ["udhr"], "lines": 9}}),
    (INTERMEDIATE, {"masked_lm": {"text": ["udhr"], "language_exponent": 0.5}}),
    (INTERMEDIATE, {"text": [{"task": "udhr", "language": "de", "fingerprint": "d" * 64}]}),
    (INTERMEDIATE, {"reading": {"attention": "causal"}}),
    (INTERMEDIATE, {"reading": {"pooling": "mean"}}),
    (INTERMEDIATE, {"match": "union"}),
    (INTERMEDIATE, {"like": "f" * 64}),
    (INTERMEDIATE, {"rate_from": "0" * 64, "training": {"batch_size": 4, "learning_rate": 1.0}}),
    (INTERMEDIATE, {"adaptation": {"lora": {}}}),
    (INTERMEDIATE, {"longer_by": "0" * 64}),
    (INTERMEDIATE, {"seed": 2}),
    (INTERMEDIATE, {"execution": {"precision": "bf16"}}),
    (INTERMEDIATE, {"execution": {"threads": 2}}),
    (INTERMEDIATE, {"execution": {"micro_tokens": 4097}}),
    (INTERMEDIATE, {"execution": {"processes": 2}}),
    (INTERMEDIATE, {"execution": {"processes": 2, "sharded": True}}),
    (INTERMEDIATE, {"execution": {"prediction": "bf16"}}),
    (INTERMEDIATE, {"execution": {"checkpointing": True}}),
    (INTERMEDIATE, {"execution": {"optimiser": "adamw-8bit"}}),
    *((INTERMEDIATE, {"training": {"batch_size": 4, name: 0.5}}) for name in ("learning_rate", "epochs")),
    *(
        (INTERMEDIATE, {"training": {"batch_size": 4, name: 0.5}})
        for name in ("weight_decay", "adam_epsilon")
    ),
    *((INTERMEDIATE, {"training": {"batch_size": 4, name: 0.5}}) for name in ("warmup_share", "clip_norm")),
    *((INTERMEDIATE, {"training": {"batch_size": 4, name: 9}}) for name in ("max_tokens", "examples")),
    *(
        (INTERMEDIATE, {"training": {"batch_size": 4, name: 9}})
        for name in ("warmup_steps", "evaluate_every")
    ),
    *((INTERMEDIATE, {"training": {"batch_size": 4, name: 9}}) for name in ("dev_examples", "patience")),
    *(
        (INTERMEDIATE, {"training": {"batch_size": 4, name: 0.5}})
        for name in ("least_rate_share", "average_decay")
    ),
    *((INTERMEDIATE, {"training": {"batch_size": 4, name: 9}}) for name in ("steps", "noise_scale_every")),
    (INTERMEDIATE, {"training": {"batch_size": 4, "examples": 9, "subset": 1}}),
    (INTERMEDIATE, {"training": {"batch_size": 5}}),
    (PREDICT, {"split": "dev"}),
    (PREDICT, {"parent": "0" * 64}),
    (PREDICT, {"task": "xquad"}),
    (PREDICT, {"data": {"de": "1" * 64}}),
    (PREDICT, {"data": {"de": "2" * 64, "ar": "1" * 64}}),
    (PREDICT, {"dev": {"de": "1" * 64}}),
    (PREDICT, {"max_tokens": 511}),
    (PREDICT, {"layer": 13}),
    (PREDICT, {"layer": None}),
    (PREDICT, {"pooling": None}),
    (PREDICT, {"pooling": "cls"}),
    (PREDICT, {"layers": [1, 2]}),
    (PREDICT, {"prefix": "query: "}),
    (PREDICT, {"prefix": ""}),
    (PREDICT, {"reading": {"attention": "causal"}}),
    (PREDICT, {"execution": {"threads": 2}}),
    (TRANSLATE, {"translator": "pocket"}),
    (TRANSLATE, {"task": "mnli"}),
    (TRANSLATE, {"split": "dev"}),
    (TRANSLATE, {"source": "fr"}),
    (TRANSLATE, {"data": "translation:" + "a" * 64}),
    (TRANSLATE, {"into": "sw"}),
    *((TRANSLATE, {name: 9}) for name in ("examples", "subset", "seed")),
    *((TRANSLATE, {name: 9}) for name in ("beams", "max_tokens", "batch_tokens")),
    (TRANSLATE, {"backend": "ctranslate2"}),
    (TRANSLATE, {"execution": {"precision": "bf16"}}),
    (CHOOSE, {"trials": [{"rate": 1e-5, "steps": ["4" * 64]}]}),
    (CHOOSE, {"trials": [{"rate": 2e-5, "steps": ["4" * 64]}]}),
    (MEASURE, {"parent": "0" * 64}),
    (MEASURE, {"attention": "causal"}),
    (MEASURE, {"measuring": {"batches": [1]}}),
    (MEASURE, {"machine": {"processor": "another", "cores": 2}}),
    (MEASURE, {"machine": {"processor": "a processor", "cores": 3}}),
    (MEASURE, {"execution": {"threads": 2}}),
]


@pytest.mark.parametrize(("step", "change"), CHANGES)
def test_every_field_counts(step: Step, change: dict[str, Any]) -> None:
    """A step that differs in any field has another key."""
    assert key_of(step.replace(change)) != key_of(step)


def test_every_field_was_changed() -> None:
    """The test above leaves out no field of any step, nor any hyper-parameter."""
    for kept in (PRETRAIN, INTERMEDIATE, PREDICT, TRANSLATE, CHOOSE, MEASURE):
        changed = {name for step, change in CHANGES if step is kept for name in change}
        assert changed | {"kind"} == set(type(kept).model_fields) | {"kind"}
    how = {n for s, c in CHANGES if s is INTERMEDIATE for n in c.get("execution", {})}
    assert how == set(Execution.model_fields)
    hyper = {n for s, c in CHANGES if s is INTERMEDIATE for n in c.get("training", {})}
    assert hyper == set(Training.model_fields)
    mixed = {n for s, c in CHANGES if s is INTERMEDIATE for n in c.get("masked_lm", {})}
    assert mixed == set(MixedMaskedLm.model_fields)
    drawn = {n for s, c in CHANGES if s is INTERMEDIATE for n in c.get("sampling", {})}
    assert drawn == set(Sampling.model_fields)


def test_all_changes_differ() -> None:
    """No two different steps share a key."""
    steps = [*STEPS.values(), *(step.replace(change) for step, change in CHANGES)]
    assert len({key_of(step) for step in steps}) == len(steps)


@settings(deadline=None)
@given(st.permutations(["ar", "de", "fr", "th", "zh"]))
def test_order_of_languages_is_no_matter(codes: list[str]) -> None:
    """Equal data in another order is the same step."""
    step = PREDICT.replace({"data": {code: f"hash-{code}" for code in codes}})
    assert key_of(step) == key_of(step.replace({"data": {code: f"hash-{code}" for code in sorted(codes)}}))


def test_defaults_spelt_out_are_no_matter() -> None:
    """A default counts as if written: leaving it out gives the same key."""
    for step in STEPS.values():
        assert key_of(parse_step(step.model_dump(exclude_unset=True) | {"kind": step.kind})) == key_of(step)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_step_survives_json(name: str) -> None:
    """A step written as JSON reads back as itself, with its class and key."""
    step = STEPS[name]
    back = parse_step(json.loads(json.dumps(step.model_dump(mode="json"))))
    assert type(back) is type(step)
    assert (back, key_of(back)) == (step, key_of(step))


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**31),
    rate=st.floats(1e-9, 1, allow_nan=False),
    epochs=st.floats(0.01, 100, allow_nan=False),
    examples=st.one_of(st.none(), st.integers(1, 10**7)),
)
def test_numbers_survive_json(seed: int, rate: float, epochs: float, examples: int | None) -> None:
    """Whatever the hyper-parameters, a key computed from a stored record is the key it was stored under."""
    training = Training(learning_rate=rate, epochs=epochs, examples=examples)
    step = TARGET.replace({"seed": seed, "training": training})
    assert key_of(parse_step(json.loads(canonical_json(step.model_dump(mode="json"))))) == key_of(step)


def test_whole_numbers_are_equal_however_written() -> None:
    """``epochs: 3`` and ``epochs: 3.0`` are the same training."""
    three, three_point_zero = ({"training": {"epochs": n}} for n in (3, 3.0))
    assert key_of(TARGET.replace(three)) == key_of(TARGET.replace(three_point_zero))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"kind": "dance"}, "does not match any of the expected tags"),
        ({"seed": 1}, "Unable to extract tag using discriminator 'kind'"),
        (TARGET.model_dump() | {"path": "a"}, "Extra inputs are not permitted"),
    ],
)
def test_what_is_no_step(raw: dict[str, Any], message: str) -> None:
    """An unknown kind, a missing one and an unknown field are refused."""
    with pytest.raises(ValidationError, match=message):
        parse_step(raw)


def test_parents() -> None:
    """A step's parents are the steps it needs; a given encoder is none."""
    assert PRETRAIN.parents == INTERMEDIATE.parents == ()
    assert TARGET.parents == ("c" * 64,)
    assert PREDICT.parents == ("f" * 64,)
    assert PREDICT.replace({"parent": base("x")}).parents == ()


def test_references() -> None:
    """A given encoder and a key are told apart."""
    assert is_base(base("abc"))
    for key in GOLDEN.values():
        assert re.fullmatch("[0-9a-f]{64}", key)
        assert not is_base(key)


def test_canonical_json() -> None:
    """Sorted keys, no spaces, text as it is, and no numbers that JSON does not know."""
    assert canonical_json({"b": 1, "a": ["é", None, 1e-05]}) == '{"a":["é",null,1e-05],"b":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))
