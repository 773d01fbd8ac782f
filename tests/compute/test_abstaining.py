"""Question answering where some questions have no answer: trained, judged and kept, end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from stiltwalk.compute.predict import _score_kept, _write
from stiltwalk.engine.prepare import Prepared
from stiltwalk.metrics.predictions import Answered, Nearest
from stiltwalk.spec.examples import Aligned, Answer, Question
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import read_artifact
from tests.worlds import finish, node, prepared_study, write_world

EPOCHS = 30


def write_squad2(folder: Path) -> None:
    """The world's SQuAD files with a third question in each paragraph, which nothing in it answers."""
    for name, made in (("dev-v1.1.json", "train-v2.0.json"), ("train-v1.1.json", "dev-v2.0.json")):
        document = json.loads((folder / name).read_text(encoding="utf-8"))
        for article in document["data"]:
            for paragraph in article["paragraphs"]:
                paragraph["qas"].append(unanswerable(paragraph["qas"][0]["id"]))
        (folder / made).write_text(json.dumps(document), encoding="utf-8")


def unanswerable(identity: str) -> dict[str, Any]:
    """A question of another kind than the others."""
    return {"id": f"{identity}-none", "question": "who calls ?", "answers": [], "is_impossible": True}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A study with SQuAD 2.0 as its intermediate task, carried out."""
    folder = tmp_path_factory.mktemp("abstaining")
    data = write_world(folder / "data")
    write_squad2(data / "squad")
    changes = {
        "intermediate": ["squad2"],
        "targets": ["tatoeba"],
        "recipe": {
            "name": "pocket",
            "intermediate": {"learning_rate": 5e-3, "batch_size": 8, "epochs": EPOCHS},
        },
    }
    study = prepared_study(data, folder / "store", changes)
    finish(study)
    return study


def test_training_beats_no_answer(prepared: Prepared) -> None:
    """Dev scores are those of the scorer, chance is the share without an answer, and training beats it."""
    facts = read_artifact(prepared.place.store, node(prepared.plan, "intermediate squad2, seed 1").key).facts
    assert set(facts["dev_scores"]) == {"f1", "exact_match", "best_f1", "best_exact"}
    assert facts["chance"] == pytest.approx(100 / 3)
    best = (facts["dev_scores"]["best_f1"] + facts["dev_scores"]["best_exact"]) / 2
    assert facts["dev_score"] == pytest.approx(best)
    assert facts["dev_score"] > 50
    assert facts["degenerate"] is False


def test_answers_and_neighbours_are_kept_with_their_parts(tmp_path: Path) -> None:
    """Predictions of several parts are columns of structs, and scores come from what was kept."""
    path = tmp_path / "en.parquet"
    questions = [Question("a", "?", "the cat", (Answer("cat", 4),)), Question("b", "?", "the cat", ())]
    _write(path, TASKS["squad2"], "en", questions, [Answered("cat", -1.5), Answered("the cat", 2.0)])
    assert pq.read_table(path)["prediction"].to_pylist() == [
        {"text": "cat", "no_answer": -1.5},
        {"text": "the cat", "no_answer": 2.0},
    ]
    scores = {"f1": 100.0, "exact_match": 100.0, "best_f1": 100.0, "best_exact": 100.0}
    assert _score_kept(path, TASKS["squad2"]) == (scores, 2)
    _write(path, TASKS["tatoeba"], "de", [Aligned("a", "x", "y")], [Nearest("a", "b", "a")])
    assert pq.read_table(path)["prediction"].to_pylist() == [{"cosine": "a", "margin": "b", "centred": "a"}]


def test_the_language_reaches_the_scorer(tmp_path: Path) -> None:
    """The same answer is scored by the rules of the language it is kept for."""
    path = tmp_path / "one.parquet"
    task = TASKS["xquad"].replace({"scorer": "mlqa"})
    questions = [Question("a", "?", "die Elbe", (Answer("die Elbe", 0),))]
    for language, expected in (("de", 100.0), ("en", 0.0)):
        _write(path, task, language, questions, ["der Elbe"])
        assert _score_kept(path, task)[0]["exact_match"] == expected
