"""A tiny world for dual encoders: animals and where they stand, as SQuAD, XQuAD-R and Mewsli-X files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.spec.study_files import study_from
from stiltwalk.store.store import open_store
from tests.data.mewslix_files import context, entity, mention, pair, write_rows
from tests.worlds import PRETRAIN, write_world

_WORDS = {
    "en": ("The", "cat dog fox hen goat crow".split(), "red old small quick".split(), "in the barn"),
    "de": ("Das", "Kalb Huhn Pferd Schaf Lamm Reh".split(), "rote alte kleine flinke".split(), "im Stall"),
}
ENTITIES = 24
SENTENCES = 24
"""Animals of a kind in each language, so questions and sentences about them."""


def pair_study(data: Path, store: Path, changes: Mapping[str, Any] | None = None) -> Prepared:
    """A study of LAReQA on the files below ``data``: no arm, one seed, enough epochs to learn by heart."""
    raw = {
        "study": "pairs",
        "encoders": [PRETRAIN],
        "targets": ["lareqa"],
        "seeds": [1],
        "recipe": {"name": "pocket", "target": {"learning_rate": 5e-4, "batch_size": 8, "epochs": 15}},
    }
    return prepare(study_from({**raw, **(changes or {})}, "the study of pairs"), open_store(store), data)


def write_pair_world(folder: Path) -> Path:
    """The tiny world with SQuAD 1.1 of ``SENTENCES`` questions in both splits, and XQuAD-R in en and de."""
    write_world(folder)
    for split in ("train", "dev"):
        _write(folder / "squad" / f"{split}-v1.1.json", squad("en", breaks=False))
    for language in _WORDS:
        _write(folder / "lareqa" / "xquad-r" / f"{language}.json", squad(language, breaks=True))
    return folder


def write_mewslix(folder: Path) -> Path:
    """Mewsli-X with eight training pairs, mentions in two languages and ``ENTITIES`` candidates."""
    below = folder / "mewslix"
    entities = [entity(f"Q{n}", f"{_animal('en', n)} is an animal.") for n in range(ENTITIES)]
    for split in ("train", "dev"):
        rows = [_linked(n, entities[n]) for n in range(8)]
        write_rows(below / f"wikipedia_pairs-{split}.jsonl", rows)
        write_rows(below / f"wikinews_mentions-{split}.jsonl", [_mentions(code) for code in _WORDS])
    (below / "wikinews_mentions-train.jsonl").rename(below / "wikinews_mentions-test.jsonl")
    write_rows(below / "candidate_set_entities.jsonl", entities)
    return folder


def _linked(number: int, described: dict[str, Any]) -> dict[str, Any]:
    where = context("en", _sentence("en", number))
    return pair(where, mention(f"p{number}", f"Q{number}", where, _animal("en", number)), described)


def _mentions(language: str) -> dict[str, Any]:
    where = context(language, *(_sentence(language, number) for number in range(4)))
    found = [mention(f"{language}{n}", f"Q{n}", where, _animal(language, n)) for n in range(4)]
    return {"context": where, "mentions": found}


def squad(language: str, *, breaks: bool) -> str:
    """Paragraphs of three sentences, each asked about; with ``breaks`` also where they begin and end."""
    paragraphs = [_paragraph(language, range(first, first + 3)) for first in range(0, SENTENCES, 3)]
    if not breaks:
        for paragraph in paragraphs:
            del paragraph["sentence_breaks"]
    articles = [{"title": f"Farm {n}", "paragraphs": [each]} for n, each in enumerate(paragraphs)]
    return json.dumps({"data": articles, "version": "1.1"}, ensure_ascii=False)


def _paragraph(language: str, numbers: Sequence[int]) -> dict[str, Any]:
    sentences = [_sentence(language, number) for number in numbers]
    context = " ".join(sentences)
    starts = [context.index(sentence) for sentence in sentences]
    place = _WORDS[language][3]
    return {
        "context": context,
        "sentence_breaks": [[s, s + len(text)] for s, text in zip(starts, sentences, strict=True)],
        "qas": [
            {
                "id": f"question-{number}",
                "question": f"{_animal(language, number)} ?",
                "answers": [{"text": place, "answer_start": start + sentence.index(place)}],
            }
            for number, start, sentence in zip(numbers, starts, sentences, strict=True)
        ],
    }


def _sentence(language: str, number: int) -> str:
    return f"{_WORDS[language][0]} {_animal(language, number)} is {_WORDS[language][3]}."


def _animal(language: str, number: int) -> str:
    _, animals, looks, _ = _WORDS[language]
    return f"{looks[number // 6]} {animals[number % 6]}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
