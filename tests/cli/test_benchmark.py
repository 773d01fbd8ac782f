"""Tests of the benchmark commands: scores of folders, submissions of a study, and its benchmark table."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stiltwalk.analyse.benchmark import benchmark_tables
from stiltwalk.spec.tasks.benchmarks import XTREME
from tests.cli.conftest import Command, World
from tests.worlds import write_study


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """PAWS-X in all languages but with one of two right in French, XNLI in German alone."""
    gold = {f"pawsx/test-{code}.tsv": "0\n1\n" for code in "de en es fr ja ko zh".split()}
    gold["xnli/test-de.tsv"] = "neutral\nentailment\n"
    given = gold | {"pawsx/test-fr.tsv": "1\n1\n"}
    return _write(tmp_path / "predictions", given), _write(tmp_path / "labels", gold)


def test_score(command: Command, folders: tuple[Path, Path]) -> None:
    """Languages, then tasks and groups; what is missing is listed, and no mean is taken without it."""
    ended = command("score", *folders)
    assert ended.code == 0, ended.err
    lines = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert "pawsx fr 50.00" in lines
    # (6 × 100 + 50) / 7
    assert "classification pawsx 92.86 92.86" in lines
    assert "classification xnli" in lines
    assert "classification mean" in lines
    assert "XTREME all tasks" in lines
    assert "xnli lacks ar bg el en es fr hi ru sw th tr ur vi zh" in lines
    assert "nothing of udpos, panx, xquad, mlqa, tydiqa, bucc, tatoeba" in lines
    assert "xnli: no predictions for ar bg" in ended.err
    assert "xnli: no labels for ar bg" in ended.err


def test_score_as_json(command: Command, folders: tuple[Path, Path]) -> None:
    """A number a row, by level; a mean that is not taken is null, with what it lacks."""
    rows = command("score", *folders, "--json").json["rows"]
    assert set(rows[0]) == {"level", "group", "task", "language", "metric", "value", "missing"}
    found = {(row["level"], row["task"] or row["group"], row["language"], row["metric"]): row for row in rows}
    assert found["language", "pawsx", "fr", "accuracy"]["value"] == 50.0
    assert found["task", "pawsx", None, "score"]["value"] == pytest.approx(650 / 7)
    group = found["group", "classification", None, "score"]
    assert (group["value"], group["missing"]) == (None, ["xnli"])
    total = found["benchmark", None, None, "score"]
    assert total["value"] is None
    assert len(total["missing"]) == 8


def test_a_whole_group(command: Command, folders: tuple[Path, Path]) -> None:
    """With every language of XNLI there the group has its mean."""
    for folder in folders:
        _write(folder, {f"xnli/test-{code}.tsv": "neutral\n" for code in XTREME.tasks[0].languages})
    rows = command("score", *folders, "--json").json["rows"]
    (group,) = [row for row in rows if (row["level"], row["group"]) == ("group", "classification")]
    assert group["value"] == pytest.approx((100 + 650 / 7) / 2)


def test_the_other_benchmark(command: Command, folders: tuple[Path, Path]) -> None:
    """XTREME-R has no PAWS-X: its folder is not read, and said to be."""
    ended = command("score", *folders, "--benchmark", "xtreme-r", "--json")
    assert {row["task"] for row in ended.json["rows"] if row["level"] == "language"} == {"xnli"}
    assert "'pawsx' is no task of XTREME-R" in ended.err


@pytest.mark.parametrize(
    ("files", "words", "message"),
    [
        ({"bucc/test-de.tsv": "a\tb\n"}, (), "Nothing can be scored: no file of XTREME is in both"),
        ({"bucc/test-de.tsv": "a\tb\n"}, (), "'bucc' is no task of XTREME. Did you mean 'bucc2018'?"),
        ({"xnli/test-de.tsv": "neutral\n\n"}, (), "has 2 lines"),
        ({"xnli/test-de.tsv": "neutral\n"}, ("--benchmark", "xtrem"), "Did you mean 'xtreme'?"),
    ],
)
def test_mistakes(
    command: Command, tmp_path: Path, files: dict[str, str], words: tuple[str, ...], message: str
) -> None:
    """A mistake ends with exit code 2, its cure, and no traceback."""
    labels = _write(tmp_path / "labels", {"xnli/test-de.tsv": "neutral\n"})
    ended = command("score", _write(tmp_path / "given", files), labels, *words)
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_notes_of_files(command: Command, tmp_path: Path) -> None:
    """What is odd in a file is said with its task and language."""
    labels = _write(tmp_path / "labels", {"xnli/test-de.tsv": "neutral\n"})
    given = _write(tmp_path / "given", {"xnli/test-de.tsv": "maybe\n"})
    assert "xnli de: 1 of 1 predictions are no label" in command("score", given, labels).err


def _kept(command: Command, world: World) -> list[dict[str, Any]]:
    """The rows of the tiny study, which are read by its name from then on."""
    rows: list[dict[str, Any]] = command("run", world.study, *world.places, "--json").json["rows"]
    return rows


@pytest.mark.parametrize("arm", ["none", "commonsenseqa"])
def test_a_submission_scores_as_its_rows(command: Command, world: World, tmp_path: Path, arm: str) -> None:
    """Predictions and labels written out and scored give the very numbers of the study's rows."""
    rows = _kept(command, world)
    out, labels = tmp_path / "out", tmp_path / "labels"
    words = ("tiny-world", "--arm", arm, "--seed", "2", "--out", out, "--labels", labels)
    ended = command("submission", *words, *world.places)
    assert ended.code == 0, ended.err
    assert f"2 task(s) written to {out} and {labels}" in ended.err
    assert "not among the study's targets: xnli, pawsx" in ended.err
    expected = {
        (row["target"], row["language"], row["metric"]): row["value"]
        for row in rows
        if (row["intermediate"], row["seed"]) == (arm, 2)
    }
    scores = command("score", out, labels, "--json").json["rows"]
    found = {
        (row["task"], row["language"], row["metric"]): row["value"]
        for row in scores
        if row["level"] == "language"
    }
    assert {name[:2] for name in found} == {
        ("udpos", "de"),
        ("udpos", "en"),
        ("tatoeba", "de"),
        ("tatoeba", "fr"),
    }
    for name, value in found.items():
        assert value == pytest.approx(expected[name], abs=1e-9), name


def test_an_evaluated_model_can_be_submitted(command: Command, world: World, tmp_path: Path) -> None:
    """A study that only evaluates has the one arm 'none' and the one seed; nothing needs to be named."""
    store = shutil.copytree(world.store, tmp_path / "store")
    places = ("--data-dir", world.data, "--store", store)
    steps = command("plan", world.study, *places, "--json").json["steps"]
    (key,) = [step["key"] for step in steps if step["title"] == "target udpos, seed 1"]
    rows = command("evaluate", key, "--target", "udpos", "--recipe", "pocket", *places, "--json").json["rows"]
    ended = command("submission", rows[0]["study"], "--out", tmp_path / "out", *places)
    assert ended.code == 0, ended.err
    assert sorted(path.name for path in (tmp_path / "out" / "udpos").iterdir()) == [
        "test-de.tsv",
        "test-en.tsv",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--arm", "comonsenseqa", "--seed", "1"), "Did you mean 'commonsenseqa'?"),
        ((), "The study has several seeds: 1, 2. Name one with --seed."),
        (("--seed", "3"), "There is no seed in this study called '3'"),
        (("--seed", "1", "--encoder", "tinny"), "Did you mean 'tiny'?"),
        (("--seed", "1", "--benchmark", "xtreme_r"), "Did you mean 'xtreme-r'?"),
    ],
)
def test_mistaken_submissions(
    command: Command, world: World, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    """An arm, seed, encoder or benchmark that is not there is named; nothing is written."""
    _kept(command, world)
    ended = command("submission", "tiny-world", *words, "--out", tmp_path / "out", *world.places)
    assert ended.code == 2
    assert message in ended.err
    assert not (tmp_path / "out").exists()


def test_dev_predictions_are_no_submission(command: Command, world: World, tmp_path: Path) -> None:
    """What was predicted on the dev split is left out, and said; the other targets are written."""
    targets = [{"task": "udpos", "split": "dev"}, {"task": "tatoeba", "languages": ["de"]}]
    study = write_study(tmp_path / "dev.yaml", {"study": "dev", "intermediate": [], "targets": targets})
    store = ("--store", shutil.copytree(world.store, tmp_path / "store"))
    ended = command("run", study, "--data-dir", world.data, *store, "--workers", "0")
    assert ended.code == 0, ended.err
    ended = command("submission", "dev", "--out", tmp_path / "out", *store)
    assert ended.code == 0, ended.err
    assert "predicted on dev data, which is no submission: udpos" in ended.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tatoeba"]


def test_a_full_folder_is_not_written_into(command: Command, world: World, tmp_path: Path) -> None:
    """Old and new predictions are never mixed."""
    _kept(command, world)
    (tmp_path / "file").touch()
    ended = command("submission", "tiny-world", "--seed", "1", "--out", tmp_path, *world.places)
    assert ended.code == 2
    assert f"{tmp_path} holds something already. Name a new folder" in ended.err
    within = tmp_path / "file" / "predictions"
    ended = command("submission", "tiny-world", "--seed", "1", "--out", within, *world.places)
    assert (ended.code, f"--out {within}" in ended.err, "Not a directory" in ended.err) == (2, True, True)


def test_changed_data_is_noticed(command: Command, world: World, tmp_path: Path) -> None:
    """Labels of other files than those predicted would be no labels."""
    _kept(command, world)
    data = shutil.copytree(world.data, tmp_path / "data")
    path = data / "ud" / "UD_German-Tiny" / "de_tiny-ud-test.conllu"
    path.write_text(path.read_text(encoding="utf-8").replace("NOUN", "PROPN"), encoding="utf-8")
    words = ("tiny-world", "--seed", "1", "--out", tmp_path / "out", "--data-dir", data)
    ended = command("submission", *words, "--store", world.store)
    assert ended.code == 2
    assert "The test files of 'udpos' in 'de' below" in ended.err
    assert "are not those that were predicted" in ended.err
    # Tatoeba, whose files are the same, is not written either
    assert not (tmp_path / "out").exists()


def test_no_task_of_the_benchmark(command: Command, world: World, tmp_path: Path) -> None:
    """A study whose targets are all of another kind has nothing to submit, nor a benchmark table."""
    store = shutil.copytree(world.store, tmp_path / "store")
    places = ("--data-dir", world.data, "--store", store)
    changes = {"study": "other", "targets": ["pocket-retrieval"], "seeds": 1, "intermediate": []}
    ended = command("run", write_study(tmp_path / "other.yaml", changes), *places, "--workers", "0")
    assert ended.code == 0, ended.err
    ended = command("submission", "other", "--out", tmp_path / "out", *places)
    assert ended.code == 2
    assert "has no finished predictions of a task of XTREME in the arm 'none'" in ended.err
    assert "Its targets: pocket-retrieval." in ended.err
    ended = command("results", "other", "--store", store, "--benchmark", "xtreme")
    assert ended.code == 2
    assert "The study 'other' has no result of a task of XTREME yet." in ended.err


def test_results_as_a_benchmark(command: Command, world: World) -> None:
    """Encoder by encoder a column an arm; what the means lack is listed for each arm."""
    _kept(command, world)
    ended = command("results", "tiny-world", "--store", world.store, "--benchmark", "xtreme")
    assert ended.code == 0, ended.err
    assert "XTREME, tiny: mean over seeds and languages" in ended.out
    header = next(line for line in ended.out.splitlines() if line.startswith("group"))
    assert header.split() == ["group", "task", "none", "commonsenseqa"]
    assert "none: udpos lacks af ar bg" in ended.out
    assert "commonsenseqa: nothing of xnli, pawsx, panx, xquad, mlqa, tydiqa, bucc" in ended.out


def test_results_as_a_benchmark_in_json(command: Command, world: World) -> None:
    """The same numbers as the analysis of the study's rows gives, mean over both seeds."""
    rows = pd.DataFrame(_kept(command, world))
    words = ("results", "tiny-world", "--store", world.store, "--benchmark", "xtreme", "--json")
    found = command(*words).json["rows"]
    (none, arm) = benchmark_tables(rows, XTREME)
    assert {row["intermediate"] for row in found} == {"none", "commonsenseqa"}
    for row in found:
        if row["level"] == "language":
            languages = (none if row["intermediate"] == "none" else arm).languages
            assert row["value"] == pytest.approx(languages[row["task"]][row["language"]][row["metric"]])
            assert (row["encoder"], row["seeds"]) == ("tiny", 2)
    mean = rows[(rows["target"] == "udpos") & (rows["language"] == "de") & (rows["metric"] == "f1")]
    (value,) = [
        row["value"]
        for row in found
        if (row["level"], row["intermediate"], row["task"], row["language"], row["metric"])
        == ("language", "none", "udpos", "de", "f1")
    ]
    assert value == pytest.approx(mean[mean["intermediate"] == "none"]["value"].mean())


def test_a_benchmark_has_no_rows_to_write(command: Command, world: World) -> None:
    """Rows and a benchmark's table are two requests."""
    ended = command("results", "tiny-world", "--store", world.store, "--benchmark", "xtreme", "--csv")
    assert ended.code == 2
    assert "--benchmark prints a table, or --json. Leave out --csv and --parquet." in ended.err


def _tested(rows: list[dict[str, Any]]) -> set[str]:
    return {row["target"] for row in rows}


def test_evaluate_all(command: Command, world: World, tmp_path: Path) -> None:
    """A tagger is tested on its own task and on retrieval; for everything else a reason is given."""
    store = shutil.copytree(world.store, tmp_path / "store")
    places = ("--data-dir", world.data, "--store", store, "--workers", "0")
    steps = command("plan", world.study, *places[:4], "--json").json["steps"]
    (key,) = [step["key"] for step in steps if step["title"] == "target udpos, seed 1"]
    ended = command("evaluate", key, "--target", "xtreme", "--recipe", "pocket", *places, "--json")
    assert ended.code == 0, ended.err
    assert _tested(ended.json["rows"]) == {"udpos", "tatoeba"}
    assert "left out, no test files here: xnli, pawsx, panx, mlqa, bucc" in ended.err
    assert "left out, the model has no head for question-answering: xquad, tydiqa" in ended.err
    words = ("--target", "all", "--recipe", "pocket", *places, "--json")
    ended = command("evaluate", key, *words)
    assert ended.code == 0, ended.err
    assert _tested(ended.json["rows"]) >= {"udpos", "tatoeba", "pocket-retrieval", "pocket-mining"}
    assert "the model's head was trained on udpos: pocket-pos, pocket-ner" in ended.err


def test_evaluate_nothing(command: Command, world: World, tmp_path: Path) -> None:
    """A model that nothing can be tested on here ends as a mistake."""
    (tmp_path / "data").mkdir()
    places = ("--data-dir", tmp_path / "data", "--store", world.store)
    ended = command("evaluate", "pocket-xs", "--target", "xtreme", *places)
    assert ended.code == 2
    assert "pocket-xs cannot be tested on any task of 'xtreme' here" in ended.err


def test_a_study_of_a_benchmark(command: Command, world: World, tmp_path: Path) -> None:
    """In a study file the benchmark's name is read as its tasks: the first without training data is named."""
    study = write_study(tmp_path / "study.yaml", {"study": "whole", "targets": ["xtreme"]})
    ended = command("run", study, "--data-dir", world.data, "--store", tmp_path / "store")
    assert ended.code == 2
    # XNLI's, which is the first task
    assert "training data of 'mnli'" in ended.err


def test_a_layer_sweep_is_no_submission(command: Command, world: World, tmp_path: Path) -> None:
    """A benchmark takes one layer: neither a submission nor a table is made of a sweep."""
    store = shutil.copytree(world.store, tmp_path / "store")
    places = ("--data-dir", world.data, "--store", store)
    changes = {"study": "sweep", "targets": [{"task": "tatoeba", "layers": "all"}], "seeds": [1]}
    study = write_study(tmp_path / "sweep.yaml", changes)
    assert command("run", study, *places, "--workers", "0").code == 0
    ended = command("submission", "sweep", "--out", tmp_path / "out", *places)
    assert ended.code == 2
    assert "'tatoeba' was read at several layers, and a submission takes one" in ended.err
    ended = command("results", "sweep", "--store", store, "--benchmark", "xtreme")
    assert ended.code == 2
    assert "'tatoeba' has several rows of one language and metric (layers 0, 1, 2)" in ended.err
