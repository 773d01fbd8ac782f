"""Judging a study by its results, and printing what was decided and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.panel import Panel

from stiltwalk.analyse.comparing import VIEWS
from stiltwalk.analyse.decisions.decide import decide
from stiltwalk.analyse.decisions.spending import BONFERRONI, Look, Permission, Progress, digest_of, permission
from stiltwalk.analyse.decisions.wording import listed, percent, signed
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.verdicts import UNDECIDED, Number, Verdict
from stiltwalk.cli import show
from stiltwalk.cli.evidence import gathered
from stiltwalk.plan.nodes import Plan
from stiltwalk.render.claims_json import finite
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import find_task
from stiltwalk.store.disk import DiskError
from stiltwalk.store.looks import Frozen, add_look, design_of, now, read_frozen, read_looks
from stiltwalk.store.store import Store

REHEARSAL: Final = "A rehearsal: does not answer the question at this scale."
POCKET: Final = "pocket"
LEAST_P: Final = 0.001
MANY: Final = 40
"""Numbers from which those of other views than the headline are printed only when they are asked for."""

_COLUMNS = ("number", "of", "value", "interval", "unit", "n", "p", "note")


class Judged(NamedTuple):
    """A study, judged.

    Attributes:
        study: which.
        evidence: what was looked at.
        verdict: what was decided; where no verdict may be made, the estimates without one.
        permission: whether one may, and at which confidence.
        looks: those taken so far, this one included.
        frozen: the analysis as it stood at the first run; ``None``: that was not recorded.
    """

    study: Study
    evidence: Evidence
    verdict: Verdict
    permission: Permission
    looks: tuple[Look, ...]
    frozen: Frozen | None

    @property
    def rehearsal(self) -> bool:
        """Whether the question is not answered, whatever is found: at this scale, or in an invented world."""
        tasks = (find_task(target.task, self.evidence.tasks) for target in self.study.targets)
        return self.study.scale == POCKET or any(task.generator is not None for task in tasks)

    @property
    def exploratory(self) -> bool:
        """Whether the analysis is another than at the first run."""
        return self.frozen is not None and self.frozen.digest != self.study.analysis.digest


def judged(plan: Plan, store: Store, *, final: bool = False, interim: bool = True) -> Judged:
    """The study of ``plan`` judged by what is finished of it; a new look at its results is put on record.

    Args:
        plan: of the study.
        store: where its results lie.
        final: judge it as it stands, as its last look, though cells are missing.
        interim: whether a look at a study that is not complete may be spent.

    Raises:
        UserError: a finished step, or the record of earlier looks, is damaged.
    """
    study, evidence = plan.study, gathered(plan, store)
    looks = looks_at(store, study.study)
    digest = digest_of(evidence.scores)
    progress = Progress(evidence.finished, evidence.planned, final)
    allowed = permission(study.analysis, looks, digest, progress)
    if allowed.allowed and allowed.before is None and not (interim or allowed.last):
        allowed = allowed._replace(allowed=False, why=_unspent(study, looks, progress))
    evidence = replace(evidence, confidence=allowed.confidence)
    frozen = read_frozen(store, study.study)
    found = decide(evidence)
    if not allowed.allowed:
        found = _withheld(found, allowed.why, study.study, complete=allowed.last)
    verdict = found._replace(caveats=(*_changes(study, frozen), *found.caveats))
    if allowed.allowed and allowed.before is None:
        look = Look(
            now(),
            digest,
            progress.finished,
            progress.planned,
            allowed.confidence,
            allowed.last,
            verdict.answer,
        )
        try:
            add_look(store, study.study, look._asdict())
        except DiskError:
            unkept = "This look could not be put on record: the store cannot be written."
            verdict = verdict._replace(caveats=(unkept, *verdict.caveats))
        looks = (*looks, look)
    return Judged(study, evidence, verdict, allowed, looks, frozen)


def looks_at(store: Store, name: str) -> tuple[Look, ...]:
    """Every look at the results of the study ``name``, in order.

    Raises:
        UserError: their record is damaged.
    """
    return tuple(_look(raw) for raw in read_looks(store, name))


def show_verdict(found: Judged, *, every: bool = False) -> None:
    """Print the verdict, with all that must be known beside it; ``every`` number, however many there are."""
    if found.rehearsal:
        show.console.print(f"[bold]{REHEARSAL}[/bold]")
    if found.study.question:
        show.console.print(found.study.question.strip(), markup=False)
    show.console.print()
    sentence = found.verdict.sentence.replace("[", r"\[")
    show.console.print(Panel(f"[bold]{sentence}[/bold]", title=found.verdict.answer, title_align="left"))
    _show_numbers(found.verdict, every=every)
    for title, sentences in (
        ("Needed", tuple(filter(None, [found.verdict.needed]))),
        ("Mind", found.verdict.caveats),
        ("Taken for granted", found.verdict.assumptions),
        ("Analysis and looks", tuple(analysis_lines(found))),
    ):
        if sentences:
            show.console.print(f"\n{title}", markup=False)
            for each in sentences:
                show.console.print(f"- {each}", markup=False)


def show_short(plan: Plan, store: Store) -> None:
    """Print the verdict in a sentence, and how to see all of it; nothing where there is no arm to judge.

    No look is spent on a study that is not complete.
    """
    if not plan.study.intermediate:
        return
    found = judged(plan, store, interim=False)
    show.console.print()
    if found.rehearsal:
        show.console.print(REHEARSAL, markup=False)
    show.console.print(f"{found.verdict.answer}: {found.verdict.sentence}", markup=False)
    if found.exploratory:
        show.console.print(next(_changes(found.study, found.frozen)), markup=False)
    show.console.print(f"In full: stiltwalk verdict {found.study.study}", markup=False)


def print_verdict(found: Judged) -> None:
    """Print ``{"verdict": {...}, "numbers": [...]}``; a number that is none, or has no end, is null."""
    verdict = found.verdict
    show.print_object(
        finite(
            {
                "verdict": {
                    "study": found.study.study,
                    "scale": found.study.scale,
                    "rehearsal": found.rehearsal,
                    "question": found.study.question.strip(),
                    "decision": verdict.decision,
                    "answer": verdict.answer,
                    "sentence": verdict.sentence,
                    "withheld": not found.permission.allowed,
                    "exploratory": found.exploratory,
                    "needed": verdict.needed,
                    "caveats": verdict.caveats,
                    "assumptions": verdict.assumptions,
                    "finished": found.evidence.finished,
                    "planned": found.evidence.planned,
                    "confidence": found.permission.confidence,
                    "margin": found.study.analysis.margin,
                    "analysis": found.study.analysis.digest,
                    "frozen": None if found.frozen is None else found.frozen._asdict(),
                    "looks": [look._asdict() for look in found.looks],
                },
                "numbers": [each._asdict() for each in verdict.numbers],
                "curves": [each._asdict() for each in verdict.curves],
            }
        )
    )


def save_figure(found: Judged, path: Path) -> None:
    """Draw the verdict into the file ``path``, by whose ending it is written.

    Raises:
        UserError: figures are not written with such an ending.
    """
    from stiltwalk.render.charts.chart import save  # noqa: PLC0415  matplotlib is slow to come up
    from stiltwalk.render.charts.verdict import verdict_figure  # noqa: PLC0415  the same

    save(verdict_figure(found.verdict, REHEARSAL if found.rehearsal else ""), path)
    show.note(f"figure written to {path}")


def analysis_lines(found: Judged) -> Iterator[str]:
    """By which rules was judged, since when they stand, and what was looked at before."""
    yield show.analysis_line(found.study)
    frozen = found.frozen
    if frozen is None:
        yield "Not frozen: no record of it was kept at the first run."
    else:
        yield f"Frozen at the first run, {frozen.at}, as {frozen.digest}."
    count = found.study.analysis.looks
    if count > 1:
        yield f"Each of {count} looks is made at {percent(found.permission.confidence)} ({BONFERRONI})."
    for number, look in enumerate(found.looks, start=1):
        kept = ", the last" if look.last else ""
        yield (
            f"Look {number}{kept}: {look.at}, {look.finished} of {look.planned} cells, scores {look.scores}, "
            f"{percent(look.confidence)}: {look.answer}."
        )


def _look(raw: Mapping[str, Any]) -> Look:
    return Look(
        str(raw.get("at", "")),
        str(raw.get("scores", "")),
        int(raw.get("finished", 0)),
        int(raw.get("planned", 0)),
        float(raw.get("confidence", math.nan)),
        bool(raw.get("last", False)),
        str(raw.get("answer", "")),
    )


def _unspent(study: Study, looks: tuple[Look, ...], progress: Progress) -> str:
    return (
        f"No verdict yet: {progress.finished} of {progress.planned} cells are finished, and it would be look "
        f"{len(looks) + 1} of {study.analysis.looks}. Ask for it with 'stiltwalk verdict {study.study}'."
    )


def _withheld(found: Verdict, why: str, name: str, *, complete: bool) -> Verdict:
    """The estimates of ``found`` without its verdict."""
    return found._replace(
        answer=UNDECIDED,
        sentence=why,
        numbers=tuple(each._replace(p=math.nan) for each in found.numbers),
        needed=(
            "Its results can be judged as another study: under another name, with looks of its own."
            if complete
            else f"Finish it with 'stiltwalk run {name}'; or judge it as it stands with --final, which is "
            "recorded as its last look."
        ),
    )


def _changes(study: Study, frozen: Frozen | None) -> Iterator[str]:
    """What is no longer as it was at the first run."""
    if frozen is None:
        yield "No analysis was put on record at the first run: that it stood before the results is not shown."
        return
    if frozen.digest != study.analysis.digest:
        yield (
            f"The analysis was changed after the first run (digest {frozen.digest} -> "
            f"{study.analysis.digest}): what follows is exploratory."
        )
    changed = [name for name, digest in design_of(study).items() if frozen.design.get(name) != digest]
    if changed:
        yield (
            f"Changed after the first run: {listed(changed)}. What was added or left out once results were "
            "seen is exploratory."
        )


def _show_numbers(verdict: Verdict, *, every: bool) -> None:
    known = [each for each in verdict.numbers if math.isfinite(each.value)]
    shown = known if every else _without_repeated(known)
    if len(shown) > MANY and not every:
        shown = [each for each in shown if each.note not in VIEWS] or shown
    if shown:
        show.console.print()
        rows = [_row(each) for each in shown]
        used = [name for name in _COLUMNS if any(row[name] for row in rows)]
        title = f"Numbers (intervals: {percent(shown[0].confidence)})"
        show.print_table(rows, used, title=title)
    if len(shown) < len(known):
        show.console.print(
            f"{len(known) - len(shown)} more, of other views or the same in them: --all.", markup=False
        )
    empty = len(verdict.numbers) - len(known)
    if empty:
        show.console.print(f"{empty} more could not be estimated (--json lists them).", markup=False)


def _without_repeated(numbers: Sequence[Number]) -> list[Number]:
    """``numbers`` but for those that a view repeats, since it is of the same cells."""
    first: dict[tuple[object, ...], Number] = {}
    for each in numbers:
        first.setdefault((each.name, each.of, each.value, each.low, each.high), each)
    return [each for each in numbers if each.note not in VIEWS or each in first.values()]


def _row(each: Number) -> dict[str, Any]:
    return {
        "number": each.name,
        "of": each.of,
        "value": _written(each.value, each.unit),
        "interval": _interval(each),
        "unit": each.unit,
        "n": f"{each.n:.3g} {_singular(each.units) if each.n == 1 else each.units}" if each.n else "",
        "p": _p(each),
        "note": each.note,
    }


def _p(each: Number) -> str:
    if math.isnan(each.p) or not (math.isfinite(each.low) or math.isfinite(each.high)):
        return ""
    return f"{each.p:.3f}" if each.p >= LEAST_P else f"<{LEAST_P}"


def _singular(units: str) -> str:
    return units.removesuffix("s")


def _interval(each: Number) -> str:
    if not math.isfinite(each.low) and not math.isfinite(each.high):
        return "unbounded"
    return f"{_written(each.low, each.unit)} to {_written(each.high, each.unit)}"


def _written(value: float, unit: str) -> str:
    if unit.startswith("points"):
        return signed(value)
    return f"{value:.4g}" if math.isfinite(value) else "unbounded"
