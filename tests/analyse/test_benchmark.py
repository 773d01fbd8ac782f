"""Benchmark averages: languages to tasks, tasks to groups, tasks to the total, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.analyse.benchmark import benchmark_score, benchmark_tables, scored
from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, Group
from stiltwalk.spec.errors import StiltwalkError, UserError
from stiltwalk.spec.examples import Answer, Classified, Question
from stiltwalk.spec.tasks.benchmarks import XTREME

LABELS = BenchmarkTask(task="l", folder="l", layout="labels", languages=("de", "en", "fr"), scorer="accuracy")
ANSWERS = BenchmarkTask(task="a", folder="a", layout="answers", languages=("de", "en"), scorer="squad1")
TAGS = BenchmarkTask(task="t", folder="t", layout="tags", languages=("de",), scorer="udpos")
SMALL = Benchmark(
    name="small",
    title="Small",
    groups=(Group(name="first", tasks=(LABELS, ANSWERS)), Group(name="second", tasks=(TAGS,))),
    citation="this test",
)
SCORES: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "l": {"de": {"accuracy": 40.0}, "en": {"accuracy": 80.0}, "fr": {"accuracy": 30.0}},
    "a": {"de": {"f1": 60.0, "exact_match": 20.0}, "en": {"f1": 80.0, "exact_match": 60.0}},
    "t": {"de": {"f1": 90.0, "accuracy": 10.0}},
}


def test_hand_solved() -> None:
    """By hand: l 50; a (70 + 40) / 2 = 55; t 90, its f1; groups 52.5 and 90; total (50 + 55 + 90) / 3."""
    result = benchmark_score(SMALL, SCORES)
    assert {task.task: task.score for task in result.tasks} == {"l": 50.0, "a": 55.0, "t": 90.0}
    assert result.tasks[1].metrics == {"f1": 70.0, "exact_match": 40.0}
    assert {group.group: group.score for group in result.groups} == {"first": 52.5, "second": 90.0}
    # over tasks, where the mean over groups would be 71.25
    assert result.overall == 65.0
    assert result.missing == ()


def test_published_total() -> None:
    """The nine scores of XLM-R Large in Hu et al. 2020 make 68.25 (published as 68.1 or 68.2)."""
    published = (79.2, 86.4, 73.8, 65.4, 68.7, 62.4, 55.05, 66.0, 57.3)
    metrics = {"accuracy": ("accuracy",), "squad1": ("f1", "exact_match"), "mlqa": ("f1", "exact_match")}
    order = ("xnli", "pawsx", "udpos", "panx", "mlqa", "tydiqa", "xquad", "bucc", "tatoeba")
    tasks = {task.task: task for task in XTREME.tasks}
    scores = {}
    for name, value in zip(order, published, strict=True):
        named = metrics.get(tasks[name].scorer, ("f1",))
        scores[name] = {code: dict.fromkeys(named, value) for code in tasks[name].languages}
    result = benchmark_score(XTREME, scores)
    assert result.overall == pytest.approx(68.25, abs=1e-9)


def test_a_missing_language() -> None:
    """No mean is taken over a part: not of the task, its group or the whole; each says what it lacks."""
    result = benchmark_score(SMALL, {**SCORES, "l": {"en": {"accuracy": 80.0}}})
    assert (result.tasks[0].score, result.tasks[0].metrics) == (None, {})
    assert result.tasks[0].missing == ("de", "fr")
    assert (result.groups[0].score, result.groups[0].missing) == (None, ("l",))
    assert result.groups[1].score == 90.0
    assert (result.overall, result.missing) == (None, ("l",))


def test_a_missing_metric() -> None:
    """A language that lacks a main metric is missing; one that lacks another leaves only that unaveraged."""
    answers = {"de": {"f1": 60.0}, "en": {"f1": 80.0, "exact_match": 60.0}}
    assert benchmark_score(SMALL, {**SCORES, "a": answers}).tasks[1].missing == ("de",)
    labels = {**SCORES["l"], "de": {"accuracy": 40.0, "accuracy_margin": 50.0}}
    assert benchmark_score(SMALL, {**SCORES, "l": labels}).tasks[0].metrics == {"accuracy": 50.0}


def test_what_the_benchmark_does_not_have() -> None:
    """Further languages and tasks change nothing."""
    more = {**SCORES, "other": {"de": {"f1": 0.0}}, "l": {**SCORES["l"], "sw": {"accuracy": 0.0}}}
    assert benchmark_score(SMALL, more) == benchmark_score(SMALL, SCORES)


def test_nothing_at_all() -> None:
    """Without any score everything is missing, by name."""
    result = benchmark_score(SMALL, {})
    assert result.overall is None
    assert result.missing == ("l", "a", "t")


@given(st.lists(st.floats(0, 100), min_size=6, max_size=6))
def test_means_lie_between(values: list[float]) -> None:
    """The total is between the least and the largest score, and equal scores make themselves."""
    names = (("l", "de"), ("l", "en"), ("l", "fr"), ("a", "de"), ("a", "en"), ("t", "de"))
    scores: dict[str, dict[str, dict[str, float]]] = {}
    for (task, code), value in zip(names, values, strict=True):
        metrics = {"l": ("accuracy",), "a": ("f1", "exact_match"), "t": ("f1",)}[task]
        scores.setdefault(task, {})[code] = dict.fromkeys(metrics, value)
    overall = benchmark_score(SMALL, scores).overall
    assert overall is not None
    assert min(values) - 1e-9 <= overall <= max(values) + 1e-9


def test_unanswered_count_nothing() -> None:
    """One right answer of four questions, two of them unanswered: 25; an empty text is no way to say that.

    A gold answer of which nothing is left after normalisation would match an empty text.
    """
    questions = [Question(str(n), "", "", (Answer("the", 0),)) for n in range(2)]
    found = scored(ANSWERS, "de", questions, ["a", "cat"], unanswered=2)
    assert found["exact_match"] == 25.0
    assert scored(ANSWERS, "de", [], [], unanswered=2)["f1"] == 0.0


def test_nothing_to_score() -> None:
    """No example and nothing unanswered is refused."""
    with pytest.raises(StiltwalkError, match="was given no examples"):
        scored(LABELS, "de", [], [])


def test_scored_by_the_tasks_scorer() -> None:
    """Labels are compared by their index."""
    examples = [Classified(str(n), "", None, n) for n in range(4)]
    assert scored(LABELS, "de", examples, [0, 1, 0, 0]) == {"accuracy": 50.0}


def _rows(*cells: tuple[str, int, str, str, str, float]) -> pd.DataFrame:
    """Rows of (arm, seed, target, language, metric, value)."""
    names = ["intermediate", "seed", "target", "language", "metric", "value"]
    frame = pd.DataFrame(cells, columns=names)
    return frame.assign(encoder="small", split="test", degenerate=False, layer=None)


def test_seeds_first() -> None:
    """Two seeds of one arm are averaged before anything else; an arm is a line of its own."""
    cells = [
        ("none", seed, "l", code, "accuracy", value + seed)
        for seed in (0, 10)
        for code, value in (("de", 40.0), ("en", 80.0), ("fr", 30.0))
    ]
    arms = benchmark_tables(_rows(*cells, ("arm", 0, "t", "de", "f1", 90.0)), SMALL)
    assert [(arm.encoder, arm.intermediate) for arm in arms] == [("small", "none"), ("small", "arm")]
    assert arms[0].languages == {
        "l": {"de": {"accuracy": 45.0}, "en": {"accuracy": 85.0}, "fr": {"accuracy": 35.0}}
    }
    assert arms[0].result.tasks[0].score == 55.0
    assert (arms[0].seeds, arms[0].degenerate) == ({"l": 2}, {"l": 0})
    assert arms[1].result.groups[1].score == 90.0
    assert arms[1].result.missing == ("l", "a")


def test_collapsed_runs_are_counted() -> None:
    """A run that collapsed in any row is counted once; its numbers stay in the mean."""
    rows = _rows(*(("none", seed, "t", "de", m, 50.0) for seed in (1, 2) for m in ("f1", "accuracy")))
    rows["degenerate"] = rows["seed"] == 2
    (arm,) = benchmark_tables(rows, SMALL)
    assert (arm.seeds, arm.degenerate) == ({"t": 2}, {"t": 1})


def test_only_test_rows_count() -> None:
    """Rows of the dev split and of other targets are not looked at."""
    rows = _rows(("none", 1, "t", "de", "f1", 50.0), ("none", 1, "t", "de", "f1", 0.0))
    rows["split"] = ["test", "dev"]
    (arm,) = benchmark_tables(pd.concat([rows, _rows(("none", 1, "x", "de", "f1", 1.0))]), SMALL)
    assert arm.languages == {"t": {"de": {"f1": 50.0}}}
    assert benchmark_tables(rows[rows["split"] == "dev"], SMALL) == []


def test_several_layers_are_refused() -> None:
    """A layer sweep has no single score."""
    rows = _rows(("none", 1, "t", "de", "f1", 50.0), ("none", 1, "t", "de", "f1", 60.0))
    rows["layer"] = [7, 8]
    with pytest.raises(UserError, match=r"'t' has several rows of one language and metric \(layers 7, 8\)"):
        benchmark_tables(rows, SMALL)
