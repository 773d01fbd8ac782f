"""The reviewer of statistics: whether the numbers of the study can carry what is concluded from them.

That many comparisons are made at once is no check of its own. Verdicts correct for it themselves, and no
study file can switch that off; what it costs is seen in ``power``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np

from stiltwalk.analyse.audit.controls import check_controls
from stiltwalk.analyse.audit.cures import completed, repeated
from stiltwalk.analyse.audit.points import check_points
from stiltwalk.analyse.audit.records import Check, Review
from stiltwalk.analyse.audit.reviewing import Rule, reviewed, share
from stiltwalk.analyse.audit.subject import Subject
from stiltwalk.analyse.comparing import Compared, cells_of, compared
from stiltwalk.analyse.decisions.arms import collapsed_runs, judged_arms
from stiltwalk.analyse.decisions.standing import FEWEST_SEEDS
from stiltwalk.analyse.decisions.wording import counted
from stiltwalk.analyse.power import MOST_SEEDS, POWER, minimum_detectable, seeds_needed
from stiltwalk.analyse.responses import responses
from stiltwalk.spec.arms import NONE_ARM

REHEARSED: Final = 3
"""Seeds that do for a rehearsal."""

MOST_AFFORDED: Final = 50
"""Seeds beyond which the answer to too little power is another design, not more seeds."""

LOST: Final = 0.5
"""Share of collapsed runs from which on nothing is left to mark."""


def review_statistics(subject: Subject) -> Review:
    """What the reviewer of statistics finds."""
    return reviewed("statistics", subject, RULES)


def check_seeds(subject: Subject) -> Check:
    """Whether there are seeds enough for a claim.

    The seed is the unit of inference: with fewer than five an interval over seeds covers less than it says
    (scaling-studies protocol, section 9). The mark rises evenly from 0 at one seed to 1 at five.
    """
    seeds = len(subject.study.seeds)
    if seeds >= FEWEST_SEEDS:
        said = ""
    elif seeds >= REHEARSED:
        said = ": enough for a rehearsal, not for a claim"
    elif seeds > 1:
        said = ": too few even for a rehearsal"
    else:
        said = ": nothing shows how runs vary"
    cure = repeated(subject)
    return Check(
        "seeds",
        f"At least {FEWEST_SEEDS} seeds for any claim; {REHEARSED} do for a rehearsal.",
        f"{counted(seeds, 'seed')}{said}.",
        share(seeds - 1, FEWEST_SEEDS - 1),
        weight=2.0,
        cure=cure.what,
        hours=cure.hours,
    )


class _Power(NamedTuple):
    """What the comparisons of arms with ``none`` can find.

    Attributes:
        smallest: of each, rising, the smallest gain in points that it finds; inf: none.
        middle: the middle one, at the confidence it is tested at; ``None``: nothing is compared.
    """

    smallest: tuple[float, ...]
    middle: Compared | None

    @property
    def known(self) -> int:
        """How many find anything."""
        return sum(math.isfinite(each) for each in self.smallest)

    @property
    def of_middle(self) -> float:
        """What the middle one finds; of an even number the larger: half of them find no less."""
        return self.smallest[len(self.smallest) // 2] if self.smallest else math.inf


def check_power(subject: Subject) -> Check | None:
    """Whether a true gain as large as the margin would be found.

    Of every arm that is judged, with every encoder, the smallest gain over ``none`` is worked out that is
    found four times in five in the headline view, at the level that Holm's method leaves for the first of so
    many arms. The mark is the margin over the middle one of these, at most 1: a design that cannot see what
    it calls a difference decides nothing.
    """
    if not judged_arms(subject.study):
        return None
    margin = subject.study.analysis.margin
    found = _power(subject)
    count = len(found.smallest)
    what, hours = _more_power(subject, found)
    return Check(
        "power",
        f"A true gain of {margin:g} points, the margin, is found 4 times in 5, although "
        f"{counted(count, 'comparison')} with none {'is' if count == 1 else 'are'} made.",
        _found_power(found),
        share(margin, found.of_middle) if math.isfinite(found.of_middle) else 0.0,
        weight=2.0,
        cure=what,
        hours=hours,
    )


def _found_power(found: _Power) -> str:
    count = len(found.smallest)
    if not found.known:
        return "No comparison finds anything, for want of seeds, of healthy runs or of unseen languages."
    lacking = count - found.known
    if not lacking:
        return f"The middle one of {count} finds {found.of_middle:.2f} points or more."
    none = f"{lacking} of {count} find nothing, for want of seeds, of healthy runs or of unseen languages;"
    if not math.isfinite(found.of_middle):
        return f"{none} the best of the others finds {found.smallest[0]:.2f} points or more."
    return f"{none} the middle one finds {found.of_middle:.2f} points or more."


def _power(subject: Subject) -> _Power:
    made = list(_comparisons(subject))
    if not made:
        return _Power((), None)
    strict = 1 - (1 - subject.evidence.confidence) / len(made)
    known = [one.estimate.df > 0 for one in made]
    se = np.where(known, [one.estimate.se for one in made], np.nan)
    df = np.where(known, [one.estimate.df for one in made], 0.0)
    smallest = minimum_detectable(se, df, strict, POWER)
    order = np.argsort(smallest, kind="stable")
    middle = made[int(order[len(made) // 2])]
    asked = middle._replace(estimate=middle.estimate._replace(confidence=strict))
    return _Power(tuple(float(each) for each in smallest[order]), asked)


def _comparisons(subject: Subject) -> Iterator[Compared]:
    """Every arm that is judged against ``none``, in the headline view, with every encoder."""
    evidence = subject.evidence
    for table in responses(evidence.scores):
        for arm in judged_arms(subject.study):
            if arm in table.arms and NONE_ARM in table.arms:
                cells = cells_of(table, "headline", (arm, NONE_ARM))
                weights = {arm: 1.0, NONE_ARM: -1.0}
                yield compared(table, weights, cells, confidence=evidence.confidence)


def _more_power(subject: Subject, found: _Power) -> tuple[str, float]:
    margin, middle = subject.study.analysis.margin, found.middle
    known = middle is not None and middle.estimate.df > 0
    needed = seeds_needed(middle.estimate, middle.seeds, effect=margin) if middle and known else None
    if needed is not None and needed <= MOST_AFFORDED:
        cure = repeated(subject, needed)
        return cure.what, cure.hours
    many = f"{needed:,}" if needed else f"more than {MOST_SEEDS:,}"
    why = f" (the middle comparison would take {many})" if known else ""
    what = (
        f"More seeds alone will hardly do{why}: in a new study compare fewer arms, use encoders and data "
        "whose runs collapse less and vary less, or fix a margin beforehand that such a design can find."
    )
    return what, math.nan


def check_collapsed(subject: Subject) -> Check:
    """How many runs collapsed to chance.

    They are left out of estimates, and those that are left are no random sample of runs, so every one of
    them counts twice: the mark falls to 0 where half of the runs are lost.
    """
    lost, runs = collapsed_runs(subject.evidence)
    return Check(
        "collapsed runs",
        "No run is at chance level: those that are left out are no random sample.",
        f"{lost} of {counted(runs, 'run')} collapsed ({100 * lost / max(1, runs):.0f} %).",
        1 - share(lost, LOST * runs) if lost else 1.0,
        cure="Find out why runs collapse, and in a new study give them more examples, more steps or "
        "another learning rate.",
        hours=math.nan,
    )


def check_missing(subject: Subject) -> Check:
    """How many of the planned cells are finished; the mark is their share.

    What is missing is seldom missing by chance: what failed is often what is large.
    """
    evidence = subject.evidence
    cure = completed(subject)
    return Check(
        "missing cells",
        "Every planned cell (encoder, arm, seed, target) is finished.",
        f"{evidence.finished} of {counted(evidence.planned, 'cell')} are finished.",
        share(evidence.finished, evidence.planned),
        cure=cure.what,
        hours=cure.hours,
    )


def check_frozen(subject: Subject) -> Check:
    """Whether the analysis stood before the results, and stands still.

    An analysis that is chosen once results are seen finds what it is chosen to find. The mark is 0 where no
    analysis was put on record at the first run, or where it was changed since; else the share of finished
    cells that were scored after it was put on record, by the dates of their files. Cells may be older,
    because another study had scored them: their results could be seen.
    """
    frozen, now = subject.frozen, subject.study.analysis.digest
    cure, hours = repeated(subject)
    mark, found = 0.0, "No analysis was put on record at the first run: that it stood first cannot be shown."
    if frozen is not None and frozen.digest != now:
        found = f"It was changed after the first run ({frozen.digest} -> {now})."
        said = ", ".join(f"{name} {value}" for name, value in sorted(frozen.analysis.items()))
        cure, hours = f"Go back to the analysis that is on record: {said}.", 0.0
    elif frozen is not None:
        after, cells = _scored_after(subject, frozen.at)
        mark = share(after, cells)
        found = (
            f"It was put on record on {frozen.at[:10]} and is unchanged; {after} of "
            f"{counted(cells, 'finished cell')} were scored after that."
        )
    expected = "The analysis is put on record before any result is there, and is not changed."
    return Check("frozen analysis", expected, found, mark, weight=2.0, cure=cure, hours=hours)


def _scored_after(subject: Subject, at: str) -> tuple[int, int]:
    """How many finished cells are no older than ``at``, and how many there are."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = datetime.max.replace(tzinfo=UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    dates = {step.key: step.at for step in subject.finished}
    cells = [cell.key for cell in subject.cells if cell.key in dates]
    # the record is dated to the second, whose fraction is cut off
    return sum((date := dates[key]) is not None and date >= moment for key in cells), len(cells)


def check_looks(subject: Subject) -> Check:
    """Whether the results were judged no more often than was planned.

    Who judges growing results again and again, and stops where they please, errs more often than each look
    does. The mark is planned looks over those taken at different scores, at most 1.
    """
    planned, taken = subject.study.analysis.looks, len({look.scores for look in subject.looks})
    cure = repeated(subject)
    return Check(
        "looks",
        f"No more than the {counted(planned, 'look')} that the analysis allows.",
        f"{counted(taken, 'look')} at different results on record.",
        share(planned, taken),
        cure=cure.what,
        hours=cure.hours,
    )


def check_choice(subject: Subject) -> Check | None:
    """Whether the best arm of a target is chosen on other data than it is judged on.

    Where arms are compared, the best of each target is named as well. Judged on the dev split it is chosen
    there, and test sets stay untouched: the mark is 1 for such a target. On the test split the choice is
    made on other seeds than it is judged on, which takes away the luck of seeds, but not that of test
    items: 0.5. Under a single seed not even that can be done: 0.
    """
    arms = judged_arms(subject.study)
    if subject.study.analysis.decision != "gain" or len(arms) < 2:
        return None
    targets = subject.study.targets
    on_test = [target.task for target in targets if target.split == "test"]
    half = 0.5 if len(subject.study.seeds) > 1 else 0.0
    how = "on other seeds, but the same items" if half else "on the very runs that are judged"
    found = (
        f"{len(on_test)} of {counted(len(targets), 'target')} {'is' if len(on_test) == 1 else 'are'} judged "
        f"on the test split, where the best arm is chosen {how}."
    )
    return Check(
        "choice of the best arm",
        "The best arm of a target is chosen on a dev split.",
        found if on_test else "Every target is judged on its dev split.",
        share(len(targets) - len(on_test) + half * len(on_test), len(targets)),
        cure="Where a target has a dev split, compare arms there (targets: split: dev), and judge the arm "
        "that was chosen on the test split in a study of its own.",
        hours=math.nan,
    )


RULES: Final = (
    Rule("seeds", check_seeds),
    Rule("power", check_power, results=True),
    Rule("collapsed runs", check_collapsed, results=True),
    Rule("missing cells", check_missing, results=True),
    Rule("frozen analysis", check_frozen, results=True),
    Rule("looks", check_looks, results=True),
    Rule("points of the law", check_points),
    Rule("controls", check_controls),
    Rule("choice of the best arm", check_choice),
)
"""What it looks at, in order."""
