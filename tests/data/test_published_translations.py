"""Tests of published translations of a split, and of tables that hold several languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stiltwalk.cli.data_tables import counts
from stiltwalk.data.importing import import_files
from stiltwalk.data.load import available, fingerprint, load
from stiltwalk.data.sources import aligned
from stiltwalk.data.verify import verify
from stiltwalk.spec.columns import Columns
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Answer, Classified, Question
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


def _squad(context: str, **answers: str) -> str:
    """SQuAD JSON of one paragraph: id → answer, at its first place."""
    questions = [
        {"id": name, "question": "?!", "answers": [{"text": text, "answer_start": context.find(text)}]}
        for name, text in answers.items()
    ]
    return json.dumps({"data": [{"title": "T", "paragraphs": [{"context": context, "qas": questions}]}]})


def test_translated_questions(tmp_path: Path) -> None:
    """XTREME's SQuAD keeps the ids; a question whose answer was lost is left out, counted and said."""
    squad = TASKS["squad"]
    write(tmp_path / "squad" / "train-v1.1.json", _squad("A grey cat sat.", one="cat", two="grey"))
    folder = tmp_path / "xtreme_translations" / "SQuAD"
    path = write(
        folder / "translate-train" / "squad.translate.train.en-de.json",
        _squad("Eine graue Katze sass.", one="Katze", two="", three="Hund"),
    )
    write(folder / "translate-dev" / "squad.translate.dev.en-el.json", _squad("Δύο γάτες.", one="γάτες"))
    assert available(squad, "train", tmp_path) == ("en", "de")
    assert available(squad, "dev", tmp_path) == ("el",)
    read = load(squad, "train", "de", tmp_path)
    assert read == (Question("one", "?!", "Eine graue Katze sass.", (Answer("Katze", 11),)),)
    rows = {row.language: row for row in verify(squad, tmp_path) if row.split == "train"}
    assert [(code, rows[code].examples, rows[code].left_out) for code in ("en", "de")] == [
        ("en", 2, 0),
        ("de", 1, 2),
    ]
    before = fingerprint(squad, "train", "de", tmp_path)
    write(path, _squad("Eine graue Katze sass.", one="graue"))
    assert fingerprint(squad, "train", "de", tmp_path) != before


def test_lost_questions_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People are told how many rows of a translation are no use."""
    write(
        tmp_path / "xtreme_translations/SQuAD/translate-train/squad.translate.train.en-de.json",
        _squad("Eine graue Katze.", one="Katze", two="Hund"),
    )
    counts([row for row in verify(TASKS["squad"], tmp_path) if row.state != "missing"])
    assert "squad train de: 1 row(s) of the translation left out" in " ".join(capsys.readouterr().out.split())


def test_ids_of_rows_do_not_move(tmp_path: Path) -> None:
    """A row whose translation is blank is left out and keeps its number; in English it would be an error."""
    tsv = (
        "premise\thypo\tlabel",
        "Eins.\tZwei.\tneutral",
        "Drei.\t \tneutral",
        "Fünf.\tSechs.\tcontradictory",
    )
    path = tmp_path / "xnli" / "XNLI-MT-1.0" / "multinli" / "multinli.train.de.tsv"
    write(path, "\n".join(tsv) + "\n")
    assert load(TASKS["mnli"], "train", "de", tmp_path) == (
        Classified("1", "Eins.", "Zwei.", 2),
        Classified("3", "Fünf.", "Sechs.", 0),
    )
    (row,) = verify(TASKS["mnli"], tmp_path, only={("train", "de")})
    assert (row.examples, row.left_out, row.state) == (2, 1, "uncounted")
    write(tmp_path / "english.tsv", "a\tb\tlabel\nA cat.\t \tyes\n")
    with pytest.raises(DataError, match="the column 'b' is empty"):
        load(_TRANSLATED, "train", "en", tmp_path)


def test_which_translations_are_aligned(tmp_path: Path) -> None:
    """Rows of XNLI-MT and ids of PAWS-X and SQuAD are English's; XTREME's tables are in another order."""
    pair = "a\tb\tc\td\t"
    write(tmp_path / "xtreme_translations/XNLI/translate-train/en-sw-translated.tsv", f"{pair}neutral\n")
    assert not aligned(TASKS["mnli"], "train", "sw", tmp_path)
    write(
        tmp_path / "xnli/XNLI-MT-1.0/multinli/multinli.train.sw.tsv", "premise\thypo\tlabel\na\tb\tneutral\n"
    )
    assert aligned(TASKS["mnli"], "train", "sw", tmp_path)
    write(tmp_path / "xtreme_translations/PAWSX/translate-train/en-de-translated.tsv", f"{pair}1\n")
    write(tmp_path / "pawsx/x-final/fr/translated_train.tsv", "id\tsentence1\tsentence2\tlabel\n1\ta\tb\t1\n")
    assert [aligned(TASKS["pawsx"], "train", code, tmp_path) for code in ("en", "de", "fr")] == [
        True,
        False,
        True,
    ]
    for language in ("english", "finnish"):
        name = f"tydiqa-goldp-v1.1-train/tydiqa-goldp-train-{language}.json"
        write(tmp_path / "tydiqa" / name, _squad("A cat.", **{f"{language}-1": "cat"}))
    assert not aligned(TASKS["tydiqa"], "train", "fi", tmp_path)
    assert aligned(TASKS["pocket-nli"], "train", "sw", None)
    assert not aligned(TASKS["mnli"], "train", "de", tmp_path)  # it is not there


def test_questions_beside_their_own_language(tmp_path: Path) -> None:
    """TyDiQA has Finnish questions of its own; English ones in Finnish are another task, with any ids."""
    folder = tmp_path / "tydiqa" / "tydiqa-goldp-v1.1-train"
    write(folder / "tydiqa-goldp-train-english.json", _squad("A cat.", **{"english-1": "cat"}))
    write(folder / "tydiqa-goldp-train-finnish.json", _squad("Koira.", **{"finnish-1": "Koira"}))
    write(
        tmp_path / "xtreme_translations/TyDiQA-GoldP/translate-train/tydiqa.translate.train.en-fi.json",
        _squad("Kissa.", **{"9": "Kissa"}),
    )
    found = {
        name: [
            [example.id for example in load(TASKS[name], "train", code, tmp_path)] for code in ("en", "fi")
        ]
        for name in ("tydiqa", "tydiqa-translated")
    }
    assert found == {"tydiqa": [["english-1"], ["finnish-1"]], "tydiqa-translated": [["english-1"], ["9"]]}


def test_published_files_are_imported(tmp_path: Path) -> None:
    """Files as they are published are put where translations are looked for, each in its language."""
    text = _squad("Eine Katze.", one="Katze")
    published = tmp_path / "downloads"
    names = ("squad.translate.train.en-de.json", "squad.translate.dev.en-de.json")
    sources = [write(published / name, text) for name in names]
    mlqa = published / "mlqa-translate-train"
    write(mlqa / "es_squad-translate-train-train-v1.1.json", text)
    root = tmp_path / "data"
    imported = import_files(TASKS["squad"], [*sources, mlqa], root)
    assert set(imported.files) == {
        "mlqa/mlqa-translate-train/es_squad-translate-train-train-v1.1.json",
        f"xtreme_translations/SQuAD/translate-train/{names[0]}",
        f"xtreme_translations/SQuAD/translate-dev/{names[1]}",
    }
    assert available(TASKS["squad"], "train", root) == ("de", "es")
    assert [aligned(TASKS["squad"], "train", code, root) for code in ("de", "es")] == [True, False]
