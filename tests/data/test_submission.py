"""Tests of reading submissions: what each layout counts, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.analyse.benchmark import scored
from stiltwalk.data.submission import Judged, file_pairs, read_judged, strangers
from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, Group
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

TASKS = {task.task: task for benchmark in BENCHMARKS.values() for task in benchmark.tasks}


def _read(folder: Path, task: str, given: str | bytes, gold: str | bytes) -> Judged:
    paths = folder / "given", folder / "gold"
    for path, content in zip(paths, (given, gold), strict=True):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_judged(TASKS[task], *paths)


def _scores(folder: Path, task: str, given: str, gold: str) -> dict[str, float]:
    judged = _read(folder, task, given, gold)
    code = TASKS[task].languages[0]
    return scored(TASKS[task], code, judged.examples, judged.predictions, judged.unanswered)


def _questions(**answers: list[str]) -> str:
    """Labels in SQuAD's form."""
    asked = [
        {"id": name, "question": "?", "answers": [{"text": text, "answer_start": 0} for text in texts]}
        for name, texts in answers.items()
    ]
    return json.dumps({"version": "1.1", "data": [{"paragraphs": [{"context": "c", "qas": asked}]}]})


@pytest.mark.parametrize(
    ("task", "given", "gold", "accuracy"),
    [
        ("xnli", "neutral\nneutral\n", "neutral\nentailment\n", 50.0),
        # stripped, whatever ends a line, and with or without the last line end
        ("xnli", " neutral\t\r\nentailment", "neutral\nentailment\n", 100.0),
        ("xnli", "neutral\rentailment\r", "neutral\nentailment", 100.0),
        # letters count, and a label nobody knows is merely wrong
        ("xnli", "Neutral\nmaybe\n", "neutral\nentailment\n", 0.0),
        # a blank line is an empty label
        ("xnli", "\nneutral\n", "entailment\nneutral\n", 50.0),
        ("xnli", "neutral\n\n", "neutral\n\n", 100.0),
        ("tatoeba", "3\n0\n2\n1\n", "3\n1\n2\n0\n", 50.0),
        ("tatoeba", "03\n[1]\n", "3\n1\n", 0.0),
        ("xcopa", '{"label": 1}\n{"label": 0}\n', '{"label": 1, "x": 2}\n{"label": 1}\n', 50.0),
        ("xcopa", '{"label": "1"}\n{"label": 1.0}\n', '{"label": 1}\n{"label": 1}\n', 50.0),
    ],
)
def test_equal_or_not(tmp_path: Path, task: str, given: str, gold: str, accuracy: float) -> None:
    """Labels, row numbers and choices are right where they equal the label."""
    assert _scores(tmp_path, task, given, gold)["accuracy"] == accuracy


@pytest.mark.parametrize(
    ("task", "given", "gold", "f1"),
    [
        # the two NOUNs are one span, so one of two gold spans is found, and two others are not there
        ("udpos", "NOUN\nVERB\nADJ\n", "NOUN\nNOUN\nADJ\n", 40.0),
        # SCONJ is always a span of one word
        ("udpos", "SCONJ\nSCONJ\n\nX\n", "SCONJ\nSCONJ\n\nX\n", 100.0),
        ("panx", "B-PER\nI-PER\nO\n\nO\n\n", "B-PER\nI-PER\nO\n\nB-LOC\n", 200 / 3),
        # a blank line may hold white space; no span reaches over it
        ("panx", "B-PER\n \t\nI-PER\n", "B-PER\n\nI-PER\n", 100.0),
        ("panx", "\n\nB-PER\n", "\n\nB-PER\n", 100.0),
        ("panx", "O\nO\n", "B-PER\nO\n", 0.0),
    ],
)
def test_tags(tmp_path: Path, task: str, given: str, gold: str, f1: float) -> None:
    """Span F1 by hand: 2 × right / (predicted + gold)."""
    assert _scores(tmp_path, task, given, gold)["f1"] == pytest.approx(f1)


@pytest.mark.parametrize(
    ("given", "f1", "precision", "recall"),
    [
        ("a\tb\nc\td\n", 100.0, 100.0, 100.0),
        # a pair counts once, and the order of lines does not matter
        ("c\td\na\tb\na\tb\n", 100.0, 100.0, 100.0),
        ("a\tb\na\td\nc\tb\n", 40.0, 100 / 3, 50.0),
        ("b\ta\n", 0.0, 0.0, 0.0),
        ("", 0.0, 0.0, 0.0),
        # a blank line is a pair of its own, and wrong
        ("a\tb\n\nc\td\n\n", 80.0, 200 / 3, 100.0),
    ],
)
def test_pairs(tmp_path: Path, given: str, f1: float, precision: float, recall: float) -> None:
    """F1, precision and recall over sets of pairs."""
    found = _scores(tmp_path, "bucc", given, "a\tb\nc\td\n")
    assert found == pytest.approx({"f1": f1, "precision": precision, "recall": recall})


@pytest.mark.parametrize(
    ("given", "exact", "f1"),
    [
        ({"q1": "a cat", "q2": "Dog!"}, 100.0, 100.0),
        ({"data": {"q1": "cat", "q2": "dog"}}, 100.0, 100.0),
        # not answered counts 0; an answer to something else counts nothing
        ({"q1": "cat", "q3": "dog"}, 50.0, 50.0),
        ({}, 0.0, 0.0),
        # one of two words: precision 1, recall 1/2
        ({"q1": "cat", "q2": "black"}, 50.0, 50 + 100 / 3),
    ],
)
def test_answers(tmp_path: Path, given: dict[str, Any], exact: float, f1: float) -> None:
    """The best gold answer counts, after normalisation."""
    gold = _questions(q1=["Cat", "lion"], q2=["dog", "black dog"])
    found = _scores(tmp_path, "xquad", json.dumps(given), gold)
    assert found == pytest.approx({"exact_match": exact, "f1": f1})


def test_unanswered_is_not_empty(tmp_path: Path) -> None:
    """A gold answer of an article alone is matched by an empty text, but not by no prediction."""
    gold = _questions(q1=["the"])
    assert _scores(tmp_path, "xquad", '{"q1": ""}', gold)["exact_match"] == 100.0
    assert _scores(tmp_path, "xquad", "{}", gold)["exact_match"] == 0.0


def test_answers_by_language(tmp_path: Path) -> None:
    """MLQA's articles are the language's own: Arabic, its first, drops the prefix."""
    gold = _questions(q1=["الكتاب"])
    assert _scores(tmp_path, "mlqa", json.dumps({"q1": "كتاب"}), gold)["exact_match"] == 100.0
    assert _scores(tmp_path, "xquad", json.dumps({"q1": "كتاب"}), gold)["exact_match"] == 0.0


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (["Q1"], 100.0),
        (["Q2", "Q1"], 50.0),
        # a repeated id keeps its place
        (["Q2", "Q2", "Q2", "Q1"], 25.0),
        ([*(f"x{n}" for n in range(19)), "Q1"], 5.0),
        ([*(f"x{n}" for n in range(20)), "Q1"], 0.0),
        ([" Q1"], 0.0),
        ([], 0.0),
        (None, 0.0),
    ],
)
def test_rankings(tmp_path: Path, given: list[str] | None, value: float) -> None:
    """One right candidate: 1 / its rank, 0 beyond the twentieth; a missing query counts 0."""
    ranked = {} if given is None else {"m1": given, "m9": ["Q1"]}
    assert _scores(tmp_path, "mewslix", json.dumps(ranked), '{"m1": [" Q1 "]}')["map@20"] == pytest.approx(
        value
    )


def test_rankings_with_several_right(tmp_path: Path) -> None:
    """LAReQA: right at ranks 1 and 3 of two right ones: (1/1 + 2/3) / 2."""
    given, gold = json.dumps({"q": ["a", "x", "b"]}), json.dumps({"q": ["b", "a"]})
    assert _scores(tmp_path, "lareqa", given, gold)["map@20"] == pytest.approx(100 * (1 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("task", "given", "gold", "notes"),
    [
        (
            "xnli",
            "neutral\nyes\nno\n",
            "neutral\n" * 3,
            ["2 of 3 predictions are no label of the task: 'yes', 'no'"],
        ),
        ("udpos", "NOUN\nNN\n", "NOUN\nNOUN\n", ["1 of 2 predictions are no label of the task: 'NN'"]),
        ("tatoeba", "0\n[1]\n", "0\n1\n", ["1 predictions are no row number: '[1]'"]),
        ("bucc", "a b\nc\td\n", "c\td\n", ["1 lines are no two ids with a tab between them: 'a b'"]),
        (
            "xquad",
            '{"q1": "a", "x": "b", "y": "c"}',
            _questions(q1=["a"], q2=["b"]),
            [
                "1 of 2 questions have no prediction and count 0",
                "2 predictions are for no known id and are left out",
            ],
        ),
        ("mewslix", "{}", '{"m": ["Q1"]}', ["1 of 1 queries have no prediction and count 0"]),
        ("xnli", "neutral\n", "neutral\n", []),
    ],
)
def test_notes(tmp_path: Path, task: str, given: str, gold: str, notes: list[str]) -> None:
    """What is counted but was hardly meant is said."""
    assert list(_read(tmp_path, task, given, gold).notes) == notes


@pytest.mark.parametrize(
    ("task", "given", "gold", "message"),
    [
        (
            "xnli",
            "neutral\n",
            "neutral\nneutral\n",
            r"given has 1 lines, .*gold has 2\. Give one prediction for",
        ),
        (
            "xnli",
            "neutral\n\n",
            "neutral\n",
            r"given has 2 lines, .*gold has 1\..* a blank line too many counts",
        ),
        ("tatoeba", "1\n", "", "given has 1 lines, .*gold has 0"),
        ("xcopa", "", '{"label": 0}\n', "given has 0 lines, .*gold has 1"),
        ("udpos", "X\n\nX\n", "X\nX\n", "given has 2 sentences, .*gold has 1"),
        ("udpos", "X\n\n\n", "X\n\n", "given has 2 sentences, .*gold has 1"),
        (
            "udpos",
            "X\n\nX\nX\n",
            "X\n\nX\n",
            r"Sentence 2 has 2 tags in .*given and 1 in .*gold\. Give one tag a line",
        ),
        ("udpos", "X\n\n\n", "X\n\nX\n", "Sentence 2 has 0 tags in .*given and 1 in .*gold"),
    ],
)
def test_not_as_many(tmp_path: Path, task: str, given: str, gold: str, message: str) -> None:
    """Both files and both counts are named."""
    with pytest.raises(UserError, match=message):
        _read(tmp_path, task, given, gold)


@pytest.mark.parametrize(
    ("task", "given", "gold", "message"),
    [
        (
            "xnli",
            b"neutral\n\xff\n",
            "neutral\nneutral\n",
            "given, line 2: expected UTF-8, found the byte 0xff",
        ),
        ("xnli", "", "", "gold: holds no label"),
        ("udpos", "\n", "\n", "gold: holds no label"),
        ("bucc", "", "", "gold: holds no label"),
        ("xquad", "{}", _questions(), "gold: holds no label"),
        ("xquad", "{", _questions(q=["a"]), "given, line 1: the JSON is cut short"),
        (
            "xquad",
            "[1]",
            _questions(q=["a"]),
            r"given: expected one object with an entry for each id, found \[1\]",
        ),
        ("xquad", '{"q": 5}', _questions(q=["a"]), "given: q: expected text in the field 'q', found 5"),
        ("xquad", "{}", '{"data": 5}', "gold: expected a list of articles under 'data', found 5"),
        (
            "xquad",
            "{}",
            '[{"title": "t"}]',
            "gold: an article: expected the field 'paragraphs', found 'title'",
        ),
        ("xquad", "{}", _questions(q=[]), "gold: question q: it has no answer to be judged by"),
        ("mewslix", '{"m": "Q1"}', '{"m": ["Q1"]}', "given: m: expected a list of candidate ids, found 'Q1'"),
        (
            "mewslix",
            '{"m": [1]}',
            '{"m": ["Q1"]}',
            r"given: m: expected a list of candidate ids, found \[1\]",
        ),
        ("mewslix", "{}", '{"m": []}', "gold: m: it has no right candidate"),
        (
            "xcopa",
            '{"label": 0}\n0\n',
            '{"label": 0}\n{"label": 0}\n',
            "given, line 2: expected an object with a 'la",
        ),
        ("xcopa", '{"label": []}\n', '{"label": 0}\n', r"given, line 1: .* found \{'label': \[\]\}"),
        ("xcopa", "label\n", '{"label": 0}\n', "given, line 1: not JSON"),
    ],
)
def test_broken_files(tmp_path: Path, task: str, given: str | bytes, gold: str, message: str) -> None:
    """File, line or id, what was expected and what was found."""
    with pytest.raises(DataError, match=message):
        _read(tmp_path, task, given, gold)


ONE = BenchmarkTask(task="one", folder="first", layout="labels", languages=("de", "fr"), scorer="accuracy")
SMALL = Benchmark(name="small", title="Small", groups=(Group(name="g", tasks=(ONE,)),), citation="c")


def test_files_of_both_folders(tmp_path: Path) -> None:
    """Each language with what is there on either side; a gzipped file serves as well."""
    for name in ("given/first/test-de.tsv", "gold/first/test-de.tsv", "gold/first/test-fr.tsv.gz"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = file_pairs(SMALL, tmp_path / "given", tmp_path / "gold")
    assert [(pair.language, pair.predictions, pair.labels) for pair in found] == [
        ("de", tmp_path / "given/first/test-de.tsv", tmp_path / "gold/first/test-de.tsv"),
        ("fr", None, tmp_path / "gold/first/test-fr.tsv.gz"),
    ]


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is none is named, with what should be in it."""
    with pytest.raises(
        UserError, match=r"nowhere is no folder\. Name the folder of labels .* first/test-de\.tsv"
    ):
        file_pairs(SMALL, tmp_path, tmp_path / "nowhere")


def test_folders_nobody_reads(tmp_path: Path) -> None:
    """A folder under another name is said, with the nearest name unless it is another benchmark's."""
    for name in ("first", "frist", "xcopa"):
        (tmp_path / name).mkdir()
    assert strangers(SMALL, tmp_path) == [
        f"{tmp_path / 'frist'} is not read: 'frist' is no task of Small. Did you mean 'first'?",
        f"{tmp_path / 'xcopa'} is not read: 'xcopa' is no task of Small.",
    ]
