"""Printing what a mean over languages hides: from hand-made scores and predictions of a made-up study."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stiltwalk.analyse.responses import responses
from stiltwalk.cli import show
from stiltwalk.cli.across import show_across
from stiltwalk.cli.by_items import show_items
from stiltwalk.plan.nodes import Cell, Plan
from stiltwalk.plan.steps import PredictStep, key_of
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.study_files import study_from
from stiltwalk.store.store import Store, open_store, publish

LANGUAGES = ("en", "de", "es", "ru", "zh")
ITEMS = 40


class World(NamedTuple):
    """A study with its scores, and a store of its predictions."""

    scores: pd.DataFrame
    plan: Plan
    store: Store


def _columns(task: str, stream: np.random.Generator, better: float) -> dict[str, Any]:
    """What a step keeps of ``ITEMS`` examples; ``better`` is a share more that are right."""
    right = stream.random(ITEMS) < 0.6 + better
    gold = np.arange(ITEMS) % 3
    found: dict[str, Any] = {"id": [f"i{number}" for number in range(ITEMS)]}
    if task == "xnli":
        return found | {"prediction": np.where(right, gold, (gold + 1) % 3), "correct": right.astype(float)}
    if task == "lareqa":
        orders = [[f"c{place}" for place in stream.permutation(4)] for _ in range(ITEMS)]
        return found | {"prediction": orders, "average_precision": right.astype(float)}
    exact = right.astype(float)
    return found | {"prediction": ["?"] * ITEMS, "f1": exact, "exact_match": exact}


def _world(
    folder: Path,
    seeds: Sequence[int] = (1, 2, 3),
    targets: Sequence[str] = ("xnli", "xquad", "lareqa"),
    *,
    source: str = "FacebookAI/xlm-roberta-base",
) -> World:
    study = study_from(
        {
            "study": "made-up",
            "question": "Does it?",
            "encoders": [{"name": "e", "source": source}],
            "intermediate": ["commonsenseqa"],
            "targets": list(targets),
            "seeds": list(seeds),
        },
        "the made-up study",
    )
    store = open_store(folder)
    cells, rows = [], []
    for number, (arm, seed, target) in enumerate(
        (arm, seed, target) for arm in ("none", "commonsenseqa") for seed in seeds for target in targets
    ):
        step = PredictStep(
            parent=f"{number:064}", task=target, data={"de": "1"}, max_tokens=8, execution=Execution()
        )
        draft = store.root / "work" / "draft"
        (draft / "predictions").mkdir(parents=True)
        stream = np.random.default_rng(number)
        for code in LANGUAGES:
            columns = _columns(target, stream, 0.2 if arm != "none" else 0.0)
            pq.write_table(pa.table(columns), draft / "predictions" / f"{code}.parquet")
            score = 100 * float(
                np.mean(columns[{"xnli": "correct", "xquad": "f1"}.get(target, "average_precision")])
            )
            rows.append((arm, seed, target, code, score))
        key = key_of(step)
        assert publish(store, key, step, {}, draft)
        cells.append(Cell("e", arm, seed, target, key, ()))
    frame = pd.DataFrame(rows, columns=["intermediate", "seed", "target", "language", "score"])
    frame = frame.assign(encoder="e", degenerate=False, seen=False, repeats=False)
    frame["retrieval"] = frame["target"] == "lareqa"
    return World(frame, Plan(study, {}, tuple(cells), ()), store)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is folded."""
    monkeypatch.setattr(show.console, "_width", 400)


def _printed(capsys: pytest.CaptureFixture[str], world: World, scores: pd.DataFrame | None = None) -> str:
    show_across(world.scores if scores is None else scores, world.plan, world.store)
    return capsys.readouterr().out


def _lines(printed: str, *words: str) -> Iterator[str]:
    return (line for line in printed.splitlines() if all(word in line.split() for word in words))


def test_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every table is there, with intervals, and what must be said beside it."""
    printed = _printed(capsys, _world(tmp_path))
    for words in (
        "e: between languages, in points, each with its 95 % interval over seeds",
        "e: the same answer to the same item in two languages, times 100",
        "No consistency of 'xquad': neither labels nor rankings are predicted there.",
        "e: gains over 'none' by kind of language (95 % t interval over languages)",
        "Related languages are not independent",
        "each doubling of pretraining text",
        "conditional on these trained models",
        "What other seeds would give they do not say.",
        "'xquad': its test data is not at hand, so examples are drawn one by one",
    ):
        assert words in printed
    for measure, target in (("kappa", "xnli"), ("agreement", "xnli"), ("RankC", "lareqa")):
        assert list(_lines(printed, measure, target, "commonsenseqa"))
    for target in ("xnli", "xquad", "lareqa"):
        assert list(_lines(printed, "commonsenseqa", target, "examples"))
    assert "nan" not in printed.lower().split()


def test_gain_over_items_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The printed gain is the mean of the scores' differences over the languages but English."""
    world = _world(tmp_path, targets=("xnli",))
    foreign = world.scores[world.scores["language"] != "en"]
    means = foreign.groupby("intermediate")["score"].mean()
    expected = f"{means['commonsenseqa'] - means['none']:+.2f}"
    (line,) = _lines(_printed(capsys, world), "commonsenseqa", "xnli", "examples")
    assert line.split()[2] == expected
    assert "40 examples" in line


def test_one_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing over seeds is bounded, and it is written so; items are."""
    printed = _printed(capsys, _world(tmp_path, seeds=(1,), targets=("xnli",)))
    (line,) = _lines(printed, "xnli", "kappa", "with", "commonsenseqa")
    assert line.count("[unbounded]") == 3
    (items,) = _lines(printed, "commonsenseqa", "xnli", "examples")
    assert "[unbounded]" not in items


def test_runs_that_are_not_finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any run of ``none``: levels are printed, differences are not known; no more is said."""
    world = _world(tmp_path, targets=("xnli",))
    printed = _printed(capsys, world, world.scores[world.scores["intermediate"] != "none"])
    assert "not known" in printed
    assert "by test items" not in printed
    assert "by kind of language" not in printed


def test_all_runs_collapsed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to say, which is said."""
    world = _world(tmp_path, targets=("xnli",))
    printed = _printed(capsys, world, world.scores.assign(degenerate=True))
    assert "no target has runs that did not collapse in two languages or more" in printed


def test_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No scores at all."""
    world = _world(tmp_path, targets=("xnli",))
    assert "No result yet" in _printed(capsys, world, world.scores.iloc[:0])


def test_damaged_predictions(tmp_path: Path) -> None:
    """The step is named, and the cure."""
    world = _world(tmp_path, targets=("xnli",))
    key = world.plan.cells[0].key
    (world.store.folder(key) / "predictions" / "de.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match=f"{key} is damaged: .* Delete that folder and run the study again"):
        show_across(world.scores, world.plan, world.store)


def test_unequal_example_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which ids differ is said; the other languages are compared all the same."""
    world = _world(tmp_path, targets=("xnli",))
    path = world.store.folder(world.plan.cells[0].key) / "predictions" / "de.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    printed = _printed(capsys, world)
    assert (
        "No interval over items for 'commonsenseqa': The arms were not tested on the same examples" in printed
    )
    assert "of 39 examples 1 are not the baseline's (i0)" in printed
    (line,) = _lines(printed, "commonsenseqa", "xnli", "examples")
    assert line.split()[5] == "3"


def test_items_that_are_not_parallel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another right label under the same id: no consistency, and why."""
    world = _world(tmp_path, targets=("xnli",))
    for cell in world.plan.cells:
        path = world.store.folder(cell.key) / "predictions" / "es.parquet"
        table = pq.read_table(path).to_pydict()
        pq.write_table(
            pa.table(table | {"prediction": [(2 * label) % 3 for label in table["prediction"]]}), path
        )
    assert "No consistency of 'xnli': Items of 'de' and 'es' with the same id are not the same" in _printed(
        capsys, world
    )


def test_text_that_is_not_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of an encoder from a folder nothing is said of its pretraining text."""
    printed = _printed(capsys, _world(tmp_path, targets=("xnli",), source="/a/folder"))
    assert "How much text of each language e was pretrained on is not known here" in printed


def _squad(ids: Sequence[Sequence[str]]) -> Mapping[str, Any]:
    """A file in which each of ``ids`` are the questions about one text."""
    paragraphs = [
        {
            "context": f"Text {number} says yes.",
            "qas": [
                {"id": name, "question": "Does it?", "answers": [{"text": "yes", "answer_start": 12}]}
                for name in names
            ],
        }
        for number, names in enumerate(ids)
    ]
    return {"data": [{"title": "Farm", "paragraphs": paragraphs}]}


def test_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the test data is at hand, questions about one text are drawn together: 8 texts of 5 questions."""
    world = _world(tmp_path / "store", targets=("xquad",))
    folder = tmp_path / "data" / "xquad"
    folder.mkdir(parents=True)
    texts = [[f"i{5 * text + place}" for place in range(5)] for text in range(8)]
    for code in LANGUAGES:
        (folder / f"xquad.{code}.json").write_text(json.dumps(_squad(texts)))
    show_items(responses(world.scores), world.plan, world.store, data_dir=tmp_path / "data")
    printed = capsys.readouterr().out
    (line,) = _lines(printed, "commonsenseqa", "xquad", "documents")
    assert "8 documents" in line
    assert "too few units: the interval is too short" in line
    assert "not at hand" not in printed
