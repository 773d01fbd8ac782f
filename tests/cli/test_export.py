"""Tests of the command export: a folder with its card, read back; and mistakes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stiltwalk.cli import export as exporting
from stiltwalk.spec.tasks import TASKS
from stiltwalk.store.store import open_store
from tests.cli.conftest import Command, World
from tests.worlds import tiny_study


@pytest.fixture
def kept(command: Command, world: World, tmp_path: Path) -> World:
    """A copy of the finished world in which the study is kept, as `run` keeps it."""
    own = world._replace(store=tmp_path / "kept" / "store")
    shutil.copytree(world.store, own.store)
    assert command("run", own.study, *own.places).code == 0
    return own


def _training(command: Command, kept: World, title: str) -> str:
    steps = command("status", "tiny-world", "--json", *kept.places[2:]).json["rows"]
    return next(str(step["step"]) for step in steps if step["title"] == title)


def test_a_folder_with_its_card(command: Command, kept: World, tmp_path: Path) -> None:
    """What it was trained on, its scores as results have them, the data's licences; and how to test it."""
    key = _training(command, kept, "target udpos, seed 1")
    ended = command("export", key[:10], "--out", tmp_path / "tags", *kept.places)
    assert ended.code == 0, ended.err
    assert "BertForTokenClassification written to" in ended.out
    assert "--target udpos" in " ".join(ended.out.split())
    card = (tmp_path / "tags" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlibrary_name: transformers\npipeline_tag: token-classification\n")
    assert "# tiny → udpos" in card
    rows = command("results", "tiny-world", "--json", *kept.places[2:]).json["rows"]
    for row in rows:
        if (row["target"], row["intermediate"], row["metric"], row["seed"]) == ("udpos", "none", "f1", 1):
            assert f" {row['value']:.2f} |" in card
    assert f"Data of {TASKS['udpos'].title}" in card
    assert TASKS["udpos"].licence in card
    assert key in card
    again = command("export", key[:10], "--out", tmp_path / "tags", *kept.places)
    assert again.code == 2
    assert "is there already, and nothing is overwritten" in " ".join(again.err.split())


@pytest.mark.parametrize(
    ("source", "revision", "named"),
    [
        ("some-name/some-model", "abc", ("some-name/some-model", "abc")),
        ("some-name/some-model", None, ("some-name/some-model", "")),
        ("/home/me/model", None, ("", "")),
        ("me/model", None, ("", "")),  # a folder that is here
        ("pocket-xs", None, ("", "")),
    ],
)
def test_what_it_started_from_is_named_if_others_can_have_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    revision: str | None,
    named: tuple[str, str],
) -> None:
    """By its hub id; where a folder lies is nobody else's business."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "me" / "model").mkdir(parents=True)
    encoder = {"name": "e", "source": source, "revision": revision}
    study = tiny_study({"encoders": [encoder]})
    monkeypatch.setattr(exporting, "_studies", lambda store, key: iter([(study, "e")]))
    assert exporting._on_a_hub(open_store(tmp_path / "store"), "k") == named


def test_mistakes(command: Command, kept: World, tmp_path: Path) -> None:
    """A key that no step has; a test in place of a training: nothing is left behind."""
    ended = command("export", "0123456789", "--out", tmp_path / "m", *kept.places)
    assert ended.code == 2
    assert "has a key beginning with '0123456789'" in " ".join(ended.err.split())
    test = command("results", "tiny-world", "--json", *kept.places[2:]).json["rows"][0]["step"]
    ended = command("export", test, "--out", tmp_path / "m", *kept.places)
    assert ended.code == 2
    assert "holds no model" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    (tmp_path / "file").touch()
    within = tmp_path / "file" / "m"
    rows = command("results", "tiny-world", "--json", *kept.places[2:]).json["rows"]
    ended = command("export", rows[0]["step"], "--out", within, *kept.places)
    assert (ended.code, f"--out {within}: it cannot be written" in ended.err) == (2, True)
