"""Tests of every check: the flaw that it is there for is seen by it, and by none that it does not concern."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.analyse.audit import coverage, protocol, reporting, reproducibility, statistics
from stiltwalk.analyse.audit.audit import audited
from stiltwalk.analyse.audit.records import MOST, Audit, Check
from stiltwalk.analyse.audit.reviewing import Rule
from tests.analyse.audit.flaws import FLAWS, Flaw
from tests.analyse.audit.worlds import World, subject_in

TOGETHER = [flaw for flaw in FLAWS if not flaw.sound]
"""Flaws of the sound study, which can be planted together."""

_GROWING = frozenset({"unfinished", "fields.targets", "fields.intermediate", "fields.seeds"})

STILL = [flaw for flaw in TOGETHER if flaw.touched.isdisjoint(_GROWING)]
"""Those whose mending adds no targets, arms or cells: what is added has the flaws that are there already,
such as other versions, so that a share may fall."""

SOUND = audited(subject_in(World()))


def _marks(audit: Audit) -> dict[str, float]:
    return {
        f"{review.reviewer}: {check.name}": check.mark for review in audit.reviews for check in review.checks
    }


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.name)
def test_a_flaw_is_seen_where_it_is_and_mended(flaw: Flaw) -> None:
    """Planted, it lowers the marks of its checks and of no other; mended, they and the scores rise again."""
    world = World(**flaw.sound)
    sound = SOUND if world == World() else audited(subject_in(world))
    spoilt = audited(subject_in(flaw.spoilt(world)))
    before, after = _marks(sound), _marks(spoilt)
    assert before.keys() == after.keys()
    assert {name for name in before if after[name] < before[name]} == flaw.seen
    assert not [name for name in before if after[name] > before[name]]
    concerned = {name.partition(":")[0] for name in flaw.seen}
    for one, other in zip(sound.reviews, spoilt.reviews, strict=True):
        fell = other.score < one.score
        assert fell == (one.reviewer in concerned), one.reviewer
    assert spoilt.overall < sound.overall
    for check in (check for review in spoilt.reviews for check in review.checks):
        _require_sentences(check)


def _require_sentences(check: Check) -> None:
    """What was expected and found are sentences; what is not met has a cure, what is met has none."""
    assert check.expected.endswith(".")
    assert check.found.endswith(".")
    assert check.found[0].isupper() or check.found[0].isdigit()
    assert bool(check.cure) == (check.mark < 1), check.name
    assert check.cure.endswith(".") or not check.cure


RULES = {
    "statistics": statistics.RULES,
    "protocol": protocol.RULES,
    "coverage": coverage.RULES,
    "reproducibility": reproducibility.RULES,
    "reporting": reporting.RULES,
}


def test_every_check_has_a_flaw() -> None:
    """No mark stands still: each check of each reviewer is moved by a flaw of this list."""
    named = {f"{reviewer}: {rule.name}" for reviewer, rules in RULES.items() for rule in rules}
    assert named == frozenset().union(*(flaw.seen for flaw in FLAWS))


def test_the_page_names_every_check() -> None:
    """The page on audits has each reviewer's checks in order, their weights, and which need results."""
    page = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
    weights = {check.name: check.weight for review in SOUND.reviews for check in review.checks}
    for reviewer, rules in RULES.items():
        section = page.partition(f"### {reviewer}\n")[2].partition("### ")[0]
        named = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)
        assert named[1:] == [_row(rule, weights.get(rule.name, 1.0)) for rule in rules]


def _row(rule: Rule, weight: float) -> str:
    return rule.name + (f" ({weight:g})" if weight != 1 else "") + (" r" if rule.results else "")


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(STILL), st.lists(st.sampled_from(TOGETHER), max_size=5, unique_by=lambda flaw: flaw.name)
)
def test_mending_never_lowers(mended_one: Flaw, others: list[Flaw]) -> None:
    """Of any flaws together, to mend one lowers no reviewer's score; all scores lie within 0 and 10."""
    chosen = [mended_one]
    for flaw in others:
        if all(flaw.touched.isdisjoint(other.touched) for other in chosen):
            chosen.append(flaw)
    world = World()
    for flaw in chosen[1:]:
        world = flaw.spoilt(world)
    mended, spoilt = audited(subject_in(world)), audited(subject_in(chosen[0].spoilt(world)))
    for one, other in zip(mended.reviews, spoilt.reviews, strict=True):
        assert other.score <= one.score + 1e-9, one.reviewer
        assert 0 <= other.score <= MOST
    assert spoilt.overall <= mended.overall + 1e-9
    assert spoilt.overall == pytest.approx(math.fsum(each.score for each in spoilt.reviews) / 5)
    assert all(0 <= mark <= 1 for mark in _marks(spoilt).values())
