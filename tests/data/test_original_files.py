"""Every task whose original files are tables, read from a few rows written in the published layout."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.data.load import available, fingerprint, load
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Choices, Classified, Example
from stiltwalk.spec.task import SplitName
from stiltwalk.spec.tasks import TASKS

from .fakes import write

CONTRADICTION, ENTAILMENT, NEUTRAL = range(3)


def _jsonl(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _tsv(*rows: Iterable[str]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


_SNLI = _jsonl(
    {"gold_label": "neutral", "sentence1": "A man.", "sentence2": "A tall man.", "pairID": "1#0"},
    {"gold_label": "-", "sentence1": "A man.", "sentence2": "Nobody agreed.", "pairID": "1#1"},
    {"gold_label": "entailment", "sentence1": "A man.", "sentence2": "A person.", "pairID": "1#2"},
)
_SNLI_EXAMPLES = (
    Classified("1", "A man.", "A tall man.", NEUTRAL),
    Classified("3", "A man.", "A person.", ENTAILMENT),
)
_GLUE_MNLI = _tsv(
    ("index", "promptID", "sentence1", "sentence2", "label1", "gold_label"),
    ("0", "31193", 'He said "no.', "He agreed.", "contradiction", "contradiction"),
)
_ANLI = _jsonl(
    {"uid": "a", "context": "A long text.", "hypothesis": "It is short.", "label": "c", "reason": ""},
    {"uid": "b", "context": "A long text.", "hypothesis": "It is a text.", "label": "e", "reason": ""},
    {"uid": "c", "context": "A long text.", "hypothesis": "It is old.", "label": "n", "reason": ""},
)
_QQP = _tsv(
    ("id", "qid1", "qid2", "question1", "question2", "is_duplicate"),
    ("0", "1", "2", "Why?", "How come?", "1"),
    ("1", "3", "4", "cut off"),
    ("2", "5", "6", "What?", "", "0"),
)
_SICK = _tsv(
    ("pair_ID", "sentence_A", "sentence_B", "relatedness_score", "entailment_judgment"),
    ("4", "Boys play.", "No boy plays.", "3.6", "CONTRADICTION"),
)
_COSMOS = (
    "id,context,question,answer0,answer1,answer2,answer3,label\n"
    '3Q,"It rained , and we "" ran "" home .",Why did they run ?,a,b,"c , d",None of the above choices .,2\n'
)
_HELLASWAG = _jsonl(
    {"ind": 4, "ctx_a": "A man sits.", "ctx_b": "he", "endings": ["a", "b", "c", "d"], "label": 3},
    {"ind": 5, "ctx_a": "Boil water.", "ctx_b": "", "endings": ["a", "b", "c", "d"], "label": 0},
)
_SOCIAL = {"context": "Tracy left.", "question": "Why?", "answerA": "a", "answerB": "b", "answerC": "c"}
_COPA = _jsonl(
    {"premise": "It broke.", "choice1": "x", "choice2": "y", "question": "cause", "label": 1, "idx": 7}
)
_ECARE = _jsonl(
    {
        "index": "dev-0",
        "premise": "It broke.",
        "ask-for": "effect",
        "hypothesis1": "x",
        "hypothesis2": "y",
        "label": 0,
    }
)
_XNLI = _tsv(
    ("language", "gold_label", "sentence1", "sentence2", "pairID"),
    ("de", "contradictory", "Ja.", "Nein.", "1"),
    ("sw", "neutral", "Ndiyo.", "Labda.", "1"),
    ("de", "entailment", "Ja.", "Jawohl.", "2"),
)
_PAWS = _tsv(("id", "sentence1", "sentence2", "label"), ("7", "A und B.", "B und A.", "0"))
_TRANSLATED = _tsv(("Ja.", "Nein.", "Yes.", "No.", "contradictory"))

CASES: list[tuple[str, SplitName, str, dict[str, str], tuple[Example, ...]]] = [
    ("snli", "train", "en", {"snli/snli_1.0/snli_1.0_train.jsonl": _SNLI}, _SNLI_EXAMPLES),
    (
        *("mnli", "dev", "en", {"mnli/dev_matched.tsv": _GLUE_MNLI}),
        (Classified("1", 'He said "no.', "He agreed.", CONTRADICTION),),
    ),
    ("mnli", "train", "en", {"mnli/multinli_1.0/multinli_1.0_train.jsonl": _SNLI}, _SNLI_EXAMPLES),
    (
        *("mnli", "train", "de"),
        {
            "xnli/XNLI-MT-1.0/multinli/multinli.train.de.tsv": _tsv(
                ("premise", "hypo", "label"), ("Ja.", "Nein.", "contradictory")
            )
        },
        (Classified("1", "Ja.", "Nein.", CONTRADICTION),),
    ),
    (
        *("mnli", "train", "de"),
        {
            "xtreme_translations/XNLI/translate-train/en-de-translated.tsv": _tsv(
                ("Yes.", "No.", "Ja.", "Nein.", "neutral")
            )
        },
        (Classified("1", "Ja.", "Nein.", NEUTRAL),),
    ),
    (
        *("anli-r2", "train", "en", {"anli/anli_v1.0/R2/train.jsonl": _ANLI}),
        tuple(
            Classified(str(number), "A long text.", text, label)
            for number, text, label in (
                (1, "It is short.", CONTRADICTION),
                (2, "It is a text.", ENTAILMENT),
                (3, "It is old.", NEUTRAL),
            )
        ),
    ),
    (
        *("qqp", "train", "en", {"qqp/train.tsv": _QQP}),
        (Classified("1", "Why?", "How come?", 1), Classified("2", "What?", "", 0)),
    ),
    (
        *("sick", "test", "en", {"sick/SICK_test_annotated.txt": _SICK}),
        (Classified("4", "Boys play.", "No boy plays.", CONTRADICTION),),
    ),
    (
        *("cosmosqa", "train", "en", {"cosmosqa/train.csv": _COSMOS}),
        (
            Choices(
                "3Q",
                'It rained , and we " ran " home . Why did they run ?',
                ("a", "b", "c , d", "None of the above choices ."),
                2,
            ),
        ),
    ),
    (
        *("hellaswag", "dev", "en", {"hellaswag/hellaswag_val.jsonl": _HELLASWAG}),
        (
            Choices("1", "A man sits.", ("he a", "he b", "he c", "he d"), 3),
            Choices("2", "Boil water.", (" a", " b", " c", " d"), 0),
        ),
    ),
    (
        *("socialiqa", "train", "en"),
        {"socialiqa/socialIQa_v1.4_trn.jsonl": _jsonl({**_SOCIAL, "correct": "C"})},
        (Choices("1", "Tracy left. Why?", ("a", "b", "c"), 2),),
    ),
    (
        *("socialiqa", "dev", "en"),
        {"socialiqa/dev.jsonl": _jsonl(_SOCIAL), "socialiqa/dev-labels.lst": "2\n"},
        (Choices("1", "Tracy left. Why?", ("a", "b", "c"), 1),),
    ),
    (
        *("copa", "train", "en", {"copa/COPA/train.jsonl": _COPA}),
        (Choices("1", "It broke. What was the cause?", ("x", "y"), 1),),
    ),
    (
        *("ecare", "dev", "en", {"ecare/Causal_Reasoning/dev.jsonl": _ECARE}),
        (Choices("dev-0", "It broke. What was the effect?", ("x", "y"), 0),),
    ),
    (
        *("xcopa", "test", "qu", {"xcopa/data/qu/test.qu.jsonl": _COPA}),
        (Choices("7", "It broke. What was the cause?", ("x", "y"), 1),),
    ),
    (
        *("xnli", "test", "de", {"xnli/xnli.test.tsv": _XNLI}),
        # numbered within the language, so that equal numbers are translations of each other
        (Classified("1", "Ja.", "Nein.", CONTRADICTION), Classified("2", "Ja.", "Jawohl.", ENTAILMENT)),
    ),
    (
        *("xnli", "test", "sw", {"xnli/XNLI-1.0/xnli.test.tsv": _XNLI}),
        (Classified("1", "Ndiyo.", "Labda.", NEUTRAL),),
    ),
    (
        *("pawsx", "dev", "de", {"pawsx/x-final/de/dev_2k.tsv": _PAWS}),
        (Classified("7", "A und B.", "B und A.", 0),),
    ),
    (
        *("pawsx", "train", "de", {"pawsx/x-final/de/translated_train.tsv": _PAWS}),
        (Classified("7", "A und B.", "B und A.", 0),),
    ),
    (
        *("kornli", "test", "ko"),
        {"kornli/xnli.test.ko.tsv": _tsv(("sentence1", "sentence2", "gold_label"), ("a", "b", "neutral"))},
        (Classified("1", "a", "b", NEUTRAL),),
    ),
    (
        *("americasnli", "test", "qu"),
        {
            "americasnli/test/quy.tsv": _tsv(
                ("id", "language", "premise", "hypothesis", "label"), ("12", "quy", "a", "b", "entailment")
            )
        },
        (Classified("12", "a", "b", ENTAILMENT),),
    ),
    (
        *("xnli-translate-test", "test", "de"),
        {"xtreme_translations/XNLI/translate-test/test-de-en-translated.tsv": _TRANSLATED},
        (Classified("1", "Yes.", "No.", CONTRADICTION),),
    ),
]


@pytest.mark.parametrize(("name", "split", "language", "files", "expected"), CASES)
def test_rows_become_examples(
    tmp_path: Path,
    name: str,
    split: SplitName,
    language: str,
    files: dict[str, str],
    expected: tuple[Example, ...],
) -> None:
    """Texts, labels and ids are those of the protocol; rows without a gold label are left out."""
    for path, text in files.items():
        write(tmp_path / path, text)
    assert load(TASKS[name], split, language, tmp_path) == expected
    assert language in available(TASKS[name], split, tmp_path)


_PARTS = {
    "snli/snli_1.0/snli_1.0_train.jsonl": _SNLI,
    "mnli/train.tsv": _GLUE_MNLI,
    **{f"anli/anli_v1.0/R{number}/train.jsonl": _ANLI for number in (1, 2, 3)},
}


def test_pooled_parts(tmp_path: Path) -> None:
    """ANLI+ is all of its parts, each example under its part's name."""
    for path, text in _PARTS.items():
        write(tmp_path / path, text)
    examples = load(TASKS["anli+"], "train", "en", tmp_path)
    assert [example.id for example in examples] == [
        *("snli:1", "snli:3", "mnli:1"),
        *(f"anli-r{number}:{row}" for number in (1, 2, 3) for row in (1, 2, 3)),
    ]
    first = fingerprint(TASKS["anli+"], "train", "en", tmp_path)
    write(tmp_path / "anli/anli_v1.0/R3/train.jsonl", _ANLI.replace("It is old.", "It is new."))
    assert fingerprint(TASKS["anli+"], "train", "en", tmp_path) not in {None, first}


def test_a_part_that_is_missing(tmp_path: Path) -> None:
    """Without one of its parts a pooled task is not there, and loading it names the part."""
    for path, text in _PARTS.items():
        if "R2" not in path:
            write(tmp_path / path, text)
    assert available(TASKS["anli+"], "train", tmp_path) == ()
    assert fingerprint(TASKS["anli+"], "train", "en", tmp_path) is None
    with pytest.raises(DataError, match="no data of task 'anli-r2'"):
        load(TASKS["anli+"], "train", "en", tmp_path)


def test_published_sizes_of_the_parts_add_up() -> None:
    """1,104,934 for training and 22,857 for selection, as Phang et al. 2020 are remembered to print."""
    for split in ("train", "dev"):
        parts = [part.split(split).expected["en"] for part in TASKS["anli+"].parts]
        assert sum(parts) == TASKS["anli+"].split(split).expected["en"]


@pytest.mark.parametrize(
    ("name", "path", "text", "message"),
    [
        (
            *("snli", "snli/snli_1.0/snli_1.0_train.jsonl", _SNLI.replace('"neutral"', '"neutrl"')),
            (
                r"snli_1.0_train\.jsonl, line 1: there is no label \(column 'gold_label'\) 'neutrl'\. "
                r"Did you mean 'neutral'\? There is: contradiction, entailment, neutral"
            ),
        ),
        (
            *("mnli", "mnli/train.tsv", _GLUE_MNLI.replace("sentence2", "sentenceB")),
            r"train\.tsv, line 2: expected the column 'sentence2', found .*Did you mean 'sentenceB'",
        ),
        (
            *("mnli", "mnli/train.tsv", _GLUE_MNLI.replace("He agreed.\t", "")),
            r"train\.tsv, line 2: expected 6 columns \(index, .*\), found 5\. Mend the line",
        ),
        (
            *("copa", "copa/COPA/train.jsonl", _COPA.replace('"cause"', '"reason"')),
            r"train\.jsonl, line 1: expected one of cause, effect in the column 'question', found 'reason'",
        ),
        (
            *("copa", "copa/COPA/train.jsonl", _COPA.replace(": 1,", ": 2,")),
            r"train\.jsonl, line 1: expected the right choice in the column 'label' \(0, 1\), found '2'",
        ),
        (
            *("cosmosqa", "cosmosqa/train.csv", _COSMOS.replace("Why did they run ?", " ")),
            r"train\.csv, line 2: the column 'question' is empty\. Fill it in",
        ),
        (
            *("cosmosqa", "cosmosqa/train.csv", _COSMOS + '3R,"open'),
            r"train\.csv, line 3: not sound CSV .*Fetch the file again",
        ),
    ],
)
def test_a_broken_row(tmp_path: Path, name: str, path: str, text: str, message: str) -> None:
    """What is wrong with a row is said with its file, line and column, and the way to mend it."""
    write(tmp_path / path, text)
    with pytest.raises(DataError, match=message):
        load(TASKS[name], "train", "en", tmp_path)


def test_labels_beside_must_be_as_many(tmp_path: Path) -> None:
    """A file of labels that is too short is refused, with both counts."""
    write(tmp_path / "socialiqa/dev.jsonl", _jsonl(_SOCIAL, _SOCIAL))
    write(tmp_path / "socialiqa/dev-labels.lst", "2\n")
    with pytest.raises(DataError, match=r"expected a line for each of the 2 rows of dev\.jsonl, found 1"):
        load(TASKS["socialiqa"], "dev", "en", tmp_path)
