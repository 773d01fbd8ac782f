"""A tiny world: invented files in the layouts of the real tasks, and a study of them that runs in seconds.

    data = write_world(tmp_path / "data")
    prepared = prepared_study(data, tmp_path / "store", {"targets": ["udpos"]})
    finish(prepared)

Everything is generated from four short word lists, so that a model of two layers can learn the tagging, the
questions and the choices in a few steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

from stiltwalk.engine.local import run_local
from stiltwalk.engine.prepare import Prepared, prepare
from stiltwalk.plan.nodes import Node, Plan
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS, Catalogue
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store


class _Words(NamedTuple):
    """A language of the world: article, nouns, adjectives, verbs, a preposition and places."""

    article: str
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...]
    verbs: tuple[str, ...]
    preposition: str
    places: tuple[str, ...]


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        "the",
        tuple("cat dog fox hen goat crow".split()),
        tuple("red old small quick".split()),
        tuple("sees finds likes calls".split()),
        "in",
        tuple("barn field wood yard".split()),
    ),
    "de": _Words(
        "das",
        tuple("Kalb Huhn Pferd Schaf Lamm Reh".split()),
        tuple("rote alte kleine flinke".split()),
        tuple("sieht findet mag ruft".split()),
        "im",
        tuple("Stall Feld Wald Hof".split()),
    ),
    "fi": _Words(
        "se",
        tuple("kissa koira kettu kana vuohi varis".split()),
        tuple("punainen vanha pieni nopea".split()),
        tuple("näkee löytää tuntee kutsuu".split()),
        "luona",
        tuple("talli pelto metsä piha".split()),
    ),
    "fr": _Words(
        "le",
        tuple("chat chien renard coq bouc merle".split()),
        tuple("rouge vieux petit rapide".split()),
        tuple("voit trouve aime appelle".split()),
        "dans",
        tuple("foin champ bois jardin".split()),
    ),
}
_TAGS = ("DET", "ADJ", "NOUN", "VERB", "DET", "NOUN", "ADP", "DET", "NOUN", "PUNCT")
_COLOURS = ("blue", "green", "grey", "pink", "white")
_UDHR = {"en": "eng", "de": "deu_1996", "fi": "fin", "fr": "fra"}
_ISO3 = {"de": "deu", "fr": "fra"}

ARTICLES = tuple(f"Farm number {number}" for number in range(12))
"""Titles in the SQuAD dev file; some of them fall into the dev share of ``squad-dev-unseen``."""

XQUAD_ARTICLES = ARTICLES[:2]
"""Of these, questions are also in XQuAD, so neither split of ``squad-dev-unseen`` holds them."""

PRETRAIN: Mapping[str, Any] = {
    "name": "tiny",
    "pretrain": {
        "shape": {"layers": 2, "hidden": 16, "max_tokens": 128},
        "text": ["udhr"],
        "vocabulary_size": 160,
        "training": {"steps": 8, "batch_size": 8, "max_tokens": 64, "learning_rate": 5e-3},
    },
}
"""An encoder of two layers of width 16, made in about a second."""

SMALL_STUDY: Mapping[str, Any] = {
    "study": "tiny-world",
    "question": "Does anything change?",
    "encoders": [PRETRAIN],
    "intermediate": ["commonsenseqa"],
    "targets": [
        "udpos",
        {"task": "xquad", "trains_on": ["squad-dev-unseen"]},
        "tydiqa",
        "tatoeba",
    ],
    "seeds": [1],
    "recipe": {
        "name": "pocket",
        "intermediate": {"learning_rate": 5e-3, "batch_size": 8},
        "target": {"learning_rate": 5e-3, "batch_size": 8, "epochs": 1},
    },
}
"""Pretraining, one intermediate arm and four targets of one seed: 16 steps in a few seconds."""


def tiny_study(changes: Mapping[str, Any] | None = None, tasks: Catalogue = TASKS) -> Study:
    """``SMALL_STUDY`` with the top-level fields in ``changes`` replaced."""
    return study_from({**SMALL_STUDY, **(changes or {})}, "the tiny study", tasks=tasks)


def write_study(path: Path, changes: Mapping[str, Any] | None = None) -> Path:
    """The same as a study file, for the command line."""
    path.write_text(yaml.safe_dump({**SMALL_STUDY, **(changes or {})}, sort_keys=False), encoding="utf-8")
    return path


def prepared_study(data: Path, store: Path, changes: Mapping[str, Any] | None = None) -> Prepared:
    """``tiny_study(changes)`` planned on the files below ``data``, to be kept in a store at ``store``."""
    return prepare(tiny_study(changes), open_store(store), data)


def finish(prepared: Prepared) -> None:
    """Carry out every step of the plan in this process; any failure is an ``AssertionError``."""
    outcome = run_local(prepared.plan, prepared.place, 0, lambda event: None)
    assert outcome.failed == {}, outcome.failed
    assert outcome.done == outcome.total


def rows_of(prepared: Prepared) -> pd.DataFrame:
    """Result rows without what the clock decides."""
    return study_rows(prepared.place.store, prepared.plan).drop(columns="wall_seconds")


def node(plan: Plan, title: str) -> Node:
    """The one step of ``plan`` that is called ``title``, as in ``target udpos, seed 1``."""
    found = [each for each in plan.nodes.values() if each.title == title]
    assert len(found) == 1, (title, [each.title for each in plan.nodes.values()])
    return found[0]


def write_world(folder: Path) -> Path:
    """Write all files of the world below ``folder``, and return it.

    English training and dev data of commonsenseqa, squad, squad-dev-unseen, udpos and tydiqa; test data of
    udpos (en, de), xquad (en, de), tydiqa (en, fi) and tatoeba (de, fr); text of udhr (en, de, fi, fr) and
    multi30k (en, de). About 150 kB; the same bytes every time.
    """
    _commonsenseqa(folder / "commonsenseqa")
    _question_answering(folder)
    _tagging(folder / "ud")
    _retrieval(folder / "tatoeba" / "v1")
    _text(folder)
    return folder


def sentence(language: str, number: int) -> list[str]:
    """Sentence ``number`` of a language: ten words, tagged as ``_TAGS`` says."""
    words = _WORDS[language]
    return [
        words.article,
        words.adjectives[number % 4],
        words.nouns[number % 6],
        words.verbs[number // 2 % 4],
        words.article,
        words.nouns[(number // 3 + 1) % 6],
        words.preposition,
        words.article,
        words.places[number // 4 % 4],
        ".",
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _lines(rows: Sequence[str]) -> str:
    return "".join(row + "\n" for row in rows)


def _commonsenseqa(folder: Path) -> None:
    """The right choice is a place, the others are colours."""
    for name, first, count in (("train", 0, 48), ("dev", 100, 20)):
        rows = [json.dumps(_choice(number)) for number in range(first, first + count)]
        _write(folder / f"{name}_rand_split.jsonl", _lines(rows))


def _choice(number: int) -> dict[str, Any]:
    words = _WORDS["en"]
    right = number * 7 % 5
    texts = [_COLOURS[(number + place) % 5] for place in range(5)]
    texts[right] = words.places[number % 4]
    return {
        "id": f"choice-{number}",
        "answerKey": "ABCDE"[right],
        "question": {
            "stem": f"where is the {words.adjectives[number % 4]} {words.nouns[number % 6]} {number} ?",
            "question_concept": "farm",
            "choices": [{"label": label, "text": text} for label, text in zip("ABCDE", texts, strict=True)],
        },
    }


def _question_answering(folder: Path) -> None:
    """The answer is the place, the last word but one of a sentence."""
    _write(folder / "squad" / "train-v1.1.json", _squad("en", [f"Other {n}" for n in range(4)], 200))
    _write(folder / "squad" / "dev-v1.1.json", _squad("en", ARTICLES, 0))
    for language in ("en", "de"):
        _write(folder / "xquad" / f"xquad.{language}.json", _squad(language, XQUAD_ARTICLES, 0))
    tydi = folder / "tydiqa"
    for split, name, language, first in (
        ("train", "english", "en", 300),
        ("dev", "english", "en", 400),
        ("dev", "finnish", "fi", 500),
    ):
        path = tydi / f"tydiqa-goldp-v1.1-{split}" / f"tydiqa-goldp-{split}-{name}.json"
        _write(path, _squad(language, [f"{name} {n}" for n in range(5)], first, f"{name}-"))


def _squad(language: str, titles: Sequence[str], first: int, ids: str = "") -> str:
    articles = [
        {"title": title, "paragraphs": [_paragraph(language, first + 10 * index, ids)]}
        for index, title in enumerate(titles)
    ]
    return json.dumps({"version": "1.1", "data": articles}, ensure_ascii=False)


def _paragraph(language: str, first: int, ids: str) -> dict[str, Any]:
    """Three sentences and a question on each of two of them."""
    sentences = [sentence(language, first + index) for index in range(3)]
    context = " ".join(" ".join(words) for words in sentences)
    questions = []
    for index in (0, 2):
        words = sentences[index]
        before = sum(len(" ".join(each)) + 1 for each in sentences[:index])
        start = before + len(" ".join(words[:8])) + 1
        questions.append(
            {
                "id": f"{ids}question-{first + index}",
                "question": " ".join([*words[6:8], "?", words[2]]),
                "answers": [{"text": words[8], "answer_start": start}],
            }
        )
    return {"context": context, "qas": questions}


def _tagging(folder: Path) -> None:
    for treebank, language, split, first, count in (
        ("UD_English-Tiny", "en", "train", 0, 48),
        ("UD_English-Tiny", "en", "dev", 60, 12),
        ("UD_English-Tiny", "en", "test", 40, 16),
        ("UD_German-Tiny", "de", "test", 40, 16),
    ):
        blocks = [_conllu(language, split, number) for number in range(first, first + count)]
        _write(folder / treebank / f"{language}_tiny-ud-{split}.conllu", "".join(blocks))


def _conllu(language: str, split: str, number: int) -> str:
    rows = [f"# sent_id = {split}-{number}"]
    for place, (word, tag) in enumerate(zip(sentence(language, number), _TAGS, strict=True), start=1):
        head = 0 if place == 4 else 4
        rows.append("\t".join([str(place), word, word, tag, "_", "_", str(head), "dep", "_", "_"]))
    return _lines([*rows, ""])


def _retrieval(folder: Path) -> None:
    for language, iso3 in _ISO3.items():
        _write(folder / f"tatoeba.{iso3}-eng.{iso3}", _lines(_sentences(language, 20)))
        _write(folder / f"tatoeba.{iso3}-eng.eng", _lines(_sentences("en", 20)))


def _sentences(language: str, count: int) -> list[str]:
    return [" ".join(sentence(language, number)) for number in range(count)]


def _text(folder: Path) -> None:
    for language, code in _UDHR.items():
        paragraphs = "".join(f"<article><para>{line}</para></article>" for line in _sentences(language, 40))
        _write(folder / "udhr" / f"udhr_{code}.xml", f"<?xml version='1.0'?><udhr>{paragraphs}</udhr>")
    for language in ("en", "de"):
        raw = folder / "multi30k" / "task1" / "raw"
        _write(raw / f"train.{language}", _lines(_sentences(language, 60)))
        _write(raw / f"val.{language}", _lines(_sentences(language, 8)))
