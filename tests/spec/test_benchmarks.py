"""Tests of the benchmark records: groups, languages, names in files, and what a study makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from stiltwalk.spec.benchmark import SUFFIXES, Benchmark, BenchmarkTask, Group
from stiltwalk.spec.errors import StudyError, UnknownNameError
from stiltwalk.spec.metrics import SCORERS
from stiltwalk.spec.record import parse
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.tasks import TASKS
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS, XTREME, XTREME_R, find_benchmark

EVERY = [(benchmark, task) for benchmark in BENCHMARKS.values() for task in benchmark.tasks]
IDS = [f"{benchmark.name}-{task.task}" for benchmark, task in EVERY]


def test_groups_of_xtreme() -> None:
    """Nine tasks in four groups (Hu et al. 2020, table 1), each over its number of languages."""
    found = {group.name: {task.task: len(task.languages) for task in group.tasks} for group in XTREME.groups}
    assert found == {
        "classification": {"xnli": 15, "pawsx": 7},
        "tagging": {"udpos": 33, "panx": 40},
        "qa": {"xquad": 11, "mlqa": 7, "tydiqa": 9},
        "retrieval": {"bucc": 4, "tatoeba": 36},
    }


def test_groups_of_xtreme_r() -> None:
    """Ten tasks, none of them in two groups, and LAReQA among them (Ruder et al. 2021)."""
    found = {
        group.name: {task.task: len(task.languages) for task in group.tasks} for group in XTREME_R.groups
    }
    assert found == {
        "classification": {"xnli": 15, "xcopa": 11},
        "tagging": {"udpos": 38, "panx": 48},
        "qa": {"xquad": 12, "mlqa": 7, "tydiqa": 9},
        "retrieval": {"tatoeba-squad": 41, "mewslix": 11, "lareqa": 11},
    }


@pytest.mark.parametrize(("benchmark", "task"), EVERY, ids=IDS)
def test_every_task_has_a_record(benchmark: Benchmark, task: BenchmarkTask) -> None:
    """Its record is tested in all of its languages, by a scorer with the same main metrics."""
    assert task.task in TASKS, f"{benchmark.title} needs a record of '{task.task}'"
    record = TASKS[task.task]
    assert "target" in record.stages
    assert set(task.languages) <= set(record.languages)
    assert SCORERS[task.scorer].main == record.scoring.main


def test_names_in_submissions() -> None:
    """Files are TASK/test-LANGUAGE and a suffix by layout; BUCC has its year, Tatoeba is the same in both."""
    files = {task.task: task.file(task.languages[0]) for _, task in EVERY}
    assert files["bucc"] == "bucc2018/test-de.tsv"
    assert files["tatoeba"] == files["tatoeba-squad"] == "tatoeba/test-af.tsv"
    assert files["mlqa"] == "mlqa/test-ar.json"
    assert files["mewslix"] == "mewslix/test-ar.json"
    assert files["xcopa"] == "xcopa/test-et.jsonl"
    assert set(SUFFIXES.values()) == {"tsv", "json", "jsonl"}


def test_no_name_is_a_task_and_a_benchmark() -> None:
    """A target named in a study is one or the other."""
    assert set(BENCHMARKS) & set(TASKS) == set()
    assert "all" not in {*BENCHMARKS, *TASKS}
    assert all(name == benchmark.name for name, benchmark in BENCHMARKS.items())


def test_unknown_benchmark() -> None:
    """The nearest one is suggested."""
    with pytest.raises(UnknownNameError, match=r"There is no benchmark 'xtrem'\. Did you mean 'xtreme'?"):
        find_benchmark("xtrem")


TASK: dict[str, Any] = {
    "task": "t",
    "folder": "t",
    "layout": "labels",
    "languages": ("de",),
    "scorer": "accuracy",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"languages": ("de", "qq")}, "'t' names languages that are not in the table: qq"),
        ({"scorer": "acuracy"}, "'t' names the scorer 'acuracy', which does not exist"),
        ({"languages": ()}, "at least 1 item"),
    ],
)
def test_a_record_is_checked(changes: dict[str, Any], message: str) -> None:
    """A benchmark's task knows its languages and its scorer."""
    with pytest.raises(ValueError, match=message):
        BenchmarkTask(**(TASK | changes))


def test_nothing_stands_twice() -> None:
    """No task is in two groups, and no two tasks share a folder."""
    one = BenchmarkTask(**TASK)
    for other, message in ((one, "holds the task t twice"), ({"task": "u"}, "holds the folder t twice")):
        second = one.replace(other) if isinstance(other, dict) else other
        groups = (Group(name="a", tasks=(one,)), Group(name="b", tasks=(second,)))
        with pytest.raises(ValueError, match=message):
            Benchmark(name="b", title="B", groups=groups, citation="c")


STUDY: dict[str, Any] = {"study": "s", "encoders": ["FacebookAI/xlm-roberta-base"]}


def test_a_benchmark_as_a_target() -> None:
    """In a study its name stands for its tasks in its languages; other targets stay beside them."""
    study = parse(Study, STUDY | {"targets": ["pocket-ner", "xtreme"]}, "here")
    assert [target.task for target in study.targets] == ["pocket-ner", *(t.task for t in XTREME.tasks)]
    assert study.targets[0].languages is None
    assert study.targets[5].task == "xquad"
    # XTREME-R's Romanian is not asked for
    assert study.targets[5].languages == XTREME.tasks[4].languages
    # what is kept of a study is written out, and reads as itself
    assert parse(Study, study.model_dump(mode="json"), "kept") == study


def test_a_benchmark_beside_one_of_its_tasks() -> None:
    """A task that the benchmark brings already is named twice, and said to be."""
    with pytest.raises(StudyError, match="targets lists xnli twice; name each once"):
        study_from(STUDY | {"targets": ["xtreme", "xnli"]}, "here")
