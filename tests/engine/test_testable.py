"""Tests of what a model can be tested on: its heads, and the files that are here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stiltwalk.engine.testable import Heads, can_be_tested, heads_of, untestable
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.worlds import finish, node, prepared_study, write_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Data and store of a finished tiny study: tagging, questions and retrieval, after one arm."""
    folder = tmp_path_factory.mktemp("testable")
    data = write_world(folder / "data")
    finish(prepared_study(data, folder / "store", {"targets": ["udpos", "tydiqa"]}))
    return data, folder / "store"


def _heads(world: tuple[Path, Path], title: str) -> Heads:
    prepared = prepared_study(*world, {"targets": ["udpos", "tydiqa"]})
    return heads_of(node(prepared.plan, title).key, open_store(world[1]))


@pytest.mark.parametrize(
    ("title", "trained"),
    [
        ("target udpos after commonsenseqa, seed 1", {"token-classification": "udpos"}),
        ("target tydiqa, seed 1", {"question-answering": "tydiqa"}),
        ("intermediate commonsenseqa, seed 1", {"multiple-choice": "commonsenseqa"}),
        ("pretrain tiny", {}),
    ],
)
def test_heads_of_a_step(world: tuple[Path, Path], title: str, trained: dict[str, str]) -> None:
    """A step's heads by type, each with the task it was trained on; that of masked LM is for no target."""
    assert _heads(world, title) == Heads(trained)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("udpos", None),
        ("tatoeba", None),
        ("pocket-retrieval", None),
        ("pocket-mining", None),
        ("pocket-pos", "the model's head was trained on udpos"),
        ("tydiqa", "the model has no head for question-answering"),
        ("tatoeba-squad", "the model was not trained on squad"),
        ("panx", "no test files here"),
        ("mnli", "no target task"),
    ],
)
def test_what_a_tagger_can_do(world: tuple[Path, Path], name: str, reason: str | None) -> None:
    """Its own task, and retrieval without training; for all else there is a reason."""
    heads = Heads({"token-classification": "udpos"})
    assert untestable(TASKS[name], heads, world[0], TASKS) == reason


def test_without_a_data_folder() -> None:
    """Only generated tasks can be tested."""
    kept, left_out = can_be_tested(["tatoeba", "pocket-retrieval", "pocket-qa"], Heads({}), None, TASKS)
    assert kept == ["pocket-retrieval"]
    assert left_out == {
        "no test files here": ["tatoeba"],
        "the model has no head for question-answering": ["pocket-qa"],
    }


def test_a_checkpoint_of_transformers(world: tuple[Path, Path], tmp_path: Path) -> None:
    """Its head's type and labels decide, since nobody knows what it was trained on."""
    labels = TASKS["udpos"].labels
    config = {"architectures": ["BertForTokenClassification"], "id2label": dict(enumerate(labels))}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    heads = heads_of(str(tmp_path), open_store(world[1]))
    assert heads == Heads({}, "token-classification", labels)
    assert untestable(TASKS["udpos"], heads, world[0], TASKS) is None
    assert untestable(TASKS["pocket-ner"], heads, world[0], TASKS) == "the model's labels are others"
    assert (
        untestable(TASKS["tydiqa"], heads, world[0], TASKS) == "the model has no head for question-answering"
    )
    assert untestable(TASKS["tatoeba"], heads, world[0], TASKS) is None


def test_an_encoder_without_a_head(world: tuple[Path, Path], tmp_path: Path) -> None:
    """A plain encoder, one of this package, one with a damaged config and one that does not exist."""
    (tmp_path / "config.json").write_text('{"architectures": ["BertModel"]}', encoding="utf-8")
    store = open_store(world[1])
    assert heads_of(str(tmp_path), store) == Heads({})
    assert heads_of("pocket-xs", store) == Heads({})
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    assert heads_of(str(tmp_path), store) == Heads({})
    with pytest.raises(UserError, match="There is no encoder 'no such/model/anywhere'"):
        heads_of("no such/model/anywhere", store)
