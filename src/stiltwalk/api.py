"""The commands as Python functions, returning pandas frames.

Workers are spawned processes: in a script, call these below ``if __name__ == "__main__":``. Where several
names may be given, one alone may stand without its list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from stiltwalk.analyse.estimates import CONFIDENCE
from stiltwalk.analyse.gains import gains as gains_of
from stiltwalk.analyse.verdicts import Verdict
from stiltwalk.cli import named, options, studies
from stiltwalk.cli.verdict import judged
from stiltwalk.engine.engine_options import LOCAL, EngineChoice, choose_engine
from stiltwalk.engine.prepare import Prepared
from stiltwalk.literature.records.evidence import Judge
from stiltwalk.literature.records.synthesis import Reviewer, Synthesis
from stiltwalk.spec.errors import UserError
from stiltwalk.spec.tracking import chosen_trackers
from stiltwalk.store.rows import study_rows
from stiltwalk.store.store import open_store

Folder = str | PathLike[str] | None
Names = str | PathLike[str] | Sequence[str | PathLike[str]]


def run(
    study: str | PathLike[str] | Mapping[str, Any],
    *,
    data_dir: Folder = None,
    store: Folder = None,
    overrides: Mapping[str, Any] | None = None,
    workers: int | None = None,
    scale: str | None = None,
    engine: str = "local",
    engine_options: Mapping[str, Any] | None = None,
    track: str | Sequence[str] = (),
) -> pd.DataFrame:
    """Run what is missing of ``study`` and return its result rows.

    Args:
        study: a study file, a preset, the name of a study run before, or a study as a mapping.
        data_dir: folder of the original data files; default ``STILTWALK_DATA``.
        store: where results are kept; default ``STILTWALK_STORE``, else the platform's data folder.
        overrides: dotted field → value, such as ``{"recipe.target.epochs": 1}``.
        workers: worker processes; default: cores / threads, at most two a GPU; 0: in this process.
        scale: at which of the study's scales; default: its first.
        engine: who carries steps out: ``local``, ``ray`` or ``slurm``.
        engine_options: as on the command line after ``-e``, such as ``{"address": "head:6379"}``.
        track: trackers that draw trainings while they run, such as ``["tensorboard"]``.

    Raises:
        UserError: the study is not valid, or something it needs is missing; the engine cannot be had.
        StepFailedError: a step failed; everything finished is kept.
        InterruptedRunError: stopped on request; everything finished is kept.
    """
    _require_workers(workers)
    changes = _mapping("overrides", overrides, '{"recipe.target.epochs": 1}')
    asked = _mapping("engine_options", engine_options, '{"address": "head:6379"}')
    choice, told = choose_engine(engine, asked), chosen_trackers(_listed(track))
    places = (_path(data_dir), _path(store))
    prepared = (
        studies.prepared_from(study, "the study", *places, changes, scale)
        if isinstance(study, Mapping)
        else studies.prepared(str(study), *places, changes, scale)
    )
    return _carried_out(prepared, workers, choice, told)


def transfer(
    encoder: str,
    *,
    target: Names,
    intermediate: Names = (),
    seeds: int = 3,
    recipe: str = "released",
    name: str = "transfer",
    data_dir: Folder = None,
    store: Folder = None,
    workers: int | None = None,
) -> pd.DataFrame:
    """Run a one-off study of one encoder and return its result rows; raises as :func:`run`.

    A task is named, or the path of a task file; one alone needs no list: ``target="pocket-retrieval"``.
    """
    raw = {
        "study": name,
        "encoders": [encoder],
        "intermediate": _listed(intermediate),
        "targets": _listed(target),
        "seeds": seeds,
        "recipe": recipe,
    }
    return run(raw, data_dir=data_dir, store=store, workers=workers)


def evaluate(
    model: str,
    *,
    target: Names,
    recipe: str = "released",
    overrides: Mapping[str, Any] | None = None,
    data_dir: Folder = None,
    store: Folder = None,
    workers: int | None = None,
) -> pd.DataFrame:
    """Test a finished step, a folder or a hub model, and return the rows; raises as :func:`run`.

    ``target`` is one task or a list. ``overrides`` are as there: ``{"targets.0.layers": "all"}``,
    ``{"encoders.0.prefix": "query: "}``.
    """
    _require_workers(workers)
    changes = _mapping("overrides", overrides, '{"targets.0.layers": "all"}')
    places = (_path(data_dir), _path(store))
    return _carried_out(studies.prepared_evaluation(model, _listed(target), recipe, places, changes), workers)


def results(study: str, *, store: Folder = None, scale: str | None = None) -> pd.DataFrame:
    """Result rows of a study run before, at one of its scales, tidy, one number a row.

    Raises:
        UnknownNameError: no such study was run with this store.
    """
    opened = options.kept_store(_path(store))
    return study_rows(opened, named.kept_plan(opened, study, scale))


def gains(rows: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Gains over the arm ``none``, paired by seed, for every target, language and metric of ``rows``.

    Each has its interval over seeds (``low``, ``high``, at ``confidence``), its standard error, degrees of
    freedom and p, and the smallest gain that so many seeds would find four times in five (``mde``). What the
    seeds leave open has the interval from -inf to inf.
    """
    return gains_of(rows, confidence)


def verdict(study: str, *, store: Folder = None, scale: str | None = None, final: bool = False) -> Verdict:
    """What the results of a study run before decide of its question; a new look at them is put on record.

    At scale ``pocket`` it is a rehearsal, and does not answer the question.

    Args:
        study: its name, or the file or preset that it comes from.
        store: where its results are kept.
        scale: at which of its scales; default: its first.
        final: judge it as it stands, though cells are missing; that is its last look.

    Raises:
        UnknownNameError: no such study was run with this store.
    """
    opened = options.kept_store(_path(store))
    return judged(named.kept_plan(opened, study, scale), opened, final=final).verdict


def report(
    study: str,
    *,
    out: Folder = None,
    store: Folder = None,
    scale: str | None = None,
    claims: Folder = None,
    literature: Names = (),
    final: bool = False,
) -> Path:
    """Write the report of a study run before: one page, with figures, tables and claims as files beside it.

    A study that is complete is judged, which is a look and is put on record; on one that is not no look is
    spent, and its verdict is held back.

    Args:
        study: its name, or the file or preset that it comes from.
        out: the report's folder, new, empty or an earlier report; default ``NAME-report`` in the current one.
        store: where its results are kept.
        scale: at which of its scales; default: its first.
        claims: a file of claims in place of those that come along.
        literature: what others found, to stand beside it: names of kept syntheses, or files of them.
        final: judge it as it stands, though cells are missing; that is its last look.

    Returns:
        The path of ``report.html``.

    Raises:
        UnknownNameError: no such study was run with this store.
        UserError: nothing of it is finished; there is no such synthesis; ``out`` holds something else, or
            cannot be written.
    """
    # drawing takes a second to load, for which the other functions do not wait
    from stiltwalk.cli.reporting.reported import default_folder, reported  # noqa: PLC0415

    opened = options.kept_store(_path(store))
    plan = named.kept_plan(opened, study, scale)
    folder = _path(out) or default_folder(plan)
    found = _listed(literature)
    return reported(plan, opened, folder, claims=_path(claims), literature=found, final=final, quiet=True)


def synthesis(
    question: str,
    *,
    sources: str | Sequence[str] | None = None,
    folder: Folder = None,
    endpoints: Mapping[str, str] | None = None,
    limit: int = 100,
    query: str = "",
    since: int | None = None,
    until: int | None = None,
    languages: str | Sequence[str] = ("en",),
    name: str | None = None,
    offline: bool = False,
    max_age: float | None = None,
    judge: str | Judge = "lexical",
    encoder: str | None = None,
    reviewers: str | Sequence[str | Reviewer] = (),
    store: Folder = None,
) -> Synthesis:
    """What others found: the command ``literature`` without its report.

    Args:
        question: in English.
        sources: databases; default: all five, or none where there is a folder.
        folder: of papers on this machine.
        endpoints: database → address to ask in place of its own; of ``acl`` a folder with its data.
        limit: most records of one database.
        query: what databases are asked; default: the question's words.
        since: earlier papers are left out.
        until: later papers are left out.
        languages: ISO 639-1 codes of languages that are read.
        name: by which it is kept; default: made of the question.
        offline: use only what was fetched before.
        max_age: days after which databases are asked again for what is kept; default: they never are.
        judge: ``lexical``, a model's folder or hub id, ``module:function``, or a judge itself.
        encoder: a model that evidence is searched for by too.
        reviewers: further ones, as ``module:function`` or as functions.
        store: where everything is kept.

    Raises:
        UserError: the question cannot be searched for, another one has its name, a source or model is not
            known, or all sources failed.
    """
    # the libraries that read papers take a while to load
    from stiltwalk.cli.literature.asked import Asked  # noqa: PLC0415
    from stiltwalk.cli.literature.made import made, ready  # noqa: PLC0415

    addresses = _mapping("endpoints", endpoints, '{"openalex": "https://mirror.example.org"}')
    further = [reviewers] if isinstance(reviewers, str) else [*reviewers]
    asked = Asked(
        sources=None if sources is None else ",".join(_listed(sources)),
        folder=_path(folder),
        endpoints=tuple(f"{database}={address}" for database, address in addresses.items()),
        limit=limit,
        query=query,
        since=since,
        until=until,
        languages=tuple(_listed(languages)),
        name=name,
        offline=offline,
        max_age=max_age,
        judge=judge if isinstance(judge, str) else "lexical",
        encoder=encoder,
        reviewers=tuple(each for each in further if isinstance(each, str)),
    )
    return made(
        ready(question, asked),
        open_store(options.store_root(_path(store))),
        judge=None if isinstance(judge, str) else judge,
        reviewers=[each for each in further if not isinstance(each, str)],
    )


def _carried_out(
    prepared: Prepared, workers: int | None, engine: EngineChoice = LOCAL, trackers: Sequence[str] = ()
) -> pd.DataFrame:
    studies.carry_out(prepared, workers, engine=engine, trackers=trackers)
    return study_rows(prepared.place.store, prepared.plan)


def _path(given: Folder) -> Path | None:
    return None if given is None else Path(given)


def _listed(given: Names) -> list[str]:
    """One name is a list of one, where Python would take it for a list of letters."""
    return [str(given)] if isinstance(given, str | PathLike) else [*map(str, given)]


def _mapping(name: str, given: Mapping[str, Any] | None, such_as: str) -> Mapping[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise UserError(f"{name}: expected a mapping such as {such_as}, found {given!r}.")
    return given or {}


def _require_workers(given: int | None) -> None:
    if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 0):
        raise UserError(
            "workers: expected a number of processes, 0 for this one, or None for as many as fit; found "
            f"{given!r}."
        )
