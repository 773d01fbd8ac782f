"""Tests of plan, run, transfer, status and results on a tiny world."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest

from stiltwalk.engine.local import run_local
from stiltwalk.store.columns import COLUMNS
from stiltwalk.store.store import open_store
from tests.cli.conftest import Command, World
from tests.worlds import prepared_study, write_study


def test_run_again_prints_scores_gains_and_caveats(command: Command, world: World) -> None:
    """A finished study run again computes nothing and ends in its tables."""
    ended = command("run", world.study, *world.places)
    assert ended.code == 0, ended.err
    assert "to do" not in ended.err
    assert "Mean over languages and seeds" in ended.out
    assert "Gain over 'none'" in ended.out
    assert "What the arms spent" in ended.out
    assert ended.out.endswith("With figures and tables: stiltwalk report tiny-world\n")
    assert "commonsenseqa 100.0 %" in " ".join(ended.out.split())
    assert "udpos-span-f1: f1 merges neighbouring words" in ended.out
    assert "tatoeba: no test files, so not tested: " in ended.err


def test_models_that_are_let_go(command: Command, world: World, tmp_path: Path) -> None:
    """A finished study lets go at once where it is asked to; a further language counts what is repeated."""
    changes = {"targets": [{"task": "udpos", "languages": ["en"]}], "seeds": [1]}
    study, places = write_study(tmp_path / "study.yaml", changes), ("--data-dir", world.data)
    here = (*places, "--store", tmp_path / "store", "--workers", "0")
    assert command("run", study, *here).code == 0
    ended = command("run", study, *here, "-o", "keep=intermediate")
    assert "let go the models of 2 training(s), " in ended.err
    assert "to do" not in ended.err
    assert "Mean over languages and seeds" in ended.out
    more = command("run", study, *here, "-o", "keep=intermediate", "-o", "targets=[udpos]")
    assert more.code == 0
    assert "tiny-world: 4 of 6 steps to do" in more.err, "two predictions, and the models they start from"
    assert "2 training(s) are repeated" in more.err
    assert "[6/6]" in more.err
    assert "[7/6]" not in more.err


def test_rows_are_tidy(command: Command, world: World) -> None:
    """``--json`` prints one object, one number a row, with every column."""
    rows = pd.DataFrame(command("run", world.study, *world.places, "--json").json["rows"])
    assert list(rows.columns) == COLUMNS.names
    assert set(rows["intermediate"]) == {"none", "commonsenseqa"}
    assert set(rows["seed"]) == {1, 2}
    assert set(rows.loc[rows["target"] == "tatoeba", "language"]) == {"de", "fr"}
    assert rows["value"].between(0, 100).all()
    # an untouched encoder retrieves the same whatever the seed
    untouched = rows[(rows["target"] == "tatoeba") & (rows["intermediate"] == "none")]
    assert untouched.groupby(["language", "metric"])["value"].nunique().eq(1).all()


def test_results_in_every_form(command: Command, world: World, tmp_path: Path) -> None:
    """Table, CSV, Parquet and JSON hold the same rows, by the study's name or its file."""
    store = ("--store", world.store)
    command("run", world.study, *world.places)
    table = command("results", "tiny-world", *store)
    assert "Mean over languages and seeds" in table.out
    rows = pd.DataFrame(command("results", world.study, *store, "--json").json["rows"])
    csv = pd.read_csv(io.StringIO(command("results", "tiny-world", *store, "--csv").out))
    assert len(csv) == len(rows)
    path = tmp_path / "rows.parquet"
    ended = command("results", "tiny-world", *store, "--parquet", path)
    assert f"{len(rows)} rows written to {path}" in ended.err
    assert len(pd.read_parquet(path)) == len(rows)


def test_plan(command: Command, world: World) -> None:
    """The plan lists every step with its state; ``--json`` adds keys and parents."""
    ended = command("plan", world.study, *world.places)
    assert "fill 8 cells: 1 encoder(s) × 2 arms × 2 seed(s) × 2 target(s)" in ended.out
    steps = command("plan", world.study, *world.places, "--json").json["steps"]
    assert {step["state"] for step in steps} == {"cached"}
    keys = {step["key"] for step in steps}
    assert all(parent in keys for step in steps for parent in step["parents"])
    fresh = command("plan", world.study, *world.places, "-o", "recipe.target.epochs=2", "--json").json[
        "steps"
    ]
    assert {s["title"] for s in fresh if s["state"] == "cached"} == {
        "pretrain tiny",
        "predict tatoeba",
        "intermediate commonsenseqa, seed 1",
        "intermediate commonsenseqa, seed 2",
        "predict tatoeba after commonsenseqa, seed 1",
        "predict tatoeba after commonsenseqa, seed 2",
    }


def test_status(command: Command, world: World) -> None:
    """Status counts all studies in a line each, and lists the steps of one."""
    command("run", world.study, *world.places)
    lines = command("status", "--store", world.store, "--json").json["rows"]
    # other tests may have left studies of theirs in the shared store
    line = next(line for line in lines if line["study"] == "tiny-world")
    assert line == {"study": "tiny-world", "steps": 14, "done": 14, "running": 0, "failed": 0, "waiting": 0}
    assert "target udpos, seed 1" in command("status", "tiny-world", "--store", world.store).out
    steps = command("status", "tiny-world", "--store", world.store, "--json").json["rows"]
    spent = {step["title"]: step["spent"] for step in steps}
    assert spent["pretrain tiny"] == spent["predict tatoeba"] == {}
    arm = spent["intermediate commonsenseqa, seed 1"]
    assert arm["mix"] == {"commonsenseqa": {"steps": 6, "examples": 48, "tokens": arm["tokens"]}}


def test_status_of_an_empty_store(command: Command, tmp_path: Path) -> None:
    """Nothing run yet is said in words."""
    assert (
        "No study was run with the store"
        in command("status", "--store", open_store(tmp_path / "new").root).out
    )


def test_a_failed_step_is_named(command: Command, world: World, tmp_path: Path) -> None:
    """A failing step ends with exit code 1, its reason, and where to look; status repeats the reason."""
    changes = {
        "targets": ["udpos"],
        "intermediate": [],
        "recipe": {"name": "pocket", "target": {"max_tokens": 8}},
    }
    study = write_study(tmp_path / "study.yaml", {**changes, "study": "failing"})
    prepared = prepared_study(world.data, tmp_path / "store", changes)
    key = next(iter(prepared.plan.nodes))
    run_local(prepared.plan, prepared.place, 0, lambda event: None)
    weights = prepared.place.store.folder(key) / "model" / "model.safetensors"
    (trained,) = [k for k, n in prepared.plan.nodes.items() if n.title == "target udpos, seed 1"]
    for path in sorted(prepared.place.store.folder(trained).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    prepared.place.store.folder(trained).rmdir()
    weights.write_bytes(weights.read_bytes()[:-1])
    places = ("--data-dir", world.data, "--store", tmp_path / "store")
    ended = command("run", study, *places, "--workers", "0")
    assert ended.code == 1
    assert "1 step(s) failed" in ended.err
    assert "model/model.safetensors is not what was published" in ended.err
    assert "See 'stiltwalk status failing', mend the cause and run again." in ended.err
    assert "failed" in command("status", "failing", "--store", tmp_path / "store").out


@pytest.mark.usefixtures("undrawn")
def test_transfer(command: Command, world: World, tmp_path: Path) -> None:
    """A study from options alone, on an encoder made before: two seeds of one arm, examples capped."""
    made = command("encoders", "--store", world.store, "--json").json["rows"][-1]["name"]
    words = ("--encoder", made, "--target", "tatoeba", "--intermediate", "commonsenseqa", "--seeds", "2")
    more = ("--examples", "5", "--recipe", "pocket", "--workers", "0", "--name", "one-off", "--json")
    store = shutil.copytree(world.store, tmp_path / "store")
    ended = command("transfer", *words, *more, "--data-dir", world.data, "--store", store)
    assert ended.code == 0, ended.err
    page = store / "reports" / "one-off" / "report.html"
    assert ended.json["report"] == [{"page": str(page)}]
    assert page.is_file()
    rows = pd.DataFrame(ended.json["rows"])
    assert set(rows["study"]) == {"one-off"}
    assert set(rows.loc[rows["intermediate"] == "commonsenseqa", "examples"]) == {5}
    # the untouched encoder is the very step the study before it had computed
    assert set(rows.loc[rows["intermediate"] == "none", "step"]) <= {
        path.name for path in world.store.glob("steps/*/*")
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "tiny-wrold"), r"called 'tiny-wrold'. Did you mean 'tiny-world'?"),
        (("run", "nowhere.yaml"), "Cannot read the study file nowhere.yaml"),
        (("results", "unknown-study"), "There is no study in the store"),
        (("run", "first-light", "-o", "seeds"), "-o seeds: expected FIELD=VALUE"),
        (("run", "first-light", "-o", "targets.0=xqad"), "Did you mean 'xquad'?"),
        (
            ("transfer", "--encoder", "e/e", "--target", "udpos", "--recipe", "relaesed"),
            "Did you mean 'released'?",
        ),
        (("evaluate", "e/e", "--target", "udpso"), "Did you mean 'udpos'?"),
    ],
)
def test_mistakes(command: Command, world: World, words: tuple[str, ...], message: str) -> None:
    """A user's mistake ends with exit code 2, its cure, and no traceback."""
    places = () if words[0] == "results" else ("--data-dir", world.data)
    ended = command(*words, *places, "--store", world.store)
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_where_is_the_data(command: Command, world: World, tmp_path: Path) -> None:
    """Without a data folder the command asks for one."""
    ended = command("run", world.study, "--store", tmp_path / "store")
    assert (ended.code, ended.out) == (2, "")
    assert "Where are the original data files of 'udhr'? Give --data-dir DIR" in ended.err
