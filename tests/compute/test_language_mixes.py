"""Tests of data in several languages: which examples there are, in which language, and for how many steps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.examples import english_examples, languages_among, part_examples
from stiltwalk.compute.train import train
from stiltwalk.data.load import fingerprint, load
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.trainings import TaskData, TrainStep
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Classified, Example
from stiltwalk.spec.recipes import Training
from stiltwalk.spec.task import Split, Task, Translated
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.compute.fakes import accelerator, train_step

NLI = TASKS["pocket-entailment"]
ALL = 500
"""How many training examples it has in each language."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place without data files: the task is made."""
    return Place(open_store(tmp_path_factory.mktemp("store")), None, {}, {}, TASKS)


def mix(languages: str, match: Any, task: Task = NLI, root: Path | None = None, **training: Any) -> TaskData:
    """What a step says of ``task`` in these languages."""
    contents = {code: fingerprint(task, "train", code, root) or "" for code in ("en", *languages.split())}
    return TaskData(
        task=task.name,
        training=Training(**training),
        train=contents["en"] if "en" in languages.split() else "",
        others={code: content for code, content in contents.items() if code != "en"},
        match=match,
        like=contents["en"] if match else None,
        dev=None,
        head=task.name,
    )


def taken(place: Place, part: TaskData, seed: int = 1) -> dict[str, set[str]]:
    """Language → the English ids of its examples, each of which is what it is in that language."""
    found: dict[str, set[str]] = {code: set() for code in part.languages}
    _, examples = part_examples(place, part, seed)
    assert len({example.id for example in examples}) == len(examples)
    for example in examples:
        code, _, name = example.id.rpartition(":")
        found[code or "en"].add(name)
    assert languages_among(part, examples) == {code: len(ids) for code, ids in found.items()}
    return found


def english(place: Place, seed: int = 1, **training: Any) -> set[str]:
    """The ids that English alone trains on."""
    _, examples = part_examples(place, mix("en", None, **training), seed)
    return {example.id for example in examples}


def _of_language(examples: tuple[Example, ...], code: str) -> dict[str, str]:
    return {
        example.id.removeprefix(f"{code}:"): example.text_a
        for example in examples
        if isinstance(example, Classified) and example.id.rpartition(":")[0] == ("" if code == "en" else code)
    }


@pytest.mark.parametrize("size", [None, 60])
@pytest.mark.parametrize("languages", ["de en", "de ru sw", "en de es ru tr sw hi zh"])
def test_as_many_examples_as_english(languages: str, size: int | None, place: Place) -> None:
    """The very ids of English alone, each in one language, which have equally many."""
    found = taken(place, mix(languages, "examples", examples=size))
    counts = Counter(name for ids in found.values() for name in ids)
    assert set(counts) == english(place, examples=size)
    assert set(counts.values()) == {1}
    sizes = [len(ids) for ids in found.values()]
    assert sum(sizes) == (size or ALL)
    assert max(sizes) - min(sizes) <= 1


def test_examples_say_what_they_say_in_their_language(place: Place) -> None:
    """Under one id English and German are translations of each other, and so are their labels."""
    _, examples = part_examples(place, mix("de en", "examples", examples=40), 1)
    for code in ("de", "en"):
        given = {each.id: each for each in load(NLI, "train", code, None) if isinstance(each, Classified)}
        dealt = _of_language(examples, code)
        assert len(dealt) == 20
        assert all(given[name].text_a == text for name, text in dealt.items())
    labels = Counter(each.label for each in examples if isinstance(each, Classified))
    assert set(labels.values()) == {20}


def test_a_smaller_mix_lies_in_a_larger_one(place: Place) -> None:
    """Each example in the language that it has there; another seed or subset deals anew."""
    less, more = (taken(place, mix("de en ru", "examples", examples=size)) for size in (50, 120))
    assert all(less[code] < more[code] for code in less)
    anew = [
        taken(place, mix("de en", "examples", examples=50, subset=subset), seed)
        for seed, subset in ((1, 0), (2, 0), (1, 1))
    ]
    assert len({frozenset(each["de"]) for each in anew}) == 3
    whole = [taken(place, mix("de en", "examples"), seed)["de"] for seed in (1, 2)]
    assert whole[0] != whole[1]


@pytest.mark.parametrize("match", ["union", "compute"])
def test_a_union_has_every_example_in_every_language(match: str, place: Place) -> None:
    """Of fewer examples those of English alone, whether or not English is among the languages."""
    for languages in ("de en", "de ru"):
        found = taken(place, mix(languages, match))
        assert {len(ids) for ids in found.values()} == {ALL}
        few = taken(place, mix(languages, match, examples=30))
        assert all(ids == english(place, examples=30) for ids in few.values())


def test_the_order_in_which_languages_stand_changes_nothing(place: Place) -> None:
    """Two records of one key are the same data."""
    for match in ("union", "examples", None):
        one, other = (part_examples(place, mix(codes, match), 1) for codes in ("de en ru", "ru en de"))
        assert one == other


def test_english_beside_a_mix(place: Place) -> None:
    """What a mix is held against is what English alone trains on."""
    part = mix("de ru", "compute", examples=30)
    assert {example.id for example in english_examples(place, part, 1)} == english(place, examples=30)


def _published(root: Path, german: list[str]) -> Task:
    """A task of four English pairs, and a published translation of these rows."""
    rows = ["a\tb\tlabel", "A1\tB1\t0", "A2\tB2\t1", "A3\tB3\t1", "A4\tB4\t0"]
    (root / "en.tsv").write_text("\n".join(rows) + "\n")
    (root / "de.tsv").write_text("\n".join([rows[0], *german]) + "\n")
    columns = {"text_a": "{a}", "text_b": "{b}", "label": "label"}
    there = Translated(paths=("{language}.tsv",), columns=columns, languages=("de",), aligned=True)
    changes = {
        "name": "published",
        "generator": None,
        "layout": "columns",
        "columns": columns,
        "labels": ("0", "1"),
        "splits": {"train": Split(paths=("en.tsv",), translated=(there,))},
        "trains_on": ("published",),
    }
    return NLI.replace(changes)


@pytest.mark.parametrize(
    ("german", "message"),
    [
        (["C2\tD2\t1", "C3\tD3\t1", "C4\tD4\t0"], "but of '1' its label is not that of the English example"),
        (
            ["C1\tD1\t0", "C2\tD2\t1", "C3\tD3\t1", "C4\tD4\t0", "C5\tD5\t0"],
            "but of '5' there is no English example of that id",
        ),
    ],
)
def test_rows_that_do_not_match_are_refused(german: list[str], message: str, tmp_path: Path) -> None:
    """A published translation whose rows are other rows is not dealt out by their numbers."""
    task = _published(tmp_path, german)
    here = Place(open_store(tmp_path / "store"), tmp_path, {}, {}, {**TASKS, task.name: task})
    with pytest.raises(DataError, match=message):
        part_examples(here, mix("de en", "examples", task, tmp_path), 1)
    _, pooled = part_examples(here, mix("de en", "union", task, tmp_path), 1)
    assert len(pooled) == 4 + len(german)


def test_a_row_that_was_not_translated_is_another_languages(tmp_path: Path) -> None:
    """As many examples as in English, as long as one language has each of them."""
    task = _published(tmp_path, ["C1\tD1\t0", "C2\tD2\t1"])
    here = Place(open_store(tmp_path / "store"), tmp_path, {}, {}, {**TASKS, task.name: task})
    _, examples = part_examples(here, mix("de en", "examples", task, tmp_path), 1)
    assert sorted(example.id for example in examples) == ["3", "4", "de:1", "de:2"]


def _trained(step: TrainStep, place: Place, folder: Path) -> dict[str, Any]:
    (folder / "draft").mkdir(parents=True)
    return train(step, place, accelerator(), folder, Monitor())


def _mixed(finished: Prepared, languages: str, match: Any, **training: Any) -> TrainStep:
    """The intermediate step of the tiny world, on the made task in these languages."""
    step = train_step(finished, "intermediate commonsenseqa, seed 1")
    training = {**step.training.model_dump(), "batch_size": 8, "epochs": 2, "examples": 40, **training}
    part = mix(languages, match, **training)
    return step.replace(part.model_dump(exclude={"head"}))


@pytest.mark.parametrize("languages", ["en de", "de ru"])
def test_matched_by_compute_it_takes_the_steps_of_english(
    languages: str, finished: Prepared, tmp_path: Path
) -> None:
    """Two epochs of forty examples in batches of eight, whatever there is in other languages."""
    steps = {}
    for name, step in {
        "english": _mixed(finished, "en", None),
        "union": _mixed(finished, languages, "union"),
        "compute": _mixed(finished, languages, "compute"),
        "examples": _mixed(finished, languages, "examples"),
    }.items():
        facts = _trained(step, finished.place, tmp_path / name)
        steps[name] = (facts["steps"], facts["examples"])
        spoken = None if name == "english" else dict.fromkeys(languages.split(), facts["examples"] // 2)
        assert facts.get("languages") == spoken
    assert steps == {"english": (10, 40), "union": (20, 80), "compute": (10, 80), "examples": (10, 40)}


def test_questions_are_matched_by_windows(finished: Prepared, tmp_path: Path) -> None:
    """The steps of English follow from its windows, which are more than its questions."""
    task = TASKS["pocket-qa"]
    plain = train_step(finished, "target tydiqa, seed 1")
    training = {**plain.training.model_dump(), "max_tokens": 64, "examples": 12, "batch_size": 4, "epochs": 1}
    found = {}
    for name, languages, match in (("english", "en", None), ("compute", "de en", "compute")):
        step = plain.replace(mix(languages, match, task, **training).model_dump(exclude={"head"}))
        facts = _trained(step, finished.place, tmp_path / name)
        found[name] = (facts["steps"], facts["items"])
    assert found["compute"][0] == found["english"][0] == -(-found["english"][1] // 4)
    assert found["compute"][1] > found["english"][1] > 12


def test_a_longer_training_adds_the_steps_of_another(finished: Prepared, tmp_path: Path) -> None:
    """Its own, and those that the other took; its epochs just go on, and the schedule is over all of them."""
    between = next(key for key, n in finished.plan.nodes.items() if n.step.kind == "intermediate")
    plain = train_step(finished, "target udpos, seed 1", batch_size=8, epochs=1)
    own = _trained(plain, finished.place, tmp_path / "own")
    longer = _trained(plain.replace({"longer_by": between}), finished.place, tmp_path / "longer")
    fixed = plain.replace({"training": plain.training.replace({"steps": 3}), "longer_by": between})
    extra = longer["extra_steps"]
    assert "extra_steps" not in own
    assert extra == 6  # 48 examples in batches of eight
    assert longer["steps"] == longer["planned_steps"] == own["steps"] + extra
    assert longer["examples"] == own["examples"]
    assert longer["tokens"] == 2 * own["tokens"]  # another epoch of the same 48 examples
    assert _trained(fixed, finished.place, tmp_path / "fixed")["steps"] == 3 + extra
    rates = [each["learning_rate"] for each in longer["log"] if "learning_rate" in each]
    # two steps of warm-up, then ten down to 0: in the sixth step 7/10 of the peak are left
    assert rates[5] == pytest.approx(0.7 * plain.training.learning_rate)
