"""Arms in other languages and their controls, from a study to its rows, on a tiny encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stiltwalk.analyse.gains import gains
from stiltwalk.cli.show import absent_lines
from stiltwalk.cli.spent import show_spent
from stiltwalk.compute.examples import training_examples
from stiltwalk.compute.lineage import lineage
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.caveats import explain
from stiltwalk.spec.errors import StudyError
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import read_artifact
from stiltwalk.store.studies import keep_study, read_kept_study
from tests.compute.fakes import same_bits, weights
from tests.worlds import SMALL_STUDY, finish, node, prepared_study, write_world

NLI = "pocket-entailment"
SEVERAL = {"tasks": [NLI, "pocket-causes"], "languages": ["en", "de"], "match": "compute"}
CONTROL = f"none+steps-of-{NLI}"

STUDY: dict[str, Any] = {
    "intermediate": [
        NLI,
        {"task": NLI, "languages": ["de"]},
        {"task": NLI, "languages": ["de", "en", "ru"], "match": "examples"},
        {"task": NLI, "masked_lm": {"text": ["multi30k"], "lines": 8, "max_tokens": 32}},
        {"task": NLI, "back_translated": "de"},
        SEVERAL,
        {"longer_by": NLI},
    ],
    "targets": ["udpos", "tatoeba"],
    "translation": "pocket",
    "recipe": {
        **SMALL_STUDY["recipe"],
        "intermediate": {**SMALL_STUDY["recipe"]["intermediate"], "examples": 24, "max_tokens": 48},
    },
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the tiny world."""
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def done(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The study, every step of it finished."""
    prepared = prepared_study(data, tmp_path_factory.mktemp("done") / "store", STUDY)
    finish(prepared)
    return prepared


@pytest.fixture(scope="module")
def rows(done: Prepared) -> pd.DataFrame:
    """Its result rows."""
    return study_rows(done.place.store, done.plan)


def _facts(done: Prepared, title: str) -> dict[str, Any]:
    return dict(read_artifact(done.place.store, node(done.plan, f"{title}, seed 1").key).facts)


def test_every_arm_trains_on_what_it_says(done: Prepared) -> None:
    """Twenty-four examples, in the languages of the arm; twice as many where two are pooled for two tasks."""
    found = {arm: _facts(done, f"intermediate {arm}") for arm in done.plan.study.arms[1:-1]}
    assert {arm: (facts["examples"], facts.get("languages")) for arm, facts in found.items()} == {
        NLI: (24, None),
        f"{NLI}@de": (24, {"de": 24}),
        f"{NLI}@de+en+ru-examples": (24, {"de": 8, "en": 8, "ru": 8}),
        f"{NLI}+mlm": (24, None),
        f"{NLI}@en-de-en": (24, None),
        f"{NLI}+pocket-causes@en+de-compute": (96, {"en": 48, "de": 48}),
    }
    steps = {arm: facts["steps"] for arm, facts in found.items() if "mlm" not in arm}
    assert list(steps.values()) == [3, 3, 3, 3, 6]


def test_an_exact_translation_back_is_the_english(done: Prepared) -> None:
    """The control is the arm again, to the last bit, where the translator makes no mistake."""
    ours, theirs = (
        weights(done.place.store.folder(node(done.plan, f"intermediate {arm}, seed 1").key))
        for arm in (NLI, f"{NLI}@en-de-en")
    )
    assert ours
    assert same_bits(ours, theirs)


def test_the_control_trains_the_target_for_longer(done: Prepared) -> None:
    """By the steps that the arm took in between; for what is not trained there is no cell."""
    plain, longer = (_facts(done, f"target udpos{after}") for after in ("", f" after {CONTROL}"))
    assert longer["extra_steps"] == _facts(done, f"intermediate {NLI}")["steps"] == 3
    assert longer["steps"] == plain["steps"] + 3
    assert {cell.target for cell in done.plan.cells if cell.intermediate == CONTROL} == {"udpos"}
    assert f"{CONTROL}: would be 'none' again where nothing is trained, so left out: tatoeba" in absent_lines(
        done.plan
    )


def test_rows_say_which_languages_were_seen(rows: pd.DataFrame) -> None:
    """By labelled data or by text of masked LM, whatever the task; and name their arm and its size."""
    udpos = rows[(rows["target"] == "udpos") & (rows["metric"] == "f1")]
    seen = udpos[udpos["language_seen_in_intermediate"]]
    languages = {
        arm: set(seen[seen["intermediate"] == arm]["language"]) for arm in udpos["intermediate"].unique()
    }
    assert languages == {
        "none": set(),
        NLI: {"en"},
        f"{NLI}@de": {"de"},
        f"{NLI}@de+en+ru-examples": {"de", "en"},
        f"{NLI}+mlm": {"de", "en"},
        f"{NLI}@en-de-en": {"en"},
        f"{NLI}+pocket-causes@en+de-compute": {"de", "en"},
        CONTROL: set(),
    }
    sizes = dict(zip(udpos["intermediate"], udpos["examples"], strict=True))
    assert (sizes[CONTROL], sizes[f"{NLI}@de"]) == (0, 24)
    marks = {mark for text in rows["caveats"] for mark in text.split(";") if mark}
    assert {"intermediate-beyond-english", "back-translated", "longer-target"} <= marks
    assert all("trained on" not in sentence for sentence in explain(marks).values())


def test_a_model_knows_in_which_languages_it_was_trained(done: Prepared) -> None:
    """Also without the study that it comes from: its arm's name is made of its steps."""
    names = {
        arm: lineage(done.place, node(done.plan, f"intermediate {arm}, seed 1").key).intermediate
        for arm in done.plan.study.arms[1:-1]
    }
    assert names.pop(f"{NLI}@de+en+ru-examples") == f"{NLI}@en+de+ru-examples"
    assert names.pop(f"{NLI}@en-de-en") == NLI
    assert all(arm == name for arm, name in names.items())


def test_the_control_is_compared_as_an_arm(rows: pd.DataFrame) -> None:
    """Seed by seed with the baseline, on what it was tested on."""
    found = gains(rows)
    control = found[found["intermediate"] == CONTROL]
    assert set(control["target"]) == {"udpos"}
    assert set(control["seeds"]) == {1}


def test_what_the_arms_spent(done: Prepared, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for every arm; languages beside the tasks, and of the control what it added."""
    show_spent(done.plan, done.place.store)
    lines = {
        words[1]: " ".join(words[2:])
        for line in capsys.readouterr().out.splitlines()
        if len(words := line.split()) > 2
    }
    assert set(done.plan.study.arms[1:]) <= set(lines)
    assert "(examples: de 33.3 %, en 33.3 %, ru 33.3 %)" in lines[f"{NLI}@de+en+ru-examples"]
    assert "examples" not in lines[NLI]
    assert lines[CONTROL].startswith("3 ")
    assert lines[CONTROL].endswith("more steps of each target")
    plain, longer = (_facts(done, f"target udpos{after}") for after in ("", f" after {CONTROL}"))
    added = int(lines[CONTROL].split()[1])
    assert added == round(longer["tokens"] * 3 / longer["steps"])
    assert 0 < added < longer["tokens"] <= 2 * plain["tokens"]


def test_the_study_is_kept_with_its_arms(done: Prepared) -> None:
    """Results can be read later, without planning again."""
    keep_study(done.place.store, done.plan, done.place.data_dir)
    kept = read_kept_study(done.place.store, done.plan.study.study).plan
    assert kept.study == done.plan.study
    assert list(kept.nodes.values()) == list(done.plan.nodes.values())
    assert kept.cells == done.plan.cells


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        (
            {"task": "commonsenseqa", "languages": ["de"]},
            "'commonsenseqa' in 'de': it exists in en.*translation:",
        ),
        ({"task": "tydiqa", "languages": ["en", "fi"], "match": "examples"}, "in fi does not translate the"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(
    arm: dict[str, Any], message: str, data: Path, tmp_path: Path
) -> None:
    """By planning, with the files that are there."""
    folder = write_world(tmp_path / "data")
    finnish = folder / "tydiqa" / "tydiqa-goldp-v1.1-train" / "tydiqa-goldp-train-finnish.json"
    dev = data / "tydiqa" / "tydiqa-goldp-v1.1-dev" / "tydiqa-goldp-dev-finnish.json"
    finnish.write_bytes(dev.read_bytes())
    with pytest.raises(StudyError, match=message):
        prepared_study(folder, tmp_path / "store", {"intermediate": [arm]})


def test_published_translations_are_dealt_out_by_their_rows(tmp_path: Path) -> None:
    """PAWS-X in its own layout: a German row that is missing stays in English."""
    folder = write_world(tmp_path / "data")
    rows = [(str(number), f"one {number} .", f"two {number} .", "01"[number % 2]) for number in range(1, 9)]
    for name, kept in {"en/train": rows, "en/dev_2k": rows, "de/translated_train": rows[2:]}.items():
        path = folder / "pawsx" / "x-final" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [("id", "sentence1", "sentence2", "label"), *kept]
        path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    arm = {"task": "pawsx", "languages": "all", "match": "examples"}
    prepared = prepared_study(folder, tmp_path / "store", {"intermediate": [arm], "targets": ["udpos"]})
    assert "machine-translated" in prepared.plan.cells[-1].caveats
    step = node(prepared.plan, "intermediate pawsx@all-examples, seed 1").step
    assert isinstance(step, TrainStep)
    _, examples = training_examples(prepared.place, step)
    ids = [example.id for example in examples]
    assert sorted(name.removeprefix("de:") for name in ids) == [row[0] for row in rows]
    assert {"1", "2"} <= set(ids)
    assert sum(name.startswith("de:") for name in ids) == 4
