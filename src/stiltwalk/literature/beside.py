"""What a paper's claim is about, in the names of a study: its arm, its target, its encoder; or why it is not.

Only names count, spelt as the task records spell them: a claim whose subject, data or condition says anything
that is no name of the study and no common word is held for something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from stiltwalk.literature.encoder_names import held_against
from stiltwalk.literature.extraction.vocabulary import names
from stiltwalk.literature.named import Named, aliases, named, squeezed
from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.spec.arms import ArmChoice
from stiltwalk.spec.claims import Claim
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import Catalogue, find_task
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

_TRAINING: Final = frozenset(
    "intermediate training train trained trains on with as an a the task tasks data stage step stilt stilts "
    "supplementary single and both english of".split()
)
"""Words of a subject that change nothing of which arm it is."""
_BASELINE: Final = frozenset(
    "no not without none any intermediate training trained task tasks stage step the a an baseline direct "
    "plain vanilla zero shot transfer model".split()
)
"""Words of a comparison that is the arm without intermediate training."""
_DATA: Final = frozenset(
    "the benchmark benchmarks average averaged mean set sets data on all tasks targets".split()
)
_SPLITS: Final[Mapping[str, str]] = {"dev": "dev", "development": "dev", "validation": "dev", "test": "test"}
_CONDITION: Final = frozenset(
    "zero shot cross lingual crosslingual transfer setting settings in on with for using the a an of by "
    "average averaged over across all languages language target unseen fine tuned starting from encoder "
    "model".split()
)
"""Words of a condition that every zero-shot gain of a study is under."""


class About(NamedTuple):
    """What a claim is about.

    Attributes:
        trained: intermediate tasks that its subject names, sorted.
        data: the task or benchmark that it was measured on.
        average: whether that is a benchmark, whose average over targets it speaks of.
        arm: of the study; empty: it has none that trains on just these.
        encoders: of the study that it may be held against.
        sized: whether it names the encoder, with its size.
        language: code of the one that it is about; empty: all without target labels together.
        number: whether its number is one of ours: points of the same measure.
        why_not: why it cannot be held against the study, a phrase; empty: it can.
    """

    trained: tuple[str, ...]
    data: str
    average: bool
    arm: str
    encoders: tuple[str, ...]
    sized: bool
    language: str
    number: bool
    why_not: str


def about(claim: PaperClaim, study: Study, tasks: Catalogue, known: dict[str, str]) -> About | None:
    """What ``claim`` is about; ``None``: no intermediate task, or not measured on data that is known here.

    Args:
        claim: of a paper.
        study: with its arms laid out.
        tasks: every task that it may name.
        known: ``task_names(tasks)``, made once for all claims.
    """
    subject = named(claim.subject, known)
    data = named(claim.data_set, known | _benchmarks())
    if not subject.names or len(data.names) != 1 or set(subject.rest) - _TRAINING:
        return None
    trained = tuple(sorted(subject.names))
    where = named(f"{claim.data_set} ; {claim.condition}", _languages()).names
    held = held_against(claim, study.encoders)
    average = data.names[0] in BENCHMARKS
    reasons = (
        _compared(claim, known),
        f"it is of another encoder ({', '.join(held.other)})" if held.other else "",
        _measured(data, study, average=average, languages=where),
        f"it names several languages ({', '.join(where)})" if len(where) > 1 else "",
        _under(claim, known, where),
        _by(claim, data.names[0], tasks) if not average else "",
        "it states no direction" if claim.direction == "unclear" else "",
    )
    return About(
        trained=trained,
        data=data.names[0],
        average=average,
        arm=_arm(trained, study),
        encoders=held.encoders,
        sized=held.sized,
        language=where[0] if len(where) == 1 else "",
        number=_same_number(claim, data.names[0], tasks, average=average),
        why_not=next(filter(None, reasons), ""),
    )


def resembles(found: About, claims: Iterable[Claim]) -> tuple[str, ...]:
    """Ids of the claims that speak of the same intermediate task on the same data."""
    return tuple(
        claim.id for claim in claims if any(_like(found, claim, p.model_dump()) for p in claim.predicates)
    )


def _like(found: About, claim: Claim, predicate: Mapping[str, Any]) -> bool:
    arms = [predicate["arm"]] if "arm" in predicate else predicate.get("arms", ())
    if len(found.trained) != 1 or found.trained[0] not in arms:
        return False
    targets = predicate.get("targets", ())
    return found.data in targets if targets else found.average and found.data == claim.scope.benchmark


def task_names(tasks: Catalogue) -> dict[str, str]:
    """Spelling → name of every task: its name, its title, that without brackets, and what is in them."""
    return aliases({name: _spellings(name, tasks[name].title) for name in tasks})


def _spellings(name: str, title: str) -> Iterable[str]:
    bare, _, bracketed = title.partition("(")
    inner = bracketed.rstrip(") ")
    return (name, title, bare, *([inner] if inner.isalnum() else []))


@cache
def _benchmarks() -> dict[str, str]:
    return aliases({name: (each.title,) for name, each in BENCHMARKS.items()})


@cache
def _languages() -> dict[str, str]:
    return {squeezed(each.name): each.code for each in LANGUAGES.values()}


def _arm(trained: tuple[str, ...], study: Study) -> str:
    """The arm that trains on just these tasks in English, and in which nothing else is changed."""
    plain = [arm for arm in study.intermediate if _is_plain(arm) and tuple(sorted(arm.trained)) == trained]
    return plain[0].name if len(plain) == 1 else ""


def _is_plain(arm: ArmChoice) -> bool:
    in_english = arm.languages == (SOURCE_LANGUAGE,) and arm.back_translated is None
    return in_english and arm.masked_lm is None and arm.longer_by is None and not arm.point


def _compared(claim: PaperClaim, known: Mapping[str, str]) -> str:
    """Why the claim's comparison is another than with no intermediate training."""
    found = named(claim.comparison, known)
    if found.names or set(found.rest) - _BASELINE:
        return f"it compares with {_short(claim.comparison)}"
    return ""


def _measured(data: Named, study: Study, *, average: bool, languages: tuple[str, ...]) -> str:
    """Why what it was measured on is no score of the study."""
    if unknown := set(data.rest) - _DATA - {*_SPLITS} - _words_of(languages):
        return f"its data is told by words that are none of the study's ({', '.join(sorted(unknown))})"
    measured = {each.task: each.split for each in study.targets}
    name = data.names[0]
    if average:
        tasks = {each.task for each in BENCHMARKS[name].tasks}
        if missing := tasks - {*measured}:
            return f"{len(missing)} of the {len(tasks)} tasks of its benchmark are not in the study"
        more = ", ".join(each for each in measured if each not in tasks)
        return f"the study averages over targets that its benchmark has not: {more}" if more else ""
    if name not in measured:
        return "its data is no target of the study"
    splits = {_SPLITS[word] for word in data.rest if word in _SPLITS}
    return f"it was measured on another split than {measured[name]}" if splits - {measured[name]} else ""


def _under(claim: PaperClaim, known: Mapping[str, str], languages: tuple[str, ...]) -> str:
    """Why its condition is more than that of any zero-shot gain."""
    without = claim.condition
    for name in names(claim.condition):
        if name.kind == "encoder":
            without = without.replace(name.text, " ")
    found = named(without, known)
    if found.names or set(found.rest) - _CONDITION - _words_of(languages):
        return f"it is under a condition of its own ({_short(claim.condition)})"
    return ""


def _by(claim: PaperClaim, target: str, tasks: Catalogue) -> str:
    """Why it is by another measure than the target's."""
    if not claim.metric or _measure(claim.metric) in map(_measure, find_task(target, tasks).scoring.main):
        return ""
    return f"it is by another measure ({_short(claim.metric)})"


def _same_number(claim: PaperClaim, data: str, tasks: Catalogue, *, average: bool) -> bool:
    """Whether its first number is a gain in points of the study's own score."""
    if not claim.values or claim.values[0].unit != "points":
        return False
    if not claim.metric:
        return True
    return not average and [*map(_measure, find_task(data, tasks).scoring.main)] == [_measure(claim.metric)]


def _measure(metric: str) -> str:
    found = squeezed(metric.replace("_", " "))
    return found.removesuffix("scores").removesuffix("score")


def _words_of(languages: Iterable[str]) -> set[str]:
    return {word for code in languages for word in named(LANGUAGES[code].name, {}).rest}


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 80 else f"{one[:80].rstrip()}…"
