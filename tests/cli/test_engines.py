"""Tests of ``--engine``, ``-e`` and ``--dry-run``: what is passed on, what is only said, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stiltwalk.cli import options
from stiltwalk.engine import engines
from stiltwalk.engine.engine_options import EngineChoice, RayOptions, SlurmOptions
from stiltwalk.engine.local import Outcome, missing
from stiltwalk.engine.prepare import Prepared
from tests.cli.conftest import Command, World

FRESH = ("-o", "study=another", "-o", "seeds=[7]")
"""A study of the finished world of which only the pretraining is done."""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["address=head:6379", "cpus=2"], RayOptions(address="head:6379", cpus=2)),
        (["resources={a100: 1, b: 2}"], RayOptions(resources={"a100": 1, "b": 2})),
        (["resources.a100=1", "resources.b=2"], RayOptions(resources={"a100": 1, "b": 2})),
    ],
)
def test_options_of_an_engine(given: list[str], expected: RayOptions) -> None:
    """Values are text, so that a time or an address is no number of YAML's; mappings can be written out."""
    assert options.engine("ray", given) == EngineChoice("ray", expected)


def test_a_time_stays_a_time() -> None:
    """YAML would read 1:30:00 as 5400."""
    found = options.engine("slurm", ["time=1:30:00"]).options
    assert isinstance(found, SlurmOptions)
    assert found.time == 90


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--engine", "rya"), "There is no engine 'rya'. Did you mean 'ray'?"),
        (("--engine", "ray", "-e", "adress=x"), "Did you mean 'address'?"),
        (("--engine", "ray", "-e", "address"), "-e address: expected NAME=VALUE, for example -e address="),
        (("--engine", "ray", "-e", "resources={a"), "expected a mapping or a list, such as {a100: 1}."),
        (("-e", "cpus=2"), "-e cpus: the engine 'local' has no options. Leave -e out."),
        (("--engine", "ray", "--workers", "0"), "which the engine 'ray' cannot. Give 1 or more"),
        (
            ("--engine", "ray", "-e", "address=head"),
            "-e address=head: expected HOST:PORT, auto or local, on a machine",
        ),
        (("--engine", "slurm", "--workers", "0"), "which the engine 'slurm' cannot. Give 1 or more"),
    ],
)
def test_mistakes(command: Command, world: World, words: tuple[str, ...], said: str) -> None:
    """Each is one line with what was found and what to do; nothing is computed."""
    if "address=head" in words:
        pytest.importorskip("ray", reason="the address is looked at once Ray is there")
    ended = command("run", world.study, *world.places, *FRESH, *words)
    assert ended.code == 2
    assert said in ended.err.splitlines()[-1]
    assert not list(world.store.glob("work/*"))


def test_a_dry_run_starts_nothing(command: Command, world: World) -> None:
    """It says how many steps, and who would carry them out."""
    words = ("run", world.study, *world.places, *FRESH, "-o", "study=dry", "--dry-run")
    here = command(*words, "--workers", "2")
    assert here.out.endswith(" steps to do; 2 worker(s)\n")
    asked = ("--engine", "ray", "-e", "gpus=1", "-e", "address=head:6379")
    there = command(*words, *asked)
    said = "as many workers as there is room for on the Ray cluster 'head:6379', each with 1 CPU, 1 GPU\n"
    assert there.out.endswith(said)
    assert (here.code, there.code) == (0, 0)
    assert not (world.store / "studies" / "dry").exists()


Engine = Callable[..., Outcome]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the engine is called with; it does nothing."""
    called: list[tuple[Any, ...]] = []

    def idle(prepared: Prepared, choice: EngineChoice, workers: int | None, *rest: Any) -> Outcome:
        called.append((choice, workers, rest[1]))
        total = len(prepared.plan.nodes)
        return Outcome(total - missing(prepared.plan, prepared.place), total, {}, ())

    monkeypatch.setattr(engines, "carry_out", idle)
    return called


def test_what_is_asked_for_reaches_the_engine(
    command: Command, world: World, engine: list[tuple[Any, ...]]
) -> None:
    """The choice, the number of workers and of retries; what is not done in the end is told."""
    asked = ("--engine", "ray", "-e", "cpus=2", "--workers", "3", "--retries", "4")
    ended = command("run", world.study, *world.places, *FRESH, *asked)
    assert engine == [(EngineChoice("ray", RayOptions(cpus=2)), 3, 4)]
    assert ended.code == 1
    assert "0 step(s) failed" in ended.err


def test_nobody_waits_for_a_detached_array(
    command: Command, world: World, engine: list[tuple[Any, ...]]
) -> None:
    """Workers that are left to themselves have not failed; there are no results yet."""
    ended = command("run", world.study, *world.places, *FRESH, "--engine", "slurm", "-e", "wait=false")
    assert (ended.code, ended.out) == (0, "")
    assert len(engine) == 1


def test_demo_and_transfer_take_engines_too(
    command: Command, world: World, engine: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    """The same options of all commands that carry something out."""
    ray = ("--engine", "ray", "-e", "address=head:6379")
    demo = command("demo", "--store", tmp_path / "store", *ray, "--dry-run")
    assert "on the Ray cluster 'head:6379', each with 1 CPU" in demo.out
    words = ("--encoder", "pocket-xs", "--target", "pocket-retrieval", "--recipe", "pocket")
    transfer = command("transfer", *words, "--store", tmp_path / "store", *ray)
    assert transfer.code == 1
    assert [called[0] for called in engine] == [EngineChoice("ray", RayOptions(address="head:6379"))]
