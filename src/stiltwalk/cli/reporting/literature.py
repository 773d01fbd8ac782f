"""What others found beside what the study found: claims of syntheses joined with its gains, and cited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from stiltwalk.analyse.averages import OVERALL
from stiltwalk.literature.agreement import Agreement, Ours, agreement
from stiltwalk.literature.beside import About, about, resembles, task_names
from stiltwalk.literature.keeping import read_synthesis, synthesis_in
from stiltwalk.literature.records.evidence import Checked
from stiltwalk.literature.records.papers import Work
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.contents import Beside, Contents, Literature, Reference
from stiltwalk.render.page.heat import HEADLINE
from stiltwalk.render.synthesis.citing import line, links_of, numbers_of, short
from stiltwalk.spec.tasks import find_task
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS
from stiltwalk.store.store import Store


def read_syntheses(store: Store, asked: Sequence[str]) -> tuple[Synthesis, ...]:
    """The syntheses that are asked for, each once: by the name one is kept under, or by its file.

    Raises:
        UserError: there is none of a name, or a file is none; or it cites what it does not include.
    """
    found = []
    for each in dict.fromkeys(asked):
        path = Path(each).expanduser()
        given = path / "synthesis.json" if path.is_dir() else path
        is_file = given.suffix == ".json" or given.is_file()
        synthesis = synthesis_in(given) if is_file else read_synthesis(store, each)
        numbers_of(synthesis)  # whatever is quoted has its reference
        found.append(synthesis)
    return tuple(found)


class _Cited(NamedTuple):
    """A claim with the work that states it, and what it is about."""

    checked: Checked
    work: Work
    found: About


def with_literature(contents: Contents, syntheses: Sequence[Synthesis]) -> Contents:
    """``contents`` with the claims of ``syntheses`` beside its own numbers, and their papers cited.

    A claim is held against the arm that trains on just the tasks which it names, on the target or benchmark
    that it names, by the rules of ``literature.beside`` and ``literature.agreement``.
    """
    known = task_names(contents.tasks)
    cited: list[_Cited] = []
    others = 0
    for synthesis in syntheses:
        works = {work.key: work for work in synthesis.works}
        for checked in synthesis.checked:
            found = about(checked.claim, contents.study, contents.tasks, known)
            if found is None:
                others += 1
            else:
                cited.append(_Cited(checked, works[checked.claim.work], found))
    keys, references = _references(contents.references, [each.work for each in cited])
    rows = tuple(row for each in cited for row in _rows(contents, each, keys[each.work.key]))
    return replace(
        contents,
        literature=Literature(tuple(each.name for each in syntheses), rows, others),
        references=references,
    )


def _references(
    given: tuple[Reference, ...], works: Sequence[Work]
) -> tuple[Mapping[str, str], tuple[Reference, ...]]:
    """Key of a work → key of its reference; and all references, those that were there before first."""
    by_url = {each.url: each.key for each in reversed(given) if each.url}  # of two the first
    used = {each.key for each in given}
    keys: dict[str, str] = {}
    added = []
    for work in works:
        if work.key in keys:
            continue
        urls = [link.href for link in links_of(work.paper)]
        same = next((by_url[url] for url in urls if url in by_url), None)
        if same is None:
            name = short(work.paper)
            same = next(key for key in _numbered(name) if key not in used)
            added.append(Reference(same, line(work), urls[0] if urls else ""))
        used.add(same)
        keys[work.key] = same
    return keys, (*given, *added)


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name} ({number})"
        number += 1


def _rows(contents: Contents, each: _Cited, key: str) -> Iterator[Beside]:
    """A row for each encoder that the claim may be held against; one where it cannot be."""
    found = each.found
    like = resembles(found, [claimed.claim for claimed in contents.claims])
    bare = Beside(
        checked=each.checked,
        reference=key,
        section=each.checked.claim.section,
        encoder="",
        arm=found.arm,
        of=found.data,
        language=found.language,
        ours=None,
        agreement=Agreement("not comparable", f"Not held against the study: {found.why_not}."),
        like=like,
    )
    if found.why_not:
        yield bare
        return
    if not found.arm:
        yield bare._replace(agreement=Agreement("not measured", "The study has no arm of just these tasks."))
        return
    for encoder in found.encoders:
        yield _held(contents, each, bare._replace(encoder=encoder))


def _held(contents: Contents, each: _Cited, row: Beside) -> Beside:
    ours = _ours(contents, each.found, row.encoder)
    if ours is None:
        return row._replace(
            agreement=Agreement("not measured", "The study has no gain there that its verdict would rest on.")
        )
    if contents.withheld:
        said = Agreement("not decided", "The study is not complete.")
    else:
        said = agreement(
            each.checked.claim,
            ours,
            margin=contents.study.analysis.margin,
            number=each.found.number and ours.targets == _averaged_by_them(each.found),
            sized=each.found.sized,
            rehearsal=bool(contents.rehearsal),
        )
    return row._replace(ours=ours, agreement=said)


def _averaged_by_them(found: About) -> int:
    """Over how many targets the claim averages; of fewer, the number would be another."""
    return len(BENCHMARKS[found.data].tasks) if found.average else 1


def _ours(contents: Contents, found: About, encoder: str) -> Ours | None:
    """The gain of the arm: over all targets, on one, or on one in one language."""
    frame = _in_language(contents, found) if found.language else _averaged(contents.averages, found)
    own = frame[(frame["encoder"] == encoder) & (frame["intermediate"] == found.arm)]
    if len(own) != 1 or not own["gain"].notna().all() or not (own["seeds"] > 0).all():
        return None
    row = own.iloc[0]
    targets = int(row["targets"]) if "targets" in own else 1
    return Ours(float(row["gain"]), float(row["low"]), float(row["high"]), float(row["seeds"]), targets)


def _averaged(frame: pd.DataFrame, found: About) -> pd.DataFrame:
    """The averages that verdicts rest on: over languages without labels, collapsed runs left out."""
    level, of = (OVERALL, OVERALL) if found.average else ("target", found.data)
    verdicts = (frame["view"] == HEADLINE) & frame["healthy"].astype(bool)
    return frame[verdicts & (frame["level"] == level) & (frame["of"] == of)]


def _in_language(contents: Contents, found: About) -> pd.DataFrame:
    """Gains in one language without collapsed runs; none where a score is a mean of several metrics."""
    frame = contents.gains
    main = find_task(found.data, contents.tasks).scoring.main if not found.average else ()
    if len(main) != 1:
        return frame.iloc[:0]
    single = (frame["metric"] == main[0]) & frame["layer"].isna() & (frame["degenerate"] == 0)
    return frame[single & (frame["target"] == found.data) & (frame["language"] == found.language)]
