"""Tests of engine.reasons: finding a step by a few words, and saying why it is as it is."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from stiltwalk.engine.prepare import Prepared
from stiltwalk.engine.reasons import Link, Reasons, find_step, reasons, tail
from stiltwalk.spec.errors import UserError
from stiltwalk.store.leases import claim, this_worker
from tests.engine.states import begin, done, fail
from tests.engine.steps import key, nothing_to_compute
from tests.store.fakes import dead


@pytest.fixture
def chain(tmp_path: Path) -> Prepared:
    """One step (a) is done; b failed; c runs; d waits for b and c, e for d; f is ready."""
    prepared = nothing_to_compute(
        tmp_path / "store", {"a": "", "b": "a", "c": "a", "d": "b c", "e": "d", "f": "a"}
    )
    done(prepared, "a", 3.0)
    begin(prepared, "c", {"stage": "training", "done": 1, "total": 4, "rate": None, "at": 0.0})
    fail(prepared, "b")
    (folder,) = prepared.place.store.workplaces(key(prepared.plan, "b"))
    (folder / "step.log").write_text("".join(f"line {n}\n" for n in range(30)))
    return prepared


def why(prepared: Prepared, name: str) -> Reasons:
    """The reasons of the step called ``name``."""
    plan, place = prepared
    return reasons(plan, place.store, key(plan, name))


def test_the_chain_behind_a_waiting_step(chain: Prepared) -> None:
    """All unfinished ancestors, nearest first; the causes are those that failed or run."""
    found = why(chain, "e")
    me = this_worker().name
    assert [(link.title, link.state, link.depth, link.why) for link in found.chain] == [
        ("d", "waiting", 1, "needs: b; c"),
        ("b", "failed", 2, "ValueError: [no] such thing"),
        ("c", "running", 2, f"by {me}"),
    ]
    assert [link.title for link in found.causes] == ["b", "c"]


def test_a_ready_step_has_no_chain(chain: Prepared) -> None:
    """It waits for nothing but a worker; its parents are listed."""
    found = why(chain, "f")
    assert (found.state, found.why, found.chain, found.folder) == ("waiting", "ready", (), None)
    assert found.parents == (Link(key(chain.plan, "a"), "a", "done", "", 1),)


def test_a_failed_step(chain: Prepared) -> None:
    """The whole message, how often it was tried, and where its log lies."""
    found = why(chain, "b")
    assert found.failure is not None
    assert (found.failure.message, found.failure.attempts) == ("Traceback\nValueError: [no] such thing", 2)
    assert found.why == "ValueError: [no] such thing"
    assert found.log is not None
    assert tail(found.log) == [f"line {n}" for n in range(10, 30)]


def test_who_has_a_running_step(chain: Prepared) -> None:
    """The worker, how long it has been silent, and how far it said it was."""
    found = why(chain, "c")
    assert found.holder is not None
    assert found.holder.alive
    assert 0 <= found.holder.silent < 60
    assert found.reported is not None
    assert found.reported.part == 0.25


def test_a_dead_worker_is_named(chain: Prepared) -> None:
    """A step whose worker is gone waits; who had it is still said."""
    store = chain.place.store
    assert claim(store.leases, key(chain.plan, "f"), dead("gone-7"), lambda: time.time() - 50) is not None
    found = why(chain, "f")
    assert found.state == "waiting"
    assert found.holder is not None
    assert (found.holder.worker, found.holder.alive) == ("gone-7", False)
    assert 50 <= found.holder.silent < 110


def test_a_done_step(chain: Prepared) -> None:
    """Where it lies, how long it took and, by its log, who did it last."""
    folder = chain.place.store.folder(key(chain.plan, "a"))
    assert why(chain, "a").worker is None
    (folder / "step.log").write_text(
        "2026-11-22 02:00:00 began: a (worker one-1, attempt 1)\n"
        "2026-11-22 02:00:01 stopped on request\n"
        "2026-11-22 02:00:02 began: a (worker two-2, attempt 1)\n"
    )
    found = why(chain, "a")
    assert (found.state, found.seconds, found.folder, found.worker) == ("done", 3.0, folder, "two-2")
    assert found.published == pytest.approx(time.time(), abs=60)


def test_a_parent_from_elsewhere(tmp_path: Path) -> None:
    """A step that needs one which is neither planned nor finished says so."""
    prepared = nothing_to_compute(tmp_path / "store", {"a": "", "b": "a"})
    plan = prepared.plan
    gone = key(plan, "a")
    only = {k: node for k, node in plan.nodes.items() if k != gone}
    found = reasons(replace(plan, nodes=only), prepared.place.store, key(plan, "b"))
    (link,) = found.causes
    assert link.why == f"neither a step of this study nor in the store {tmp_path / 'store'}"


TITLES = (
    "target udpos, seed 1",
    "target udpos, seed 2",
    "target udpos after mnli, seed 1",
    "predict tatoeba",
)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("target udpos, seed 1", "target udpos, seed 1"),
        ("TARGET UDPOS, SEED 1", "target udpos, seed 1"),
        ("seed 2", "target udpos, seed 2"),
        ("mnli udpos", "target udpos after mnli, seed 1"),
        ("tatoeba", "predict tatoeba"),
    ],
)
def test_a_step_by_its_words(tmp_path: Path, text: str, title: str) -> None:
    """Words in any order and case; a whole title is preferred to those that hold it."""
    plan, _ = nothing_to_compute(tmp_path / "store", dict.fromkeys(TITLES, ""))
    assert find_step(plan, text).title == title
    assert find_step(plan, key(plan, title)[:10]).title == title


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "udpos, seed 1",
            r"'udpos, seed 1' fits 2 steps of the study 'tiny-world': \w{12} \(target udpos, se",
        ),
        ("predict tateoba", r"There is no step 'predict tateoba' .* Did you mean 'predict tatoeba'"),
        (
            "qwxyzzz",
            r"no step 'qwxyzzz' in the study 'tiny-world'. Give words of a title, or .*--all' lists them",
        ),
        ("0000000000000000", r"There is no step '0000000000000000'"),
        ("", r"There is no step ''"),
    ],
)
def test_no_such_step(tmp_path: Path, text: str, message: str) -> None:
    """Several that fit are named with their keys; for none the nearest titles."""
    plan, _ = nothing_to_compute(tmp_path / "store", dict.fromkeys(TITLES, ""))
    with pytest.raises(UserError) as caught:
        find_step(plan, text)
    assert re.search(message, str(caught.value))
