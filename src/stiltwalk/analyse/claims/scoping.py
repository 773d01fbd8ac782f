"""Scoping: whether a study's rows are what a claim speaks of, and what they lack."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from stiltwalk.analyse.decisions.arms import collapsed_arms
from stiltwalk.analyse.decisions.wording import counted, listed
from stiltwalk.analyse.evidence import Evidence
from stiltwalk.analyse.responses import Responses
from stiltwalk.spec.adaptation import FULL
from stiltwalk.spec.claims import Claim, Scope
from stiltwalk.spec.errors import nearest
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.predicates import DecisionIs
from stiltwalk.spec.study import Study
from stiltwalk.spec.targets import TargetChoice
from stiltwalk.spec.tasks import Catalogue, find_task
from stiltwalk.spec.tasks.benchmarks import find_benchmark

REHEARSAL = "pocket"
"""The scale that no claim is of."""

LEAST_SEEDS: Final = 5
"""Fewer bear no claim: posteriors of three are not calibrated (docs/statistics.md)."""


def outside(claim: Claim, evidence: Evidence) -> tuple[str, ...]:
    """Why the study's rows are not those that ``claim`` speaks of, a sentence each; empty: they are."""
    study, scope = evidence.study, claim.scope
    found = [f"The study is a rehearsal, at the scale {REHEARSAL}."] if study.scale == REHEARSAL else []
    found += _encoders(scope, evidence)
    found += _recipes(claim, study)
    chosen = {each.task: each for each in study.targets}
    if missing := [name for name in scope.targets if name not in chosen]:
        found.append(f"The study has no target called {_hinted(missing, chosen)}.")
    found += _splits(scope, chosen)
    for name, split in scope.targets.items():
        if name in chosen and chosen[name].split == split:
            found += _target(chosen[name], scope, evidence.tasks)
    if missing := [arm for arm in arms_of(claim) if arm not in study.arms]:
        found.append(f"The study has no arm called {_hinted(missing, study.arms)}.")
    for predicate in claim.predicates:
        if isinstance(predicate, DecisionIs) and predicate.decision != study.analysis.decision:
            found.append(
                f"The study's analysis decides '{study.analysis.decision}', not '{predicate.decision}'."
            )
    return tuple(found)


def arms_of(claim: Claim) -> tuple[str, ...]:
    """Every arm that a predicate of ``claim`` needs, each once."""
    return tuple(dict.fromkeys(arm for each in claim.predicates for arm in each.arms_needed))


def rests_on_rows(claim: Claim) -> bool:
    """Whether a predicate of ``claim`` is held against rows themselves, not against the study's decision."""
    return not all(isinstance(each, DecisionIs) for each in claim.predicates)


def judged_by(claim: Claim, found: Sequence[Responses]) -> Responses | None:
    """The scores that ``claim`` is judged by: of the first encoder in its scope, else of the first."""
    inside = (each for each in found if each.encoder in claim.scope.encoders)
    return next(inside, next(iter(found), None))


def gaps(claim: Claim, evidence: Evidence, found: Responses | None) -> tuple[str, ...]:
    """Which rows of the claim's own are not there yet, or say nothing, a sentence each."""
    if found is None:
        return ("No cell of the study is finished.",)
    wanted = [arm for arm in arms_of(claim) if arm in evidence.study.arms]
    collapsed = [arm for arm in collapsed_arms(evidence, found.encoder) if arm in wanted]
    said = []
    if evidence.finished < evidence.planned and any(
        isinstance(each, DecisionIs) for each in claim.predicates
    ):
        done = f"{evidence.finished} of {counted(evidence.planned, 'cell')}"
        said.append(f"The study decides once it is complete; {done} are finished.")
    if collapsed:
        said.append(f"Every intermediate training of {listed(collapsed)} collapsed, so the arm says nothing.")
    if rowless := [arm for arm in wanted if arm not in found.arms]:
        said.append(f"No cell of the arm {listed(rowless)} is finished.")
    there = [arm for arm in wanted if arm in found.arms]
    said += _cells_lacking(claim, evidence, found, there)
    if rests_on_rows(claim):
        said += _seeds_lacking(found, there)
    return tuple(said)


def _seeds_lacking(found: Responses, arms: Sequence[str]) -> Iterator[str]:
    runs = ~np.isnan(found.healthy[[found.arms.index(arm) for arm in arms]])
    seeds = {int(each.any(axis=1).sum()) for each in runs}
    if seeds and 0 < min(seeds) < LEAST_SEEDS:
        yield f"A claim takes {LEAST_SEEDS} seeds at least; some of its arms have {min(seeds)}."


def _cells_lacking(claim: Claim, evidence: Evidence, found: Responses, arms: Sequence[str]) -> Iterator[str]:
    # (arms, cells): under some seed
    there = np.asarray(~np.isnan(found.healthy[[found.arms.index(arm) for arm in arms]]).all(axis=1))
    studied = [each.task for each in evidence.study.targets]
    for name in studied if not claim.scope.targets else (n for n in claim.scope.targets if n in studied):
        cells = [place for place, target in enumerate(found.targets) if target == name]
        lost = [arm for arm, row in zip(arms, there, strict=True) if not row[cells].any()]
        if lost:
            yield f"On {name} no run of {listed(lost)} is finished that did not collapse."
            continue
        tested = [found.languages[place] for place in cells]
        split = claim.scope.targets.get(name, "test")
        if codes := [
            code for code in _languages(name, split, claim.scope, evidence.tasks) if code not in tested
        ]:
            yield f"On {name} there are no rows in {listed(codes)}."


def _encoders(scope: Scope, evidence: Evidence) -> Iterator[str]:
    study = evidence.study
    names = [each.name for each in study.encoders]
    inside = [each for each in study.encoders if each.name in scope.encoders]
    if scope.encoders and not inside:
        yield f"The claim is of {listed(scope.encoders)}, the study of {listed(names)}."
    if any(each.adaptation != FULL for each in inside):
        yield f"The study trains {inside[0].name} by an adaptation, and not in full."
    if scope.parameters_above is not None and not any(
        name in names and size.parameters > scope.parameters_above for name, size in evidence.encoders.items()
    ):
        least = f"{scope.parameters_above:,.0f} parameters"
        yield f"None of the study's encoders is known to have more than {least}."


def _recipes(claim: Claim, study: Study) -> Iterator[str]:
    used = {study.recipe_of(arm) for arm in arms_of(claim) if arm in study.arms}
    others = sorted(used - {*claim.scope.recipes})
    if claim.scope.recipes and others:
        starred = " (* is a changed one)" if any(name.endswith("*") for name in others) else ""
        wanted = " or ".join(claim.scope.recipes)
        yield f"The claim is of the recipe {wanted}, the study of {listed(others)}{starred}."


def _splits(scope: Scope, chosen: Mapping[str, TargetChoice]) -> Iterator[str]:
    for split in dict.fromkeys(scope.targets.values()):
        wanted = [name for name, own in scope.targets.items() if own == split and name in chosen]
        if others := [name for name in wanted if chosen[name].split != split]:
            yield f"The claim is of the {split} split of {listed(others)}, the study of another."


def _target(chosen: TargetChoice, scope: Scope, tasks: Catalogue) -> Iterator[str]:
    """What sets the target as the study has it apart from the claim's."""
    name, split = chosen.task, chosen.split
    if chosen.trains_on is not None or chosen.train_languages != (SOURCE_LANGUAGE,):
        yield f"The study trains {name} on other data than the benchmark does."
    if chosen.languages is not None:
        wanted = _languages(name, split, scope, tasks)
        if codes := [code for code in wanted if code not in chosen.languages]:
            yield f"The study leaves out {listed(codes)} of {name}."


def _languages(name: str, split: str, scope: Scope, tasks: Catalogue) -> tuple[str, ...]:
    """The languages that the benchmark tests ``name`` in, as far as the split has them."""
    if scope.benchmark is None:
        return ()
    for each in find_benchmark(scope.benchmark).tasks:
        if each.task == name:
            known = find_task(name, tasks).splits
            return tuple(
                code
                for code in each.languages
                if any(place == split and code in held.languages for place, held in known.items())
            )
    return ()


def _hinted(missing: Sequence[str], known: Collection[str]) -> str:
    """The names, and for a single one the nearest that there is."""
    close = nearest(missing[0], known) if len(missing) == 1 else None
    return f"{listed(missing)} (did you mean '{close}'?)" if close else listed(missing)
