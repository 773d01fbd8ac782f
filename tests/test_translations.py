"""Translate-train, translate-test and dev scores, from files to rows, on pairs of tiny sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import read_artifact
from tests.worlds import finish, node, prepared_study, sentence, write_world

HEADER = ("id", "sentence1", "sentence2", "label")


def _pairs(language: str, first: int, count: int) -> list[tuple[str, str, str]]:
    """Equal sentences are paraphrases, others are none."""
    return [
        (
            " ".join(sentence(language, number)),
            " ".join(sentence(language, number + 3 * (number % 2))),
            "01"[number % 2 == 0],
        )
        for number in range(first, first + count)
    ]


def _write(path: Path, rows: Iterable[Iterable[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _numbered(pairs: list[tuple[str, str, str]]) -> list[tuple[str, ...]]:
    return [HEADER, *((str(number), *pair) for number, pair in enumerate(pairs))]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PAWS-X in its own layout: English, a published German translation, and German test data in English."""
    folder = write_world(tmp_path_factory.mktemp("data"))
    pawsx = folder / "pawsx" / "x-final"
    _write(pawsx / "en" / "train.tsv", _numbered(_pairs("en", 0, 20)))
    _write(pawsx / "en" / "dev_2k.tsv", _numbered(_pairs("en", 30, 8)))
    _write(pawsx / "de" / "translated_train.tsv", _numbered(_pairs("de", 0, 16)))
    for language in ("en", "de"):
        _write(pawsx / language / "test_2k.tsv", _numbered(_pairs(language, 40, 6)))
    _write(pawsx / "de" / "dev_2k.tsv", _numbered(_pairs("de", 30, 4)))
    german, english = _pairs("de", 40, 6), _pairs("en", 40, 6)
    both = [(*g[:2], *e) for g, e in zip(german, english, strict=True)]
    _write(folder / "xtreme_translations/PAWSX/translate-test/test-de-en-translated.tsv", both)
    return folder


def _run(data: Path, store: Path, target: object) -> tuple[Any, pd.DataFrame]:
    changes: Mapping[str, Any] = {"intermediate": [], "targets": [target]}
    prepared = prepared_study(data, store, changes)
    finish(prepared)
    return prepared, study_rows(prepared.place.store, prepared.plan)


@pytest.mark.parametrize(
    ("languages", "trained_in", "examples"),
    [(["en"], "", 20), (["en", "de"], " in en+de", 36), (["de"], " in de", 16), ("all", " in en+de", 36)],
)
def test_translate_train(
    data: Path, tmp_path: Path, languages: object, trained_in: str, examples: int
) -> None:
    """The languages asked for are pooled; whatever is not English is said beside the rows."""
    prepared, rows = _run(data, tmp_path / "store", {"task": "pawsx", "train_languages": languages})
    step = node(prepared.plan, f"target pawsx{trained_in}, seed 1")
    assert read_artifact(prepared.place.store, step.key).facts["examples"] == examples
    assert set(rows["language"]) == {"en", "de"}
    assert all(("trained-beyond-english" in caveats) == (languages != ["en"]) for caveats in rows["caveats"])


def test_translated_questions(data: Path, tmp_path: Path) -> None:
    """SQuAD's published translation is pooled with English; a question whose answer was lost is not."""
    words = sentence("de", 200)
    context, lost = " ".join(words), {"text": "Mond", "answer_start": 3}
    found = {"text": words[8], "answer_start": context.rindex(words[8])}
    questions = [
        {"id": f"question-{n}", "question": "im das ?", "answers": [answer]}
        for n, answer in ((200, found), (202, lost))
    ]
    document = {"data": [{"title": "T", "paragraphs": [{"context": context, "qas": questions}]}]}
    path = data / "xtreme_translations" / "SQuAD" / "translate-train" / "squad.translate.train.en-de.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    english = node(_run(data, tmp_path / "store", "xquad")[0].plan, "target squad, seed 1")
    prepared, rows = _run(data, tmp_path / "store", {"task": "xquad", "train_languages": ["en", "de"]})
    step = node(prepared.plan, "target squad in en+de, seed 1")
    store = prepared.place.store
    examples = [read_artifact(store, key).facts["examples"] for key in (english.key, step.key)]
    assert examples == [8, 9]
    assert all("trained-beyond-english" in caveats for caveats in rows["caveats"])


def test_translate_test(data: Path, tmp_path: Path) -> None:
    """The translations of a language's test data are scored under that language."""
    prepared, rows = _run(data, tmp_path / "store", "pawsx-translate-test")
    assert prepared.plan.absent == tuple(
        ("pawsx-translate-test", code) for code in ("es", "fr", "ja", "ko", "zh")
    )
    assert list(zip(rows["language"], rows["n"], strict=True)) == [("de", 6)]
    assert "translate-test" in rows["caveats"].iloc[0]


def test_translate_test_is_the_english_test(data: Path, tmp_path: Path) -> None:
    """Perfect translations are the English test data, so the same model scores the same on both."""
    _, translated = _run(data, tmp_path / "store", "pawsx-translate-test")
    _, rows = _run(data, tmp_path / "store", "pawsx")
    (english,) = rows[rows["language"] == "en"]["value"]
    assert translated["value"].tolist() == [english]


def test_the_dev_split(data: Path, tmp_path: Path) -> None:
    """Dev data is scored under its own name."""
    _, rows = _run(data, tmp_path / "store", {"task": "pawsx", "split": "dev"})
    assert dict(zip(rows["language"], rows["n"], strict=True)) == {"en": 8, "de": 4}
    assert set(rows["split"]) == {"dev"}
    assert all("dev-split" in caveats for caveats in rows["caveats"])
