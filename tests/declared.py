"""Tasks as a user would declare them: the task files of the package's templates, with tiny data beside them.

    path = write_declared(tmp_path, "multiple-choice")
    raw = own_study(tmp_path, {"targets": [str(path)]})

Sentences are those of ``tests.worlds``; nothing lies in a data folder.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from stiltwalk.spec.task_files import template
from tests.worlds import PRETRAIN, sentence

Row = Mapping[str, Any]

SPLITS = (("train", "en", 0, 24), ("dev", "en", 40, 8), ("test.en", "en", 60, 8), ("test.de", "de", 60, 8))
"""Of every task but the retrieval one: the file's stem, its language, its first sentence, and how many."""


def write_declared(folder: Path, kind: str, changes: Mapping[str, Any] | None = None) -> Path:
    """Write the template of the type ``kind`` and its data below ``folder``, and return the file's path.

    ``changes`` replace its top-level fields; the data stays what the template says.
    """
    path = folder / f"{kind}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    text = template(kind)
    path.write_text(
        text if changes is None else yaml.safe_dump({**yaml.safe_load(text), **changes}), encoding="utf-8"
    )
    _WRITERS[kind](folder)
    return path


def own_study(folder: Path, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A study whose tiny encoder is pretrained on declared raw text; it needs no data folder."""
    text = write_declared(folder, "masked-lm")
    encoder = {**PRETRAIN, "pretrain": {**PRETRAIN["pretrain"], "text": [str(text)]}}
    return {
        "study": "own",
        "encoders": [encoder],
        "seeds": 1,
        "recipe": {"name": "pocket", "target": {"epochs": 1}},
        **changes,
    }


def _rows(make: Callable[[str, int], Row]) -> Iterator[tuple[str, list[Row]]]:
    for stem, language, first, count in SPLITS:
        yield stem, [make(language, number) for number in range(first, first + count)]


def _text(language: str, number: int) -> str:
    return " ".join(sentence(language, number))


def _table(path: Path, rows: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        dialect = "excel-tab" if path.suffix == ".tsv" else "excel"
        writer = csv.DictWriter(file, rows[0].keys(), dialect=dialect, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _pair(language: str, number: int) -> Row:
    """The same sentence again is entailed (0), another one is not."""
    other = _text(language, number + number % 3)
    return {"premise": _text(language, number), "hypothesis": other, "gold": number % 3}


def _pairs(folder: Path) -> None:
    for stem, rows in _rows(_pair):
        _table(folder / "my-nli" / f"{stem}.csv", rows)


def _choice(language: str, number: int) -> Row:
    words = sentence(language, number)
    right, wrong = words[2], words[8]
    first, second = (right, wrong) if number % 2 else (wrong, right)
    answer = "A" if number % 2 else "B"
    story = _text(language, number)
    return {"story": story, "question": words[3], "first": first, "second": second, "answer": answer}


def _choices(folder: Path) -> None:
    for stem, rows in _rows(_choice):
        _table(folder / "my-choices" / f"{stem}.tsv", rows)


def _entity(language: str, number: int) -> Row:
    """The noun is a person, the place a place."""
    tags = ["O", "O", "B-PER", "O", "O", "O", "O", "B-LOC", "I-LOC", "O"]
    return {"tokens": sentence(language, number), "tags": tags}


def _entities(folder: Path) -> None:
    (folder / "my-entities").mkdir(exist_ok=True)
    for stem, rows in _rows(_entity):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / "my-entities" / f"{stem}.jsonl").write_text(text, encoding="utf-8")


def _question(language: str, number: int) -> Row:
    """The place is asked for."""
    words = sentence(language, number)
    context = " ".join(words)
    return {
        "id": f"q{number}",
        "question": f"{words[6]} {words[7]} ?",
        "context": context,
        "answers": {"text": [words[8]], "answer_start": [len(" ".join(words[:8])) + 1]},
    }


def _questions(folder: Path) -> None:
    (folder / "my-questions").mkdir(exist_ok=True)
    for stem, rows in _rows(_question):
        pq.write_table(pa.Table.from_pylist(rows), folder / "my-questions" / f"{stem}.parquet")


def _bitext(folder: Path) -> None:
    for language in ("de", "fr"):
        rows = [{"sentence": _text(language, n), "english": _text("en", n)} for n in range(12)]
        _table(folder / "my-bitext" / f"{language}-en.tsv", rows)


def _lines(folder: Path) -> None:
    (folder / "my-text").mkdir(exist_ok=True)
    for language in ("en", "de"):
        text = "".join(_text(language, number) + "\n" for number in range(40))
        (folder / "my-text" / f"{language}.txt").write_text(text, encoding="utf-8")


_WRITERS: Mapping[str, Callable[[Path], None]] = {
    "sequence-classification": _pairs,
    "multiple-choice": _choices,
    "token-classification": _entities,
    "question-answering": _questions,
    "sentence-retrieval": _bitext,
    "masked-lm": _lines,
}
