"""Scores of submission folders beside XTREME's own evaluate.py, on its mock labels, friendly and hostile."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stiltwalk.analyse.benchmark import BenchmarkScore, benchmark_score, scored
from stiltwalk.data.submission import file_pairs, read_judged
from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, SubmissionLayout
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS, XTREME, XTREME_R
from tests.parity.originals import VARIABLE, near, original

pytestmark = pytest.mark.parity

LABELS = "xtreme/mock_test_data/labels"
PREDICTIONS = "xtreme/mock_test_data/predictions"
UPOS = tuple("ADJ ADP AUX CCONJ NOUN PUNCT SCONJ SYM VERB X".split())
IOB2 = tuple("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC".split())
ODD_TAGS = (*UPOS, *IOB2, "S-PER", "E-PER", "B-", "_", "PER", "B-X-Y", ".", "O-O")


@pytest.fixture(scope="module")
def theirs() -> ModuleType:
    """XTREME's ``evaluate.py``, which imports its neighbours and seqeval from the path."""
    original("seqeval-0.0.12/seqeval/metrics/sequence_labeling.py")
    root = Path(os.environ[VARIABLE])
    sys.path[:0] = [str(root / "xtreme"), str(root / "seqeval-0.0.12")]
    # another seqeval may be imported before or after this one
    others = _taken_out("seqeval")
    try:
        return original("xtreme/evaluate.py")
    finally:
        del sys.path[:2]
        _taken_out("seqeval")
        sys.modules.update(others)


def _taken_out(package: str) -> dict[str, ModuleType]:
    """The package's modules, which are imported anew next time."""
    names = [name for name in sys.modules if name.split(".")[0] == package]
    return {name: sys.modules.pop(name) for name in names}


def _mock(name: str) -> Path:
    original("xtreme/evaluate.py")
    return Path(os.environ[VARIABLE]) / name


@pytest.fixture
def labels(theirs: ModuleType, tmp_path: Path) -> Path:
    """The mock labels, completed for XTREME-R: what has no mock file gets the German or an invented one."""
    folder = Path(shutil.copytree(_mock(LABELS), tmp_path / "labels"))
    drawn = random.Random("labels")
    for task in XTREME_R.tasks:
        if task.folder == "lareqa":
            continue
        for code in task.languages:
            path = folder / task.file(code)
            path.parent.mkdir(exist_ok=True)
            if not path.exists() and task.layout == "choices":
                lines = [json.dumps({"idx": n, "label": drawn.randrange(2)}) for n in range(30)]
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            elif not path.exists():
                shutil.copy(folder / task.file("de"), path)
    return folder


def _ours(benchmark: Benchmark, predictions: Path, labels: Path) -> dict[str, dict[str, dict[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = {}
    for task, code, given, gold in file_pairs(benchmark, predictions, labels):
        if given and gold:
            judged = read_judged(task, given, gold)
            scores = scored(task, code, judged.examples, judged.predictions, judged.unanswered)
            found.setdefault(task.task, {})[code] = scores
    return found


def _agree(theirs: ModuleType, benchmark: Benchmark, predictions: Path, labels: Path) -> BenchmarkScore:
    """Every number that both give is the same, and all main metrics are among them."""
    overall, detailed = theirs.evaluate(str(predictions), str(labels), benchmark.name)
    ours = _ours(benchmark, predictions, labels)
    result = benchmark_score(benchmark, ours)
    tasks = {task.folder: task for task in benchmark.tasks}
    assert set(detailed) == {task.folder for task in benchmark.tasks if task.task in ours}
    for folder, metrics in detailed.items():
        _languages_agree(tasks[folder], metrics, ours[tasks[folder].task])
    scores = {each.task: each for each in result.tasks}
    for folder, metrics in detailed.items():
        each = scores[tasks[folder].task]
        assert each.score == pytest.approx(metrics["avg_metric"], abs=1e-6), folder
        for name, value in each.metrics.items():
            if f"avg_{name}" in metrics:
                assert value == pytest.approx(metrics[f"avg_{name}"], abs=1e-6), (folder, name)
    groups = {group.group: group.score for group in result.groups if group.score is not None}
    for name, value in groups.items():
        assert value == pytest.approx(overall[name], abs=1e-6), name
    if result.overall is not None:
        assert result.overall == pytest.approx(overall["all_task"], abs=1e-6)
    return result


def _languages_agree(
    task: BenchmarkTask, theirs: Mapping[str, Any], ours: Mapping[str, Mapping[str, float]]
) -> None:
    """Of their metrics ours are the same in every language; the main ones are among them."""
    assert set(SCORERS[task.scorer].main) <= set(theirs)
    for code, metrics in ours.items():
        for name in set(metrics) & set(theirs):
            assert metrics[name] == pytest.approx(theirs[name][code], abs=1e-6), (task.folder, code, name)


def test_the_mock_submission(theirs: ModuleType) -> None:
    """XTREME's own mock predictions against its mock labels: every number down to the total."""
    result = _agree(theirs, XTREME, _mock(PREDICTIONS), _mock(LABELS))
    assert result.missing == ()
    assert result.overall is not None


def test_mewslix_of_the_mock_submission(theirs: ModuleType) -> None:
    """Mewsli-X has mock files of its own: language by language the same, and all languages are there."""
    ours = _ours(XTREME_R, _mock(PREDICTIONS), _mock(LABELS))["mewslix"]
    (task,) = [task for task in XTREME_R.tasks if task.folder == "mewslix"]
    for code in task.languages:
        files = [str(_mock(folder) / task.file(code)) for folder in (PREDICTIONS, LABELS)]
        expected = theirs.evaluate_one_task(*files, "mewslix", language=code)
        assert ours[code] == pytest.approx(expected, abs=1e-6)


Maker = Callable[[random.Random, Path], str]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _document(path: Path) -> Any:
    document = json.loads(path.read_text(encoding="utf-8"))
    return document.get("data", document)


def _gold_answers(path: Path) -> dict[str, list[str]]:
    return {
        question["id"]: [answer["text"] for answer in question["answers"]]
        for article in _document(path)
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    }


def _perfect(path: Path, layout: SubmissionLayout) -> str:
    if layout == "answers":
        return json.dumps({name: answers[0] for name, answers in _gold_answers(path).items()})
    return path.read_text(encoding="utf-8")


def _random_labels(drawn: random.Random, path: Path) -> str:
    gold = _lines(path)
    return "".join(f"{drawn.choice(gold)}\n" for _ in gold)


def _random_tags(drawn: random.Random, path: Path) -> str:
    tags = sorted({line for line in _lines(path) if line})
    return "".join(f"{drawn.choice((line, *tags)) if line else ''}\n" for line in _lines(path))


def _random_pairs(drawn: random.Random, path: Path) -> str:
    left, right = zip(*(line.split("\t") for line in _lines(path)), strict=True)
    pairs = [(drawn.choice(left), drawn.choice(right)) for _ in range(5)] + list(
        zip(left, right, strict=True)
    )
    return "".join(f"{one}\t{other}\n" for one, other in drawn.sample(pairs, drawn.randint(1, len(pairs))))


def _random_answers(drawn: random.Random, path: Path) -> str:
    return json.dumps({name: near(drawn, texts[0]) for name, texts in _gold_answers(path).items()})


def _random_rankings(drawn: random.Random, path: Path) -> str:
    found = {}
    for name, gold in _document(path).items():
        ids = [*gold, *(f"Q{n}" for n in range(drawn.randint(0, 30)))]
        drawn.shuffle(ids)
        found[name] = ids
    return json.dumps(found)


def _random_choices(drawn: random.Random, path: Path) -> str:
    return "".join(json.dumps({"label": drawn.randrange(2)}) + "\n" for _ in _lines(path))


RANDOM: Mapping[SubmissionLayout, Maker] = {
    "labels": _random_labels,
    "rows": _random_labels,
    "tags": _random_tags,
    "pairs": _random_pairs,
    "answers": _random_answers,
    "rankings": _random_rankings,
    "choices": _random_choices,
}


def _hostile_labels(drawn: random.Random, path: Path) -> str:
    gold = _lines(path)
    return drawn.choice(
        (
            "".join(f"{gold[0]}\n" for _ in gold),
            "".join(f" \t{label} \n" for label in gold),
            "\r\n".join(reversed(gold)) + "\r\n",
            "".join(f"{drawn.choice((label, '', 'nonsense', label.upper()))}\n" for label in gold),
            "\n".join(gold),
        )
    )


def _hostile_tags(drawn: random.Random, path: Path) -> str:
    gold = _lines(path)
    one = drawn.choice(ODD_TAGS)
    fill: Callable[[str], str] = drawn.choice(
        (
            lambda tag: one,
            lambda tag: drawn.choice(ODD_TAGS),
            lambda tag: f"  {tag}\t",
            lambda tag: "SCONJ" if tag.startswith("S") or drawn.random() < 0.5 else tag,
            lambda tag: tag.replace("B-", "I-"),
            lambda tag: tag.lower(),
        )
    )
    end = drawn.choice(("\n", "\r\n"))
    return "".join(f"{fill(tag) if tag else drawn.choice(('', '  '))}{end}" for tag in gold)


def _hostile_pairs(drawn: random.Random, path: Path) -> str:
    gold = _lines(path)
    return drawn.choice(
        (
            "",
            "".join(f"{pair}\n" for pair in gold * 3),
            "".join(f"  {pair}  \n" for pair in reversed(gold)),
            "".join("\t".join(reversed(pair.split("\t"))) + "\n" for pair in gold),
            "\n\n".join(gold) + "\n\n",
            "".join(f"{pair}\textra\n{pair.replace(chr(9), ' ')}\n" for pair in gold),
        )
    )


def _hostile_answers(drawn: random.Random, path: Path) -> str:
    found = {}
    for name, texts in _gold_answers(path).items():
        text = drawn.choice(("", "   ", "the", "...", texts[-1], f"The {texts[0].upper()} !", None))
        if text is not None:
            found[name] = text
    found["no such question"] = "answer"
    return json.dumps(drawn.choice((found, {"data": found})))


def _hostile_rankings(drawn: random.Random, path: Path) -> str:
    found: dict[str, list[str]] = {"no such query": ["Q1"]}
    for name, (gold,) in _document(path).items():
        ids = drawn.choice(
            (
                [],
                ["Q1"] * 5 + [gold],
                ["Q1", gold, gold],
                [f"Q{n}" for n in range(19)] + [gold],
                [f"Q{n}" for n in range(20)] + [gold],
                [f" {gold}"],
                None,
            )
        )
        if ids is not None:
            found[name] = ids
    return json.dumps(drawn.choice((found, {"data": found})))


def _hostile_choices(drawn: random.Random, path: Path) -> str:
    return "".join(
        f"{json.dumps({'label': drawn.choice((0, 1, 1.0, '1', True, 7))})}\n" for _ in _lines(path)
    )


HOSTILE: Mapping[SubmissionLayout, Maker] = {
    "labels": _hostile_labels,
    "rows": _hostile_labels,
    "tags": _hostile_tags,
    "pairs": _hostile_pairs,
    "answers": _hostile_answers,
    "rankings": _hostile_rankings,
    "choices": _hostile_choices,
}


def _write(
    benchmark: Benchmark, labels: Path, folder: Path, make: Callable[[BenchmarkTask, Path], str]
) -> Path:
    for task in benchmark.tasks:
        for code in task.languages:
            gold = labels / task.file(code)
            if gold.exists():
                path = folder / task.file(code)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(make(task, gold).encode())
    return folder


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
def test_a_perfect_submission(theirs: ModuleType, labels: Path, tmp_path: Path, name: str) -> None:
    """The labels as predictions: 100 in every task of either benchmark."""
    benchmark = BENCHMARKS[name]
    folder = _write(benchmark, labels, tmp_path / "given", lambda task, gold: _perfect(gold, task.layout))
    result = _agree(theirs, benchmark, folder, labels)
    assert {round(each.score, 9) for each in result.tasks if each.score is not None} == {100.0}


@pytest.mark.parametrize("name", sorted(BENCHMARKS))
@pytest.mark.parametrize("makers", [RANDOM, HOSTILE], ids=["random", "hostile"])
def test_drawn_submissions(
    theirs: ModuleType,
    labels: Path,
    tmp_path: Path,
    name: str,
    makers: Mapping[SubmissionLayout, Maker],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Random and hostile predictions score the same, every task and language of eight submissions."""
    benchmark = BENCHMARKS[name]
    for seed in range(8):
        drawn = random.Random(f"{name} {seed} {makers is RANDOM}")

        def make(task: BenchmarkTask, gold: Path, drawn: random.Random = drawn) -> str:
            return makers[task.layout](drawn, gold)

        folder = _write(benchmark, labels, tmp_path / f"{seed}", make)
        _agree(theirs, benchmark, folder, labels)
    capsys.readouterr()  # the original names every unanswered question
