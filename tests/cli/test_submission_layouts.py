"""Every layout of submissions from end to end: stored predictions written out score as the rows they made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stiltwalk.spec.benchmark import Benchmark, BenchmarkTask, Group, SubmissionLayout
from stiltwalk.spec.tasks import benchmarks
from stiltwalk.store.rows import study_rows
from stiltwalk.store.studies import keep_study
from tests.cli.conftest import Command
from tests.compute.pair_world import pair_study, write_mewslix, write_pair_world
from tests.worlds import finish, write_study

TASKS: dict[str, tuple[SubmissionLayout, str]] = {
    "pocket-entailment": ("labels", "accuracy"),
    "pocket-causes": ("choices", "accuracy"),
    "pocket-qa": ("answers", "squad1"),
    "pocket-pos": ("tags", "udpos"),
    "pocket-ner": ("tags", "ner"),
    "pocket-retrieval": ("rows", "accuracy"),
    "pocket-mining": ("pairs", "mining"),
}

MINIATURE = Benchmark(
    name="miniature",
    title="Miniature",
    groups=tuple(
        Group(
            name=f"group of {name}",
            tasks=(BenchmarkTask(task=name, folder=name, layout=layout, languages=("de",), scorer=scorer),),
        )
        for name, (layout, scorer) in TASKS.items()
    ),
    citation="this test",
)

STUDY: dict[str, Any] = {
    "study": "layouts",
    "encoders": ["pocket-xs"],
    "intermediate": [],
    "targets": ["miniature"],
    "seeds": [1],
    "recipe": {"name": "pocket", "target": {"examples": 16, "epochs": 1, "batch_size": 8}},
}


@pytest.mark.slow
def test_every_layout(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study of a benchmark in all layouts but rankings: every metric, and the total."""
    # the table itself, which modules hold on to from their first import on
    monkeypatch.setitem(benchmarks.BENCHMARKS, "miniature", MINIATURE)
    store = ("--store", tmp_path / "store")
    ended = command("run", write_study(tmp_path / "study.yaml", STUDY), *store, "--workers", "0", "--json")
    assert ended.code == 0, ended.err
    expected = {(row["target"], row["language"], row["metric"]): row["value"] for row in ended.json["rows"]}
    out, labels = tmp_path / "out", tmp_path / "labels"
    named = ("--benchmark", "miniature")
    ended = command("submission", "layouts", *named, "--out", out, "--labels", labels, *store)
    assert ended.code == 0, ended.err
    scores = command("score", out, labels, *named, "--json").json["rows"]
    found = {
        (row["task"], row["language"], row["metric"]): row["value"]
        for row in scores
        if row["level"] == "language"
    }
    assert {name for name, _, _ in found} == set(TASKS)
    for name, value in found.items():
        assert value == pytest.approx(expected[name], abs=1e-9), name
    # of no task is every number the same, so a wrong file could not score by chance
    assert 0 < expected["pocket-retrieval", "de", "accuracy"] < 100
    table = command("results", "layouts", *named, *store, "--json").json["rows"]
    (total,) = [row["value"] for row in table if row["level"] == "benchmark"]
    assert total == pytest.approx(next(row["value"] for row in scores if row["level"] == "benchmark"))


def test_rankings(command: Command, tmp_path: Path) -> None:
    """LAReQA and Mewsli-X: rankings of candidates of every language, and the right ones as labels."""
    data = write_mewslix(write_pair_world(tmp_path / "data"))
    changes = {
        "targets": ["lareqa", {"task": "mewslix", "languages": ["de", "en"]}],
        "recipe": {"name": "pocket", "target": {"batch_size": 8, "epochs": 2}},
    }
    prepared = pair_study(data, tmp_path / "store", changes)
    finish(prepared)
    keep_study(prepared.place.store, prepared.plan, data)
    rows = study_rows(prepared.place.store, prepared.plan)
    expected = {(row.target, row.language): row.value for row in rows.itertuples()}
    out, labels = tmp_path / "out", tmp_path / "labels"
    named = ("--benchmark", "xtreme-r")
    store = ("--store", tmp_path / "store")
    ended = command("submission", "pairs", *named, "--out", out, "--labels", labels, *store)
    assert ended.code == 0, ended.err
    scores = command("score", out, labels, *named, "--json").json["rows"]
    found = {(row["task"], row["language"]): row["value"] for row in scores if row["level"] == "language"}
    assert found == pytest.approx(expected, abs=1e-9)
    assert set(found) == {(task, code) for task in ("lareqa", "mewslix") for code in ("de", "en")}
