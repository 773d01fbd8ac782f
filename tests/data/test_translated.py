"""Tests of published translations of a split, and of tables that hold several languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stiltwalk.data.load import available, fingerprint, load
from stiltwalk.data.verify import verify
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Classified
from stiltwalk.spec.task import Split, Task, Translated
from stiltwalk.spec.tasks import TASKS

from .fakes import write

_PAIR = Columns(text_a="{a}", text_b="{b}", label="label")


def _task(split: Split) -> Task:
    return Task(
        name="fake",
        title="Fake",
        type="sequence-classification",
        stages=("intermediate",),
        layout="columns",
        columns=_PAIR,
        labels=("no", "yes"),
        splits={"train": split},
        scorer="accuracy",
        licence="none",
        citation="none",
    )


_TRANSLATED = _task(
    Split(
        paths=("english.tsv",),
        translated=(
            Translated(paths=("first/{language}.tsv",), columns=_PAIR, languages=("de",)),
            Translated(
                paths=("second/{language}.tsv",),
                columns=Columns(
                    text_a="{c}", text_b="{d}", label="label", header=("a", "b", "c", "d", "label")
                ),
                languages=("de", "sw"),
            ),
        ),
    )
)


def test_translations_have_columns_of_their_own(tmp_path: Path) -> None:
    """Each translation is read by its own columns, and none is taken for English or another's."""
    write(tmp_path / "english.tsv", "a\tb\tlabel\nA cat.\tAn animal.\tyes\n")
    write(tmp_path / "second" / "sw.tsv", "A cat.\tAn animal.\tPaka.\tMnyama.\tyes\n")
    assert available(_TRANSLATED, "train", tmp_path) == ("en", "sw")
    assert load(_TRANSLATED, "train", "en", tmp_path) == (Classified("1", "A cat.", "An animal.", 1),)
    assert load(_TRANSLATED, "train", "sw", tmp_path) == (Classified("1", "Paka.", "Mnyama.", 1),)
    with pytest.raises(DataError, match=r"language 'de'.*Looked .* for first/de\.tsv, second/de\.tsv"):
        load(_TRANSLATED, "train", "de", tmp_path)


def test_the_first_translation_there_is_taken(tmp_path: Path) -> None:
    """Of two published translations the record's first is read, where both are there."""
    write(tmp_path / "first" / "de.tsv", "a\tb\tlabel\nEine Katze.\tEin Tier.\tno\n")
    write(tmp_path / "second" / "de.tsv", "A cat.\tAn animal.\tKatze.\tTier.\tyes\n")
    assert load(_TRANSLATED, "train", "de", tmp_path) == (Classified("1", "Eine Katze.", "Ein Tier.", 0),)
    print_of_first = fingerprint(_TRANSLATED, "train", "de", tmp_path)
    (tmp_path / "first" / "de.tsv").unlink()
    assert fingerprint(_TRANSLATED, "train", "de", tmp_path) not in {None, print_of_first}


_SHARED = _task(Split(paths=("all.tsv",), languages=("en", "de", "sw"), expected={"de": 2, "en": 1})).replace(
    {"columns": _PAIR.replace({"where": {"language": "{language}"}})}
)


def test_a_table_of_several_languages(tmp_path: Path) -> None:
    """Rows are told apart by a column; a language without rows is missing, not broken."""
    rows = ("de\tEins.\tZwei.\tyes", "en\tOne.\tTwo.\tno", "de\tDrei.\tVier.\tno")
    write(tmp_path / "all.tsv", "\n".join(("language\ta\tb\tlabel", *rows)) + "\n")
    assert available(_SHARED, "train", tmp_path) == ("en", "de")
    assert [e.id for e in load(_SHARED, "train", "de", tmp_path)] == ["1", "2"]
    states = {row.language: row.state for row in verify(_SHARED, tmp_path)}
    assert states == {"en": "whole", "de": "whole", "sw": "missing"}
    with pytest.raises(DataError, match="no data of task 'fake', split 'train', language 'sw'"):
        load(_SHARED, "train", "sw", tmp_path)


def test_a_table_that_changes_is_read_again(tmp_path: Path) -> None:
    """What a table holds is remembered only as long as the file stays."""
    write(tmp_path / "all.tsv", "language\ta\tb\tlabel\nen\tOne.\tTwo.\tno\n")
    assert available(_SHARED, "train", tmp_path) == ("en",)
    write(tmp_path / "all.tsv", "language\ta\tb\tlabel\nde\tEins.\tZwei.\tno\nde\tDrei.\tVier.\tyes\n")
    assert available(_SHARED, "train", tmp_path) == ("de",)


def test_ids_tell_languages_apart(tmp_path: Path) -> None:
    """TyDiQA's published training file holds all languages, told apart by the ids' prefix."""
    context = "The cat sat."
    question = {"question": "who?", "answers": [{"text": "cat", "answer_start": 4}]}
    names = ("english-1-0", "swahili-2-0", "english-3-0")
    questions = [{"id": name, **question} for name in names]
    document = {"data": [{"paragraphs": [{"context": context, "qas": questions}]}]}
    write(tmp_path / "tydiqa" / "tydiqa-goldp-v1.1-train.json", json.dumps(document))
    found = load(TASKS["tydiqa"], "train", "en", tmp_path)
    assert [example.id for example in found] == ["english-1-0", "english-3-0"]
