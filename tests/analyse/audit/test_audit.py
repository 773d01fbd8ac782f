"""Tests of audits as wholes: marks solved by hand, what raises a score at which cost, and odd studies."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from stiltwalk.analyse.audit.audit import audited, improvements
from stiltwalk.analyse.audit.hours import hours_left, hours_of, hours_of_controls, hours_of_seeds
from stiltwalk.analyse.audit.records import Audit, Check, Review
from tests.analyse.audit.flaws import FLAWS
from tests.analyse.audit.worlds import FIELDS, World, subject_in

REVIEWERS = ("statistics", "protocol", "coverage", "reproducibility", "reporting")

PER_SEED = 3 * (3 + 2 * 7 * 6)
"""Steps of a seed: 3 encoders, each with 3 trainings in between, 7 arms of 6 targets trained and tested."""

AGAIN = (
    "Run it again as a study of its own, under 5 seeds that nobody has seen results of: stiltwalk run s -o "
    "study=s-again -o 'seeds=[4,5,6,7,8]'."
)


def _check(audit: Audit, named: str) -> Check:
    reviewer, _, name = named.partition(": ")
    review = next(each for each in audit.reviews if each.reviewer == reviewer)
    return next(each for each in review.checks if each.name == name)


def _mark_of(flaw: str) -> float:
    found = next(each for each in FLAWS if each.name == flaw)
    audit = audited(subject_in(found.spoilt(World(**found.sound))))
    return _check(audit, min(found.seen)).mark


@pytest.mark.parametrize(
    ("flaw", "mark"),
    [
        ("few seeds", 0.5),  # two of the four seeds beyond the first
        ("runs at chance", 1 - 2 * (3 * 2 * 2 * 6) / (3 * 7 * 5 * 6)),  # each lost run counts twice
        ("a seed is missing", 1 - 3 * 6 / (3 * 7 * 5 * 6)),
        ("analysis put on record late", 3 / 5),  # two of five seeds had been run
        ("looked too often", 1 / 3),
        ("too few sizes", 4 / 5),
        ("too few amounts", 3 / 7),  # two, and none at all
        ("steps grow with data", 0.0),  # neither that control nor a longer target
        ("best arm chosen on test", 0.5),
        ("own recipe", 0.25),
        ("changed hyper-parameters", 5 / 6),
        ("test texts in training", 0.6),  # 4 % of the 10 % at which nothing is left
        ("adapters", 2 / 3),  # one of three encoders
        ("a target less", 5 / 9),
        ("languages seen in between", 1 - 1 / 2 / 3),  # one of two languages of one of three arms
        ("one family", (1 / 2 + 1) / 2),
        ("two sizes", (1 + 2 / 3) / 2),
        ("an intermediate task less", 2 / 9),
        ("another version", 4 / 5),
        ("no revision", (2 + 0.5) / 3),
        ("arms added later", 6 / 7),
        ("no question mark", 0.5),
        ("wide margin", 1 / 4),
    ],
)
def test_marks_by_hand(flaw: str, mark: float) -> None:
    """Each mark is what its rule says, solved by hand for the study it is planted in."""
    assert _mark_of(flaw) == pytest.approx(mark)


def test_scores_are_means() -> None:
    """A reviewer's score is the weighted mean of its marks, the overall the plain mean of the reviewers'."""
    checks = (Check("a", "", "", 1.0, 3.0), Check("b", "", "", 0.2, 1.0))
    reviews = (Review("x", checks), Review("y", checks[:1]), Review("z", ()))
    assert reviews[0].score == pytest.approx(8.0)
    assert math.isnan(reviews[2].score)
    assert Audit("s", reviews, ()).overall == pytest.approx(9.0)  # who judged nothing does not count
    assert math.isnan(Audit("s", reviews[2:], ()).overall)


def test_every_reviewer_speaks() -> None:
    """All five look at a study, each with several checks; of the sound one hardly anything is wanting."""
    audit = audited(subject_in(World()))
    assert tuple(each.reviewer for each in audit.reviews) == REVIEWERS
    assert all(4 <= len(each.checks) <= 9 for each in audit.reviews)
    assert all(not each.left_out for each in audit.reviews)
    scores = {each.reviewer: each.score for each in audit.reviews}
    assert scores.pop("coverage") == pytest.approx(
        10 * (5 + 3 / 9 + 6 / 9) / 7
    )  # three of nine tasks, six of nine targets
    assert scores == dict.fromkeys(scores, pytest.approx(10.0))


def test_one_cure_of_several_checks() -> None:
    """To run the study again mends its seeds, its record and its design: one step, solved by hand."""
    audit = audited(subject_in(World(fields={"seeds": 3}, frozen=None)))
    step = next(each for each in audit.improvements if each.cure == AGAIN)
    assert step.reviewers == ("statistics", "reproducibility")
    # of 11.5 weights of statistics half of 2 and all of 2, and 1 of the 7.5 of reproducibility
    assert step.raises == pytest.approx((10 * 3 / 11.5 + 10 * 1 / 7.5) / 5)
    assert step.hours == pytest.approx(5 * PER_SEED * 36 / 3600)


def _named(name: str, mark: float, cure: str, hours: float) -> Check:
    return Check(name, "", "", mark, cure=cure, hours=hours)


def test_the_cheapest_first() -> None:
    """Steps are sorted by hours, those of unknown cost last, of equal cost by what they raise."""
    checks = (
        _named("a", 0.0, "unknown", math.nan),
        _named("b", 0.5, "dear", 9.0),
        _named("c", 0.9, "cheap, little", 1.0),
        _named("d", 0.0, "cheap, much", 1.0),
        _named("e", 0.5, "unknown, little", math.nan),
        _named("f", 1.0, "met", 0.0),
    )
    found = improvements([Review("x", checks)])
    assert [step.cure for step in found] == [
        "cheap, much",
        "cheap, little",
        "dear",
        "unknown",
        "unknown, little",
    ]
    assert [step.raises for step in found] == pytest.approx([10 / 6, 1 / 6, 5 / 6, 10 / 6, 5 / 6])


def test_a_cure_costs_as_much_as_its_dearest_check() -> None:
    """Where one check knows the cost and the other does not, it is not known."""
    known = [Review("x", (_named("a", 0.0, "c", 1.0), _named("b", 0.0, "c", 3.0)))]
    assert improvements(known)[0].hours == 3.0
    beside = [*known, Review("y", (_named("d", 0.0, "c", math.nan),))]
    assert math.isnan(improvements(beside)[0].hours)
    assert improvements(beside)[0].reviewers == ("x", "y")


def test_hours() -> None:
    """Steps times the mean of their kind; what is unfinished is what is left."""
    subject = subject_in(World(unfinished=(("qqp", 5),)))
    assert hours_of(subject, {"target": 100}) == pytest.approx(1.0)
    assert math.isnan(hours_of(subject, {"pretrain": 1}))
    assert hours_of(subject, {"pretrain": 0, "choose": 5}) == 0.0
    assert hours_left(subject) == pytest.approx(3 * (1 + 2 * 6) * 36 / 3600)
    assert hours_of_seeds(subject, 2) == pytest.approx(2 * PER_SEED * 36 / 3600)
    assert hours_of_controls(subject, 1) == pytest.approx(3 * 5 * 2 * 6 * 36 / 3600)


def test_a_plan_alone() -> None:
    """Of a study without results only its plan is marked; what needs results is named, no cost is known."""
    audit = audited(subject_in(World(begun=False, fields={"seeds": 3})))
    left_out = {each.reviewer: set(each.left_out) for each in audit.reviews}
    assert left_out["statistics"] == {"power", "collapsed runs", "missing cells", "frozen analysis", "looks"}
    assert left_out["reproducibility"] >= {"versions", "kind of device", "whole files"}
    assert not math.isnan(audit.overall)
    seeds = _check(audit, "statistics: seeds")
    assert seeds.cure == "Ask for 5 seeds before the first run: -o seeds=5."
    assert math.isnan(seeds.hours)


def test_a_single_seed() -> None:
    """Under one seed nothing is found whatever its size, and it says so."""
    power = _check(audited(subject_in(World(fields={"seeds": 1}))), "statistics: power")
    assert power.mark == 0
    assert power.found.startswith("No comparison finds anything, for want of seeds")
    assert "More seeds alone" in power.cure


def test_half_of_the_comparisons_blind() -> None:
    """An arm that saw every language has no comparison left, and it is said how many have none."""
    blind = dict.fromkeys(("qqp", "hellaswag"), ("de", "sw"))
    power = _check(audited(subject_in(World(spoken=blind))), "statistics: power")
    assert power.mark == 0
    assert power.found.startswith("6 of 9 find nothing")
    assert "the best of the others finds 0.0" in power.found


def test_power_by_hand() -> None:
    """The mark is the margin over what is found; twice the margin is twice the mark, while below 1."""
    marks = [
        _check(
            audited(subject_in(World(noise=1.0, fields={"analysis": {"margin": margin}}))),
            "statistics: power",
        )
        for margin in (0.3, 0.6)
    ]
    assert marks[1].mark == pytest.approx(2 * marks[0].mark)
    smallest = float(marks[0].found.split(" finds ")[1].split()[0])
    assert marks[0].mark == pytest.approx(0.3 / smallest, rel=0.01)


def test_seeds_that_would_do() -> None:
    """Where some tens of seeds find the margin, they are what is asked for."""
    power = _check(audited(subject_in(World(noise=0.25))), "statistics: power")
    assert power.mark < 1
    seeds = int(power.cure.split(" under ")[1].split()[0])
    assert 5 < seeds <= 50
    assert power.hours == pytest.approx(seeds * PER_SEED * 36 / 3600)


def test_controls_by_steps() -> None:
    """A control serves every arm that took as many steps, give or take a tenth."""
    fields = {"intermediate": [*FIELDS["intermediate"][:3], {"longer_by": "qqp"}]}
    subject = subject_in(World(fields=fields))
    assert _check(audited(subject), "statistics: controls").mark == 1
    trainings = {
        run: replace(training, steps=20 if run[1] == "cosmosqa" else 10)
        for run, training in subject.evidence.trainings.items()
    }
    longer = replace(subject, evidence=replace(subject.evidence, trainings=trainings))
    controls = _check(audited(longer), "statistics: controls")
    assert controls.mark == pytest.approx(2 / 3)
    assert controls.cure == "In a new study add controls: {longer_by: cosmosqa}."


def test_controls_of_sets_of_tasks() -> None:
    """Where arms are held against each other, one control serves all arms on the same tasks."""
    fields = {"analysis": "size", "intermediate": [*FIELDS["intermediate"][:3], {"longer_by": "qqp"}]}
    subject = subject_in(World(fields=fields))
    trainings = {
        run: replace(training, steps={"qqp": 10, "hellaswag": 20, "cosmosqa": 40}[run[1]])
        for run, training in subject.evidence.trainings.items()
    }
    apart = replace(subject, evidence=replace(subject.evidence, trainings=trainings))
    assert _check(audited(subject), "statistics: controls").mark == 1  # all took as many steps
    assert _check(audited(apart), "statistics: controls").mark == pytest.approx(1 / 3)


def test_no_arm_at_all() -> None:
    """A study of the baseline alone is audited by what it has: nothing is asked of arms."""
    audit = audited(subject_in(World(fields={"intermediate": []})))
    names = {check.name for review in audit.reviews for check in review.checks}
    assert names.isdisjoint({"power", "controls", "intermediate tasks", "repeated data", "unseen languages"})
    assert not math.isnan(audit.overall)


def test_invented_data_asks_for_real_data_first() -> None:
    """Where data is invented, its recipe, its languages and its targets have one cure: real data."""
    fields = {"targets": ["pocket-entailment"], "intermediate": ["pocket-nli"], "recipe": "pocket"}
    audit = audited(subject_in(World(fields=fields, retrieval=())))
    step = next(each for each in audit.improvements if "real data" in each.cure)
    assert step.reviewers == ("protocol", "coverage")
    assert math.isnan(step.hours)
    cures = {
        _check(audit, name).cure for name in ("protocol: recipe", "coverage: targets", "coverage: languages")
    }
    assert cures == {step.cure}


def test_a_damaged_date_on_record() -> None:
    """A record whose date cannot be read shows of no cell that it came later."""
    subject = subject_in(World())
    assert subject.frozen is not None
    found = audited(replace(subject, frozen=subject.frozen._replace(at="yesterday")))
    assert _check(found, "statistics: frozen analysis").mark == 0
