"""Tests of ``status``: by stage, by step, and again and again until the study is done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from stiltwalk.cli import show
from stiltwalk.engine.prepare import Prepared
from stiltwalk.store.leases import this_worker
from stiltwalk.store.studies import keep_study
from tests.cli.conftest import Command
from tests.engine.states import begin, done, fail
from tests.engine.steps import key, nothing_to_compute

STUDY = "tiny-world"


@pytest.fixture
def half(tmp_path: Path) -> Prepared:
    """One of five steps is done, one runs, one failed, one waits for that, and one is ready."""
    prepared = kept(tmp_path / "store", {"a": "", "b": "a", "c": "a", "d": "c", "e": "a"})
    done(prepared, "a", 90.0)
    begin(prepared, "b", {"stage": "training", "done": 30, "total": 40, "rate": 1250.0, "at": 5.0})
    fail(prepared, "c")
    return prepared


def kept(store: Path, needs: dict[str, str]) -> Prepared:
    """A study of steps that compute nothing, as a run leaves it in its store."""
    prepared = nothing_to_compute(store, needs)
    keep_study(prepared.place.store, prepared.plan, None)
    return prepared


def words(text: str) -> str:
    """``text`` with single spaces."""
    return " ".join(text.split())


def test_status_begins_with_the_stages(command: Command, half: Prepared) -> None:
    """Counts, mean, cost and time left by stage; then what runs; then every step of a small study."""
    ended = command("status", STUDY, "--store", half.place.store.root)
    assert ended.code == 0, ended.err
    said = words(ended.out)
    # 90 * (1 - 30 / 40) + 90: what runs, and the one step that can still be begun
    assert "choose 1 1 1 2 90.00 1:30 1:52" in said
    assert "1 of 5 steps done, 1 running, 1 failed, 2 waiting (1 of them for failed ones)." in said
    assert "Time left: about 1:52 with 1 worker(s)." in said
    assert "Cost so far: 0.03 worker hours." in said  # 90 / 3600 = 0.025
    assert f"b {this_worker().name} training 30/40 1,250 examples/s" in said
    assert "failed c ValueError: [no] such thing" in said
    assert "waiting d needs: c" in said


def test_nothing_is_running(command: Command, tmp_path: Path) -> None:
    """A study that nobody works on says how to start it."""
    prepared = kept(tmp_path / "store", {"a": ""})
    said = command("status", STUDY, "--store", prepared.place.store.root).out
    assert "Time left: unknown, for nothing is running." in said
    assert "Nothing is running. Start it with: stiltwalk run tiny-world" in said


def test_a_large_study_lists_what_is_not_done(command: Command, tmp_path: Path) -> None:
    """Beyond fifty steps finished ones and most waiting ones are counted, not listed, unless asked for."""
    prepared = kept(tmp_path / "store", {f"step-{n}-": "" for n in range(60)})
    for n in range(5):
        done(prepared, f"step-{n}-", 1.0)
    fail(prepared, "step-59-")
    places = ("--store", prepared.place.store.root)
    said = command("status", STUDY, *places).out
    assert "step-59-" in said
    assert "step-4-" not in said
    assert "step-54-" in said  # the fiftieth that waits
    assert "step-55-" not in said
    assert "Not listed: 5 done, 4 waiting. 'stiltwalk status tiny-world --all' lists every step." in said
    every = command("status", STUDY, *places, "--all").out
    assert all(f"step-{n}-" in every for n in range(60))


def test_json(command: Command, half: Prepared) -> None:
    """Rows as ever, and beside them stages, what runs, and the study in one row."""
    found = command("status", STUDY, "--store", half.place.store.root, "--json").json
    first = {"step", "state", "seconds", "title", "why", "spent", "kind", "encoder"}
    assert set(found["rows"][0]) == first
    assert [row["state"] for row in found["rows"]] == ["done", "running", "failed", "waiting", "waiting"]
    (stage,) = found["stages"]
    assert (stage["stage"], stage["done"], stage["mean_seconds"]) == ("choose", 1, 90.0)
    (running,) = found["running"]
    assert (running["title"], running["stage"], running["done"], running["total"]) == (
        "b",
        "training",
        30,
        40,
    )
    (study,) = found["study"]
    assert (study["steps"], study["behind_failed"], study["workers"], study["ready"]) == (5, 1, 1, 1)
    assert study["left_seconds"] == pytest.approx(112.5)


def test_a_damaged_record_is_named(command: Command, half: Prepared) -> None:
    """One record that cannot be read does not keep the state of all others back."""
    store = half.place.store
    folder = store.folder(key(half.plan, "a"))
    (folder / "step.json").write_text("{")
    said = words(command("status", STUDY, "--store", store.root).out)
    assert f"step.json is damaged: delete {folder} and run the study again" in said


def test_watching_a_finished_study(command: Command, tmp_path: Path) -> None:
    """It ends at once."""
    prepared = kept(tmp_path / "store", {"a": ""})
    done(prepared, "a", 1.0)
    ended = command("status", STUDY, "--store", prepared.place.store.root, "--watch")
    assert ended.code == 0, ended.err
    assert "[1/1] 0 running, 0 failed, 0 waiting" in ended.out


def test_watching_what_cannot_go_on(command: Command, tmp_path: Path) -> None:
    """With only failed steps and those behind them left, it ends with exit code 1 and says more."""
    prepared = kept(tmp_path / "store", {"a": "", "b": "a"})
    fail(prepared, "a")
    ended = command("status", STUDY, "--store", prepared.place.store.root, "--watch", "--every", "0.2")
    assert ended.code == 1
    assert "[0/2] 0 running, 1 failed, 1 waiting" in ended.out
    assert "FAILED a: ValueError: [no] such thing" in ended.out
    assert (
        "1 step(s) failed, 1 wait for them; 0 of 2 are kept. 'stiltwalk status tiny-world --why" in ended.err
    )


def test_watching_says_what_changes(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line for each change, none without; it begins before any worker, and ends with the study."""
    prepared = kept(tmp_path / "store", {"a": "", "b": "a"})
    acts = [
        lambda: None,
        lambda: done(prepared, "a", 1.0),
        lambda: None,
        lambda: begin(prepared, "b", {}),
        lambda: done_after_work(prepared, "b"),
    ]
    monkeypatch.setattr("stiltwalk.cli.watching.time.sleep", lambda seconds: acts.pop(0)())
    ended = command("status", STUDY, "--store", prepared.place.store.root, "--watch")
    assert ended.code == 0, ended.err
    assert [line.split(" ", 1)[1] for line in ended.out.splitlines()] == [
        "[0/2] 0 running, 0 failed, 2 waiting; nothing is running, start it with: stiltwalk run tiny-world",
        "[1/2] 0 running, 0 failed, 1 waiting; nothing is running, start it with: stiltwalk run tiny-world",
        "[1/2] 1 running, 0 failed, 0 waiting; about 0:01 left",
        "[2/2] 0 running, 0 failed, 0 waiting",
    ]
    assert acts == []


def done_after_work(prepared: Prepared, name: str) -> None:
    """Publish a step that ``begin`` began."""
    store, step_key = prepared.place.store, key(prepared.plan, name)
    (folder,) = store.workplaces(step_key)
    (folder / "progress.json").unlink()
    folder.rmdir()
    done(prepared, name, 1.0)
    (store.leases / f"{step_key}.json").unlink()


def test_ctrl_c_ends_watching(command: Command, half: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """With exit code 130, as everything that is interrupted."""

    def interrupt(seconds: float) -> None:
        assert seconds == 0.5
        raise KeyboardInterrupt

    monkeypatch.setattr("stiltwalk.cli.watching.time.sleep", interrupt)
    ended = command("status", STUDY, "--store", half.place.store.root, "--watch", "--every", "0.5")
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_on_a_terminal_the_table_lives(
    command: Command, half: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the stages, what runs, the failures and the time left are drawn anew."""
    screen = io.StringIO()
    monkeypatch.setattr(show, "console", Console(file=screen, force_terminal=True, width=120, height=40))
    finished = iter([False, True])

    def end(seconds: float) -> None:
        for name in "bcde" if next(finished) else ():
            folder = half.place.store.root / "work"
            for left in folder.glob(f"{key(half.plan, name)}.*"):
                left.rename(folder / f".{left.name}")
            done(half, name, 1.0)

    monkeypatch.setattr("stiltwalk.cli.watching.time.sleep", end)
    assert command("status", STUDY, "--store", half.place.store.root, "--watch").code == 0
    said = screen.getvalue()
    assert "training 30/40" in said
    assert "FAILED c: ValueError: [no] such thing" in said
    assert "5 of 5 steps done" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--watch",), "--watch shows one study. Name it; 'stiltwalk status' lists them."),
        ((STUDY, "--every", "3"), "--every is how often --watch looks. Give both, or neither."),
        ((STUDY, "--watch", "--json"), "Leave out --why, --log, --all and --json."),
        ((STUDY, "--watch", "--every", "0"), "0.2"),
        (("tiny-wrold", "--watch"), "Did you mean 'tiny-world'?"),
        (("--scale", "lab"), "--scale lab is of which study? Name it, or leave --scale out."),
    ],
)
def test_mistakes(command: Command, half: Prepared, words: tuple[str, ...], message: str) -> None:
    """What does not go together is refused, with the cure."""
    ended = command("status", *words, "--store", half.place.store.root)
    assert ended.code == 2
    assert message in " ".join(ended.err.replace("│", "").split())
    assert "Traceback" not in ended.err
