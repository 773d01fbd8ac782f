"""Tests of reading everything once before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stiltwalk.engine import soundness
from stiltwalk.engine.prepare import prepare
from stiltwalk.spec.errors import DataError, StudyError
from stiltwalk.store.store import open_store
from tests.worlds import tiny_study, write_world


def _cut(path: Path) -> None:
    path.write_text(path.read_text()[:-30])


def _shift_answer(path: Path) -> None:
    path.write_text(path.read_text().replace('"answer_start": ', '"answer_start": 9', 1))


def _empty_sentence(path: Path) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], "", *lines[2:]]) + "\n")


def _unknown_tag(path: Path) -> None:
    path.write_text(path.read_text().replace("\tNOUN\t", "\tNUON\t", 1))


@pytest.mark.parametrize(
    ("pattern", "spoil", "message"),
    [
        ("xquad/xquad.de.json", _cut, r"xquad\.de\.json"),
        ("squad/dev-v1.1.json", _shift_answer, r"dev-v1\.1\.json"),
        ("tatoeba/v1/tatoeba.deu-eng.deu", _empty_sentence, r"tatoeba\.deu-eng\.deu, line 2"),
        ("ud/*/en_*-ud-train.conllu", _unknown_tag, r"en_.*-ud-train\.conllu, line \d+: .*NUON.*NOUN"),
        ("commonsenseqa/train_rand_split.jsonl", _cut, r"train_rand_split\.jsonl, line \d+"),
    ],
)
def test_a_broken_file_is_found_before_anything_runs(
    tmp_path: Path, pattern: str, spoil: Callable[[Path], None], message: str
) -> None:
    """File and line are named, and no step has begun."""
    data = write_world(tmp_path / "data")
    spoil(next(data.glob(pattern)))
    store = open_store(tmp_path / "store")
    with pytest.raises(DataError, match=message):
        prepare(tiny_study(), store, data)
    assert not (store.root / "work").exists()
    assert not (store.root / "steps").exists()


def test_what_was_sound_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time only what is new is read."""
    data = write_world(tmp_path / "data")
    store = open_store(tmp_path / "store")
    said: list[str] = []
    prepare(tiny_study(), store, data, say=said.append)
    assert said[0].startswith("checking ")
    read: list[str] = []

    def watched(task: object, split: str, language: str, root: Path) -> tuple[()]:
        read.append(f"{split} {language}")
        return ()

    monkeypatch.setattr(soundness, "stream", watched)
    prepare(tiny_study(), store, data, say=said.append)
    assert (len(said), read) == (1, [])
    path = data / "xquad" / "xquad.de.json"
    path.write_text(path.read_text() + "\n")
    prepare(tiny_study(), store, data, say=said.append)
    assert read == ["test de"]


def test_a_batch_larger_than_the_data_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """How many examples a file has is known once it was read; generated ones are counted unmade."""
    data = write_world(tmp_path / "data")
    store = open_store(tmp_path / "store")
    arm = {"task": "commonsenseqa", "training": {"batch_size": 49}}
    for _ in range(2):  # also when it was remembered
        with pytest.raises(StudyError, match=r"batch_size is 49, but 'commonsenseqa' has 48 to train on"):
            prepare(tiny_study({"intermediate": [arm]}), store, data)
    made = {"task": "pocket-nli", "training": {"batch_size": 10**6}}
    with pytest.raises(StudyError, match=r"batch_size is 1000000, but 'pocket-nli' has \d+ to train on"):
        prepare(tiny_study({"intermediate": [made]}), store, data)
    assert not (store.root / "steps").exists()
