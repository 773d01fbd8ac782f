"""Tests of engine.watching: counts, pace and time left, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.engine.status import STATES, State
from stiltwalk.engine.watching import STAGES, Seen, Snapshot, pace, snapshot
from stiltwalk.plan.steps import BEHAVIOUR

NOW = 100_000.0


def seen(
    key: str,
    kind: str,
    state: State,
    parents: str = "",
    seconds: float | None = None,
    at: float | None = None,
    part: float = 0.0,
) -> Seen:
    """A step of the encoder 'e'."""
    return Seen(key, kind, "e", tuple(parents.split()), state, seconds, at, part)


STUDY = (
    seen("p", "pretrain", "done", seconds=100.0, at=NOW - 7200),
    seen("t1", "target", "done", "p", seconds=40.0, at=NOW - 1800),
    seen("t2", "target", "done", "p", seconds=60.0, at=NOW - 900),
    seen("t3", "target", "running", "p", part=0.6),
    seen("t4", "target", "running", "p"),
    seen("t5", "target", "failed", "p"),
    seen("t6", "target", "waiting", "p"),
    seen("x1", "predict", "done", "t1", seconds=4.0, at=NOW - 600),
    seen("x2", "predict", "waiting", "t2"),
    seen("x3", "predict", "waiting", "t3"),
    seen("x5", "predict", "waiting", "t5"),
)
"""Two workers, one failure, and one step that waits for it."""


def test_every_kind_has_a_stage() -> None:
    """No kind of step is forgotten in the table."""
    assert set(STAGES) == set(BEHAVIOUR)


def test_counts_by_stage() -> None:
    """Each stage counts its steps, in a study's order; what waits for a failure is told apart."""
    now = snapshot(STUDY, NOW)
    assert [(s.name, s.done, s.running, s.failed, s.waiting) for s in now.stages] == [
        ("pretrain", 1, 0, 0, 0),
        ("target", 2, 2, 1, 1),
        ("predict", 1, 0, 0, 3),
    ]
    assert (now.total, now.workers, now.behind, now.over) == (11, 2, 1, False)
    assert now.ready == 2  # t6 and x2; x3's parent still runs, x5's failed


def test_cost_and_means() -> None:
    """100 + 40 + 60 + 4 worker seconds so far; a target took 50 on average."""
    now = snapshot(STUDY, NOW)
    assert now.seconds == 204.0
    assert [stage.mean for stage in now.stages] == [100.0, 50.0, 4.0]
    assert now.whole.seconds == 204.0


def test_time_left_is_shared_by_the_workers() -> None:
    """Targets: 50 * (1 - 0.6) + 50 + 50 = 120; predictions: 2 * 4; 128 seconds for two workers are 64."""
    now = snapshot(STUDY, NOW)
    assert [stage.left for stage in now.stages] == [0.0, 120.0, 8.0]
    assert now.left.seconds == pytest.approx(64.0)
    assert now.left.why == ""


def test_time_left_is_no_less_than_the_longest_chain() -> None:
    """Five workers on the same steps: 128 / 5 is 25.6, but one whole target takes 50."""
    more = [seen(f"r{n}", "predict", "running", "p", part=1.0) for n in range(3)]
    now = snapshot([*STUDY, *more], NOW)
    assert now.workers == 5
    assert now.left.seconds == pytest.approx(50.0)


def test_time_left_is_not_guessed() -> None:
    """Unknown while nothing runs, and while no step of a kind that is still to come is finished."""
    idle = [replace(s, state="waiting") if s.state == "running" else s for s in STUDY]
    assert snapshot(idle, NOW).left == (None, "nothing is running")
    early = [s for s in STUDY if s.key != "x1"]
    assert snapshot(early, NOW).left == (None, "no predict step is finished yet")
    assert snapshot(early, NOW).whole.left is None


def test_another_encoder_makes_it_rough() -> None:
    """The mean of one's own encoder is preferred; where there is only another's, that is said."""
    other = replace(seen("o", "target", "waiting", "p"), encoder="f")
    now = snapshot([*STUDY, other], NOW)
    assert now.left.seconds == pytest.approx((128 + 50) / 2)
    assert now.left.why == "1 steps by the means of other encoders"
    own = replace(seen("q", "target", "done", "p", seconds=500.0, at=NOW), encoder="f")
    now = snapshot([*STUDY, own, other], NOW)
    assert now.left.seconds == pytest.approx(500.0)  # the chain; (128 + 500) / 2 is less
    assert now.left.why == ""


def test_what_was_taken_over_has_no_say_in_the_mean() -> None:
    """A training that repeats a trial's result took no time, and tells nothing of how long others take."""
    now = snapshot([*STUDY, seen("t7", "target", "done", "p", seconds=0.0, at=NOW)], NOW)
    assert now.stages[1].mean == 50.0
    assert now.seconds == 204.0


def test_a_choice_takes_no_time() -> None:
    """Choosing computes nothing: it does not make the time left unknown."""
    now = snapshot([*STUDY, seen("c", "choose", "waiting", "t1 t2")], NOW)
    assert now.left.seconds == pytest.approx(64.0)


def test_the_end() -> None:
    """Done, a study has no time left; with a failure and nothing ready, it is over without being done."""
    done = [replace(s, state="done", seconds=1.0, at=NOW) for s in STUDY]
    assert (snapshot(done, NOW).left.seconds, snapshot(done, NOW).over) == (0.0, True)
    stuck = [s for s in STUDY if s.key in {"p", "t5", "x5"}]
    assert snapshot(stuck, NOW).over
    assert snapshot(stuck, NOW).left.seconds == 0.0


def test_pace() -> None:
    """Three steps in the last hour, the first of them half an hour ago: two in 1800 seconds, four an hour."""
    assert snapshot(STUDY, NOW).an_hour == pytest.approx(4.0)
    assert pace([NOW - 4000, NOW - 10], NOW) is None  # one of them is too long ago
    assert pace([NOW, NOW], NOW) is None


PARENTS = st.lists(st.integers(0, 30), max_size=3)


@given(st.lists(st.tuples(st.sampled_from(STAGES), st.sampled_from(STATES), PARENTS), max_size=30))
def test_any_study_adds_up(drawn: list[tuple[str, State, list[int]]]) -> None:
    """Whatever the steps: stages count each once, ready and behind are waiting ones, no time is negative."""
    steps = [
        seen(str(n), kind, state, " ".join(str(p) for p in parents if p < n), *_times(state, n))
        for n, (kind, state, parents) in enumerate(drawn)
    ]
    now: Snapshot = snapshot(steps, NOW)
    assert now.total == len(steps)
    assert now.ready + now.behind <= now.count("waiting")
    assert now.left.seconds is None or now.left.seconds >= 0
    assert now.left.seconds is not None or now.left.why


def _times(state: State, n: int) -> tuple[float | None, float | None]:
    return (1.0 + n, NOW - n) if state == "done" else (None, None)
