"""Reading what steps kept of every example, and what is said where it is not there or not whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stiltwalk.spec.errors import UserError
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.store.predictions import kept_languages, read_labels, read_rankings, read_statistics
from stiltwalk.store.store import Store, open_store, publish
from tests.store.fakes import KEY, STEP

LABELS: Mapping[str, Any] = {"id": ["a", "b"], "prediction": [2, 0], "correct": [1.0, 0.0]}
TAGS: Mapping[str, Any] = {
    "id": ["a", "b"],
    "prediction": [["X", "Y"], ["X"]],
    "span_correct": [1.0, 0.0],
    "span_predicted": [2.0, 1.0],
    "span_gold": [2.0, 1.0],
    "word_correct": [1.0, 0.0],
    "words": [2.0, 1.0],
}


def _store(folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> Store:
    """A store whose one finished step kept ``tables`` in these files."""
    store = open_store(folder)
    draft = store.root / "work" / "draft"
    for name, columns in tables.items():
        path = draft / "predictions" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(dict(columns)), path)
    assert publish(store, KEY, STEP, {}, draft)
    return store


def _file(store: Store, name: str = "de") -> Path:
    return store.folder(KEY) / "predictions" / f"{name}.parquet"


def test_statistics_of_the_main_metrics_alone(tmp_path: Path) -> None:
    """Tagging is scored by spans; its words are kept for another metric and not read."""
    kept = read_statistics(_store(tmp_path, {"de": TAGS}), KEY, SCORERS["udpos"], "de")
    assert kept.ids.tolist() == ["a", "b"]
    assert {name: column.tolist() for name, column in kept.columns.items()} == {
        "span_correct": [1.0, 0.0],
        "span_predicted": [2.0, 1.0],
        "span_gold": [2.0, 1.0],
    }


def test_labels(tmp_path: Path) -> None:
    """With ids, and whether they are right."""
    found = read_labels(_store(tmp_path, {"de": LABELS}), KEY, "de")
    assert (found.ids.tolist(), found.labels.tolist(), found.right.tolist()) == (
        ["a", "b"],
        [2, 0],
        [True, False],
    )


def test_rankings(tmp_path: Path) -> None:
    """The candidates of each query, in their order."""
    ranked = {"id": ["q"], "prediction": [["c2", "c1"]], "average_precision": [0.5]}
    found = read_rankings(_store(tmp_path, {"de": ranked}), KEY, "de")
    assert (found.ids.tolist(), found.candidates) == (["q"], (("c2", "c1"),))


def test_languages(tmp_path: Path) -> None:
    """Those there are files of, in order."""
    assert kept_languages(_store(tmp_path, {"fr": LABELS, "de": LABELS}), KEY) == ("de", "fr")


def test_one_of_several_layers(tmp_path: Path) -> None:
    """A layer is read by name; without one, those there are are named."""
    wrong = {**LABELS, "correct": [0.0, 0.0]}
    store = _store(tmp_path, {"layer-02/de": wrong, "layer-11/de": LABELS})
    kept = read_statistics(store, KEY, SCORERS["accuracy"], "de", layer=11)
    assert kept.columns["correct"].tolist() == [1.0, 0.0]
    with pytest.raises(UserError, match=r"read several layers. Name one of: 2, 11\."):
        read_statistics(store, KEY, SCORERS["accuracy"], "de")


def test_the_one_layer_that_was_read(tmp_path: Path) -> None:
    """Where a step read a single layer its files lie at the top, whichever it was."""
    kept = read_statistics(_store(tmp_path, {"de": LABELS}), KEY, SCORERS["accuracy"], "de", layer=7)
    assert len(kept.ids) == 2


def test_no_such_step(tmp_path: Path) -> None:
    """It is named, with the cure."""
    with pytest.raises(UserError, match=f"Step {KEY} is not in the store .* Run the study"):
        read_labels(open_store(tmp_path), KEY, "de")


def test_language_that_was_not_tested(tmp_path: Path) -> None:
    """Those that were are named."""
    with pytest.raises(UserError, match=r"did not test 'sw'\. It tested: de, fr\."):
        read_labels(_store(tmp_path, {"fr": LABELS, "de": LABELS}), KEY, "sw")


CURE = f"{KEY} is damaged: .* Delete that folder and run the study again"


def test_file_that_was_deleted(tmp_path: Path) -> None:
    """The manifest knows of it, so the step is damaged."""
    store = _store(tmp_path, {"fr": LABELS, "de": LABELS})
    _file(store).unlink()
    with pytest.raises(UserError, match=CURE.replace(".*", r"predictions/de\.parquet is missing\.")):
        read_labels(store, KEY, "de")


def test_all_files_deleted(tmp_path: Path) -> None:
    """As above, though there is nothing left to compare with."""
    store = _store(tmp_path, {"de": LABELS})
    _file(store).unlink()
    with pytest.raises(UserError, match=CURE.replace(".*", r"predictions/de\.parquet is missing\.")):
        read_labels(store, KEY, "de")


@pytest.mark.parametrize("left", [0, 10, -20])
def test_file_that_is_cut_short(tmp_path: Path, left: int) -> None:
    """No table can be read from it."""
    store = _store(tmp_path, {"de": LABELS})
    content = _file(store).read_bytes()
    _file(store).write_bytes(content[:left])
    with pytest.raises(UserError, match=CURE.replace(".*", r"predictions/de\.parquet cannot be read .*")):
        read_labels(store, KEY, "de")


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"id": ["a"], "prediction": [1]}, "lacks: correct"),
        ({"prediction": [1], "correct": [1.0]}, "lacks: id"),
        ({"id": ["a", None], "prediction": [1, 0], "correct": [1.0, 0.0]}, "has gaps in: id"),
        ({"id": pa.array([], pa.string()), "prediction": [], "correct": []}, "has no examples"),
    ],
)
def test_table_that_is_not_whole(tmp_path: Path, columns: Mapping[str, Any], what: str) -> None:
    """What is wrong with it is said."""
    with pytest.raises(UserError, match=CURE.replace(".*", rf"predictions/de\.parquet {what}\.")):
        read_labels(_store(tmp_path, {"de": columns}), KEY, "de")


def test_predictions_of_another_kind(tmp_path: Path) -> None:
    """Tags are no labels, and labels no rankings."""
    store = _store(tmp_path, {"de": {**TAGS, "correct": [1.0, 0.0]}, "fr": LABELS})
    with pytest.raises(UserError, match="are no labels: they are of type list"):
        read_labels(store, KEY, "de")
    with pytest.raises(UserError, match="are no ranked candidates: they are of type int64"):
        read_rankings(store, KEY, "fr")
