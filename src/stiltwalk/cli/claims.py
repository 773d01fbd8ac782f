"""Printing claims: which there are, and how they stand by the rows of a study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stiltwalk.analyse.claims.judged import OUT_OF_SCOPE, Judged, Reading, Tried
from stiltwalk.analyse.claims.judging import judge_all
from stiltwalk.analyse.claims.scoping import REHEARSAL
from stiltwalk.analyse.claims.words import stated, without
from stiltwalk.analyse.decisions.wording import plain, signed
from stiltwalk.analyse.verdicts import Number
from stiltwalk.cli import estimates, options, show
from stiltwalk.cli.evidence import gathered
from stiltwalk.cli.named import kept_plan
from stiltwalk.render.claims_json import finite
from stiltwalk.spec.claims import Claim, read_claims, shipped_claims
from stiltwalk.spec.predicates import DecisionIs, Predicate


def show_claims(file: Path | None, *, as_json: bool) -> None:
    """Print the claims that come along, or those in ``file``.

    Raises:
        UserError: the file cannot be read, or holds no valid claims.
    """
    found = _claims(file)
    if as_json:
        show.print_object({"claims": [claim.model_dump(mode="json") for claim in found]})
        return
    rows = [_listed(claim) for claim in found]
    show.print_table(rows, ("claim", "version", "text", "scope", "source"), title="Claims")
    estimates.say("\n'stiltwalk claims STUDY' holds them against the rows of a study.")


def show_judged(
    name: str, scale: str | None, store: Path | None, file: Path | None, *, as_json: bool
) -> None:
    """Print how claims stand by the rows of a study that was run before.

    Raises:
        UserError: there is no such study; the file of claims cannot be read.
    """
    claims = _claims(file)
    opened = options.kept_store(store)
    evidence = gathered(kept_plan(opened, name, scale), opened)
    found = judge_all(claims, evidence)
    if as_json:
        show.print_object({"study": evidence.study.study, "claims": [finite(each) for each in found]})
        return
    if evidence.study.scale == REHEARSAL:
        estimates.say("A rehearsal: does not answer the question at this scale.\n")
    show.print_table(
        [_verdict(each) for each in found],
        ("claim", "verdict", "posterior", "suggests", "rows", "digest"),
        title=f"Claims by the rows of {evidence.study.study}",
    )
    _say_why(found)
    readings = [
        _reading(claim, each, one)
        for claim, each in zip(claims, found, strict=True)
        for one in each.readings
        if one.numbers
    ]
    if readings:
        show.console.print()
        columns = ("claim", "states", "cells", "verdict", "posterior", "number", "p", "otherwise", "note")
        show.print_table(readings, columns, title="Statement by statement")
    _say_terms(found)


def _claims(file: Path | None) -> tuple[Claim, ...]:
    return shipped_claims() if file is None else read_claims(file)


def _listed(claim: Claim) -> dict[str, Any]:
    scope, source = claim.scope, claim.source
    where = [
        " or ".join(scope.encoders) or _size(scope.parameters_above),
        scope.benchmark or "",
        "/".join(dict.fromkeys(scope.targets.values())),
        " or ".join(scope.recipes),
    ]
    recalled = " (from memory)" if source.recalled else ""
    return {
        "claim": claim.id,
        "version": claim.version,
        "text": claim.text,
        "scope": ", ".join(part for part in where if part),
        "source": f"{source.paper}, {source.place}{recalled}",
    }


def _size(parameters: float | None) -> str:
    return "any encoder" if parameters is None else f"encoders above {parameters:,.0f} parameters"


def _verdict(judged: Judged) -> dict[str, Any]:
    main = [each for each in judged.readings if not each.left_out]
    return {
        "claim": judged.claim,
        "verdict": judged.verdict,
        "posterior": "; ".join(
            f"{each.name}: {_shown(each.posterior)}" for each in main if each.posterior is not None
        ),
        "suggests": judged.suggests,
        "rows": judged.rests_on.rows,
        "digest": judged.rests_on.digest,
    }


def _reading(claim: Claim, judged: Judged, reading: Reading) -> dict[str, Any]:
    predicate = next(each for each in claim.predicates if each.name == reading.name)
    single = reading.numbers[0] if len(reading.numbers) == 1 else None
    return {
        "claim": judged.claim,
        "states": stated(predicate),
        "cells": without(reading.left_out),
        "verdict": reading.verdict,
        "posterior": _shown(reading.posterior),
        "number": _number(single) if single else _several(predicate, reading),
        "p": f"{single.p:.3f}" if single and math.isfinite(single.p) else "",
        "otherwise": "; ".join(map(_tried, reading.tried)),
        "note": reading.note,
    }


def _several(predicate: Predicate, reading: Reading) -> str:
    if isinstance(predicate, DecisionIs):
        return "see 'stiltwalk verdict'"
    return f"{len(reading.numbers)} numbers (--json)"


def _number(found: Number) -> str:
    if not math.isfinite(found.value):
        return "not known"
    written = signed if "points" in found.unit else plain
    ends = f"[{written(found.low)}, {written(found.high)}]"
    bounded = math.isfinite(found.low) or math.isfinite(found.high)
    of = f"{found.of}: " if found.of else ""
    return f"{of}{written(found.value)} {found.unit} {ends if bounded else '[unbounded]'}"


def _tried(tried: Tried) -> str:
    """``margin 4: 0.99``."""
    return f"{tried.name} {tried.value:g}: {_shown(tried.posterior)}"


def _shown(posterior: float | None) -> str:
    """Two decimals; never 0 or 1, which no rows give."""
    if posterior is None:
        return "none"
    return "< 0.01" if posterior < 0.01 else "> 0.99" if posterior > 0.99 else f"{posterior:.2f}"


def _say_why(found: Sequence[Judged]) -> None:
    """Every reason and caveat once, behind the claims that it is of."""
    for title, lines in (
        ("Why out of scope, or what is missing:", {each.claim: each.why for each in found}),
        ("To be known beside it:", {each.claim: each.caveats for each in found}),
    ):
        claims: dict[str, list[str]] = {}
        for claim, sentences in lines.items():
            for sentence in sentences:
                claims.setdefault(sentence, []).append(claim)
        if claims:
            estimates.say(f"\n{title}")
        for sentence, of in claims.items():
            estimates.say(f"  {', '.join(of)}: {sentence}")


def _say_terms(found: Sequence[Judged]) -> None:
    """What verdicts and posteriors mean."""
    if not found:
        return
    priors = sorted({each.prior for each in found})
    held = " or ".join(f"{prior:g}" for prior in priors)
    bar = found[0].confidence
    estimates.say(
        f"\nPosterior: how probable the statement is, given the rows, if before any row gains are held to be "
        f"normal around 0 with a standard deviation of {held} points (--json says of which claim). Verified "
        f"from {bar:g} on, refuted up to {1 - bar:.4g}. Under 'otherwise': with half and twice that standard "
        f"deviation, and with other thresholds where one is ours (*)."
    )
    if any(each.verdict == OUT_OF_SCOPE for each in found):
        estimates.say(
            "Out of scope: rows of something else than the claim is of neither verify nor refute it."
        )
