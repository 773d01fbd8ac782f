"""Tests of the JSON schema of study files: it takes what studies take, and marks what they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stiltwalk.spec.axes import AXES
from stiltwalk.spec.record import Record
from stiltwalk.spec.scales import SCALED, scales_of
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import read_study, written_in
from stiltwalk.spec.study_schema import SHORT_FIELDS, SHORT_RECORDS, study_schema

from .fakes import MADE, SMALL

SCHEMA = study_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
PRESETS = sorted(Path(str(files("stiltwalk.studies"))).glob("*.yaml"))


def _wrong(raw: Mapping[str, Any]) -> list[str]:
    """What is wrong with ``raw``, by the schema."""
    # through YAML, as an editor sees it: lists for tuples
    given = yaml.safe_load(yaml.safe_dump(dict(raw)))
    return [f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(given)]


def test_it_is_a_schema() -> None:
    """The schema keeps the rules of its own dialect."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_preset_is_valid(path: Path) -> None:
    """As it is written, as it is printed, and as it is kept, at every scale."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert _wrong(raw) == []
    for scale in scales_of(raw, path.stem) or (None,):
        assert _wrong(written_in(path, scale).model_dump(mode="json", exclude_unset=True)) == []
        assert _wrong(read_study(path, {}, scale=scale).model_dump(mode="json")) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"encoders": ["x/e", {"name": "e", "source": "x/e", "adaptation": "lora", "pooling": "mean"}]},
        {
            "encoders": [
                {"ladder": "xlm-r"},
                {"ladder": "mt5", "sizes": ["large", "xl"], "adaptation": "lora"},
            ]
        },
        {
            "encoders": [
                {
                    "name": "mine",
                    "ladder": {
                        "shapes": [{"layers": 1, "hidden": 8}, {"layers": 2, "hidden": 8}],
                        "seeds": 3,
                        "text": ["udhr"],
                        "training": {"steps": 1, "learning_rate": "1e-3"},
                    },
                }
            ]
        },
        {"encoders": [{"name": "e", "pretrain": {**MADE, "text": ["udhr"]}}]},
        {
            "targets": [
                "xtreme",
                "mine.yaml",
                {"task": "tatoeba", "layers": 3},
                {"task": "bucc", "layers": "all"},
            ]
        },
        {"targets": [{"task": "tydiqa", "train_languages": "all"}, {"task": "xquad", "languages": ["de"]}]},
        {"seeds": 5, "recipe": "released", "measure": True, "translation": "pocket", "analysis": "size"},
        {"seeds": [1, 2], "measure": {"batches": 1, "lengths": [128]}, "analysis": {"margin": 0.5}},
        {"recipe": {"target": {"learning_rate": "2e-5", "steps": None}, "rates": {"target": [1e-5, 2e-5]}}},
        {"intermediate": ["squad", "mine.yaml", {"task": "squad", "languages": "de", "rate": "linear"}]},
        {
            "intermediate": [
                {"tasks": ["squad", "udpos"], "sampling": {"temperature": 2}},
                {"longer_by": "squad"},
            ]
        },
        {"intermediate": [{"tasks": ["squad", "udpos"], "sampling": "uniform", "name": "both"}]},
        {"tasks": ["mine.yaml", {"name": "mine", "type": "token-classification", "splits": {"train": "t"}}]},
        {"axes": {"examples": [10, "all"], "layers": "all", "masked_lm_share": [0, 0.5]}},
        {"axes": {"batch_size": {"values": [8], "rate": {"rates": [1e-5, 2e-5]}, "arms": ["squad"]}}},
        {"axes": {"languages": {"values": ["en", ["en", "de"], "all"], "match": "examples"}}},
        {"axes": {"learning_rate": ["1e-5", 2e-5], "steps": [None, 10], "epochs": [0.5, 1]}},
        {"scales": {"pocket": {"seeds": 1, "measure": None}, "full": {"axes": {"examples": [1]}}}},
    ],
)
def test_what_a_study_may_say(changes: dict[str, Any]) -> None:
    """Every short form, ladders, benchmarks, task files, axes and scales pass."""
    assert _wrong({**SMALL, **changes}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"encodrs": ["x/e"]},
        {"encoders": []},
        {"encoders": [{"ladder": "xml-r"}]},
        {"encoders": [{"name": "e", "pretrain": {**MADE, "text": ["t"], "sed": 1}}]},
        {"recipe": {"nmae": "released"}},
        {"recipe": "relased"},
        {"recipe": {"tasks": {"squad": {"epoch": 1}}}},
        {"recipe": {"target": {"batch_size": None}}},
        {"targets": [{"taks": "xquad"}]},
        {"targets": [{"task": "xquad", "languages": ["zhh"]}]},
        {"intermediate": [{"task": "squad", "training": {"batch": 1}}]},
        {"intermediate": [{"task": "squad", "rate": "linaer"}]},
        {"execution": {"thread": 2}},
        {"seeds": 0},
        {"seeds": "three"},
        {"analysis": "sise"},
        {"axes": {"exmaples": [1]}},
        {"axes": {"examples": []}},
        {"axes": {"examples": ["many"]}},
        {"axes": {"examples": {"values": [1], "rate": "linear"}}},
        {"axes": {"layers": {"values": [1], "arms": ["squad"]}}},
        {"axes": {"masked_lm_share": [1]}},
        {"scales": {}},
        {"scales": {"pocket": {"study": "x"}}},
        {"scales": {"pocket": {"recipe": {"nmae": "x"}}}},
    ],
)
def test_what_a_study_may_not_say(changes: dict[str, Any]) -> None:
    """Mistakes that the study's own checks refuse are marked in the editor."""
    assert _wrong({**SMALL, **changes})


def test_what_must_be_said() -> None:
    """A name; and encoders and targets, unless scales may say them."""
    assert _wrong({"study": "s"})
    assert _wrong({"encoders": ["x/e"], "targets": ["xquad"]})
    assert _wrong({"study": "s", "scales": {"a": {"encoders": ["x/e"], "targets": ["xquad"]}}}) == []


_SAID = st.fixed_dictionaries(
    {},
    optional={
        "seeds": st.integers(1, 5) | st.lists(st.integers(0, 9), min_size=1, unique=True),
        "question": st.text(st.characters(codec="ascii", categories=["L"]), max_size=9),
        "intermediate": st.lists(st.sampled_from(["squad", "udpos", "sick"]), unique=True),
        "targets": st.lists(st.sampled_from(["xquad", "tatoeba", "udpos"]), min_size=1, unique=True),
        "axes": st.dictionaries(
            st.sampled_from(["examples", "batch_size", "subset"]),
            st.lists(st.integers(1, 9), min_size=1, unique=True),
        ),
        "analysis": st.fixed_dictionaries(
            {}, optional={"margin": st.floats(0.01, 5), "looks": st.integers(1, 9)}
        ),
    },
)


@settings(deadline=None, max_examples=50)
@given(_SAID)
def test_what_records_take_the_schema_takes(changes: dict[str, Any]) -> None:
    """A study that its records accept is valid, as it was written and with every default filled in."""
    raw = {**SMALL, **changes}
    study = Study.model_validate(raw)
    assert _wrong(raw) == []
    assert _wrong(study.model_dump(mode="json")) == []


def _records(kind: type[Record], seen: set[type[Record]]) -> Iterator[type[Record]]:
    """``kind`` and every record that its fields lead to."""
    if kind in seen:
        return
    seen.add(kind)
    yield kind
    for field in kind.model_fields.values():
        waiting: list[Any] = [field.annotation]
        while waiting:
            each = waiting.pop()
            waiting += getattr(each, "__args__", ())
            if isinstance(each, type) and issubclass(each, Record):
                yield from _records(each, seen)


def test_no_short_form_is_forgotten() -> None:
    """Every record and field that reads something shorter than itself has its short form in the schema."""
    # a task's own reading is that of task files; these values are checked, not read otherwise
    only_checked = {("Analysis", "decision"), ("RateChoice", "rule"), ("Axis", "values"), ("Lora", "targets")}
    lists = {("Study", "encoders"), ("Study", "targets"), ("ArmChoice", "languages")}
    elsewhere = {"EncoderChoice", "ArmChoice", "TargetChoice", "Axis"}
    records, fields = set(), set()
    for kind in _records(Study, set()):
        if kind.__module__ == "stiltwalk.spec.task":
            continue
        found = kind.__pydantic_decorators__
        if any(each.info.mode == "before" for each in found.model_validators.values()):
            records.add(kind.__name__)
        for each in found.field_validators.values():
            if each.info.mode == "before":
                fields |= {(kind.__name__, field) for field in each.info.fields}
    assert records == set(SHORT_RECORDS) | elsewhere
    assert fields == set(SHORT_FIELDS) | only_checked | lists


def test_editors_are_told_what_fields_mean() -> None:
    """Every field of every record has a description, which is what its record says of it."""
    silent = [
        f"{name}.{field}"
        for name, record in SCHEMA["$defs"].items()
        for field, said in record.get("anyOf", [record])[0].get("properties", {}).items()
        if name != "Scale" and "description" not in said
    ]
    assert silent == ["Sampling.temperature"]
    assert (
        SCHEMA["properties"]["seeds"]["description"]
        == "random seeds; a number N, at most 1000, means 1 to N."
    )


def test_axes_and_scales_have_every_name() -> None:
    """The schema knows each axis and each field of a scale by name."""
    assert set(SCHEMA["properties"]["axes"]["properties"]) == set(AXES)
    assert set(SCHEMA["$defs"]["Scale"]["properties"]) == set(SCALED)
