"""The page: every part of a report in the order of a paper, the verdict first, in one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from jinja2 import Environment

from stiltwalk.analyse.claims.judged import OUT_OF_SCOPE, REFUTED, VERIFIED
from stiltwalk.analyse.decisions.wording import large
from stiltwalk.analyse.verdicts import UNDECIDED
from stiltwalk.render.charts.chart import Chart
from stiltwalk.render.contents import Claimed, Contents
from stiltwalk.render.page import words
from stiltwalk.render.page.beside import beside
from stiltwalk.render.page.drill import behind, block, language_name
from stiltwalk.render.page.frame import asset, environment, policy, sheet
from stiltwalk.render.page.heat import Heat, heats
from stiltwalk.render.page.lead import lead
from stiltwalk.render.page.marks import Mark, by_target, marks, reference
from stiltwalk.render.page.placing import Placed, placed
from stiltwalk.render.page.quoting import quoted
from stiltwalk.render.page.story import abstract, languages_of, unmeasured
from stiltwalk.render.tables.table import Table

PARTS: Final[Mapping[str, str]] = {
    "abstract": "Abstract",
    "method": "Method",
    "results": "Results",
    "scaling": "Scaling curves",
    "efficiency": "Batch size and efficiency",
    "languages": "Languages",
    "claims": "Claims",
    "literature": "What others found",
    "audit": "Audit",
    "costs": "Costs",
    "limitations": "Limitations",
    "reproduce": "How to reproduce",
    "references": "References",
    "files": "Files",
}
"""Parts below the verdict → their headings, in the order of a paper."""


class Back(NamedTuple):
    """Where a caveat's sentence leads back to.

    Attributes:
        place: the id of the map or table.
        name: what it is called.
        table: its number; 0: it is a map.
    """

    place: str
    name: str
    table: int


def page(contents: Contents, tables: Sequence[Table], charts: Sequence[Chart]) -> str:
    """The report as one HTML file: its style, its script and its data are inside, and it fetches nothing.

    It opens from a disk, prints, and can be read without its script; the links below tables and charts lead
    to ``tables/NAME.csv`` (``.md``, ``.tex``) and ``figures/NAME.svg`` (``.pdf``) beside it. All that comes
    from the study is escaped.

    Args:
        contents: what is shown.
        tables: as ``report.tables`` makes them.
        charts: as ``report.charts`` makes them.
    """
    found = marks(contents)
    own = by_target(found)
    maps, scale = heats(contents)
    shown = placed(tables, charts, own, ("verdict", *PARTS), contents.rehearsal)
    style, script = sheet(), asset("frame.js") + asset("page.js")
    values: dict[str, Any] = {
        "c": contents,
        "lead": lead(contents.verdict),
        "abstract": abstract(contents),
        "languages_of": languages_of(contents),
        "unmeasured": unmeasured(contents),
        "maps": maps,
        "scale": scale,
        "data": block(contents, maps, behind(contents)),
        "claims": _claims(contents),
        "beside": beside(contents),
        "marks": found,
        "general": [(mark, True) for mark in found if mark.general],
        "heads": {heat.place: _heads(heat, own) for heat in maps},
        "backs": _backs(found, maps, shown),
        "shown": shown,
        "style": style,
        "script": script,
        "policy": policy(style, script, [each.html for each in shown.every]),
        "first": "verdict",
    }
    values["parts"] = _parts(contents, shown)
    return _environment().get_template("page.html").render(values)


@cache
def _environment() -> Environment:
    return environment(
        ("stiltwalk.render.page",),
        (
            words.points,
            words.ends,
            words.p_value,
            words.value_of,
            words.ends_of,
            words.tested,
            words.hours,
            large,
            words.degrees,
            language_name,
            quoted,
            reference,
        ),
    )


def _parts(contents: Contents, shown: Placed) -> dict[str, str]:
    """The parts that there is something to say in, with their headings."""
    empty = {
        "efficiency": True,
        "languages": True,
        "claims": not contents.claims,
        "literature": contents.literature is None,
        "audit": contents.audit is None,
        "costs": True,
        "scaling": True,
        "references": not contents.references,
    }
    return {
        name: heading for name, heading in PARTS.items() if name in shown.parts or not empty.get(name, False)
    }


def _claims(contents: Contents) -> dict[str, list[tuple[int, Claimed]]]:
    """Verdict → its claims with their numbers, those that the rows decide first."""
    found: dict[str, list[tuple[int, Claimed]]] = {
        verdict: [] for verdict in (VERIFIED, REFUTED, UNDECIDED, OUT_OF_SCOPE)
    }
    for number, each in enumerate(contents.claims, 1):
        found[each.judged.verdict].append((number, each))
    return {verdict: own for verdict, own in found.items() if own}


def _heads(heat: Heat, own: Mapping[str, tuple[Mark, ...]]) -> dict[str, tuple[tuple[Mark, bool], ...]]:
    """Target → its marks, each with whether it is the first of its letter in the map."""
    used: set[str] = set()
    heads = {}
    for target in heat.targets:
        found = own.get(target, ())
        heads[target] = tuple((mark, mark.letter not in used) for mark in found)
        used |= {mark.letter for mark in found}
    return heads


def _backs(found: Sequence[Mark], maps: Sequence[Heat], shown: Placed) -> dict[str, tuple[Back, ...]]:
    """Letter of a caveat → where it is marked first in every map and table."""
    places: dict[str, list[Back]] = {mark.letter: [] for mark in found}
    for heat in maps:
        for mark in found:
            if mark.general or {*mark.targets} & {*heat.targets}:
                name = "heat map" if len(maps) == 1 else f"heat map of {heat.encoder}"
                places[mark.letter].append(Back(f"heat-{heat.place}", name, 0))
    for table in shown.every:
        for letter in table.letters:
            places[letter].append(Back(f"table-{table.name}", f"table {table.number}", table.number))
    return {letter: tuple(own) for letter, own in places.items()}
