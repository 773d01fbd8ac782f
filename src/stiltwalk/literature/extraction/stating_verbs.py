"""Verbs that state an outcome, apart from those that set something up."""

from __future__ import annotations

import re
from typing import Final

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.numbers import Number
from stiltwalk.literature.extraction.surroundings import DOMAIN, SETTING_VERB, Surroundings
from stiltwalk.literature.extraction.vocabulary import DATA_SETS

_SETTING: Final = re.compile(
    r"\b(?:learning[ -]rates?|batch[ -]sizes?|batches|warm-?up|dropout|weight decay|epochs?|steps?"
    r"|lengths?|vocabular\w+"
    r"|seeds?|hyper-?parameters?|temperatures?|(?:number|amount|share|proportion|fraction|size) of|examples"
    r"|layers?|dimensions?|tokens?|sentences|corpus|corpora|data(?: sets?)?|settings?|protocols?"
    r"|architectures?|formats?"
    r"|schedules?|tokeni[sz]ers?|splits?|labels?|questions?|languages|pairs|procedures?"
    r"|optimi[sz]ers?|code|budgets?"
    r"|parameters?|weights|test sets?|models? sizes?|scales?|interest|attention|effort|demand|population)\b",
    re.IGNORECASE,
)
_GAINS_FROM: Final = re.compile(
    r" (?:(?:much |far )?(?:more|most|less|least|little)|the (?:most|least)) (?:from|with|by|on|in)\b"
)
_QUALIFIERS: Final = re.compile(
    r"(?: (?:only|just|another|a|an|about|around|up|to|at|least|roughly|some|over|\w+ly|further"
    r"|additional))* "
)
_CHANGING: Final = frozenset(
    {"change", "changes", "changed", "move", "moves", "moved", "bring", "brings", "brought", "gives", "gave"}
)
_NOTHING_IS: Final = re.compile(
    r"\b(?:nothing|little|no accuracy)\b(?: \w+){0,2} (?:is|was)(?: to be)?\s$", re.IGNORECASE
)
_COPULAS: Final = frozenset(
    {"is", "are", "was", "were", "has", "have", "had", "with", "go", "goes", "went", "get", "gets", "got"}
)
_OTHER_VERB: Final = re.compile(
    r"\b(?:trained|computed|set|used|split|selected|based|found in|given|run|sampled|repeated|said"
    r"|that|which|who)\b"
)
_HEAD: Final = re.compile(r"\b(?:of|over|on|in|for|across|with|at|from|between)\b")


def verb_states(cue: Cue, seen: Surroundings) -> bool:
    """Whether a verb states an outcome."""
    if any(name.kind not in {"cost", "performance"} for name in seen.overlapping):
        return False
    if cue.negated and (cue.does == "neutral" or cue.text.lower() in _CHANGING):
        return bool(seen.quantities or seen.names)
    if _WE.search(seen.before) and _is_done(cue, seen):
        return False
    if cue.text.lower() in {"pay", "pays", "paid"} and (
        _WAGES.match(seen.after) or _PAID.search(seen.before)
    ):
        return False
    if cue.does == "score":
        return _brings(cue, seen) or _scores(cue, seen)
    if cue.does == "neutral" or (SETTING_VERB.search(seen.before) and cue.does != "against"):
        return False
    return any(n.role in {"difference", "times"} for n in seen.effects) or _acts(cue, seen)


_WAGES: Final = re.compile(r" (?!(?:on|in|for|at|when|with|most|best|here|only|well)\b)\w")
_PAID: Final = re.compile(r"\b(?:is|are|was|were)(?: \w+ly)? $")


def _is_done(cue: Cue, seen: Surroundings) -> bool:
    """Whether a verb of which we are the subject says what was done: ``we add MNLI``, ``we drop runs``."""
    if cue.does == "itself" or cue.text.lower().startswith("add"):
        return True
    sets = any(n.kind in DATA_SETS | {"task", "language"} for n in seen.names)
    return cue.does == "change" and not sets and not seen.quantities


def _acts(cue: Cue, seen: Surroundings) -> bool:
    """Whether a verb states an outcome though no points or factors are given."""
    if cue.does == "change":
        return _changes(cue, seen)
    if cue.does == "gain":
        nothing = bool(_NOTHING_IS.search(seen.before)) and bool(seen.quantities or seen.names)
        return nothing or bool(_GAINS_FROM.match(seen.after)) or _gains(cue, seen)
    if cue.direction == "same" and cue.does == "against":
        placed = any(n.kind in {"target", "benchmark"} for n in seen.names) and " on " in seen.after
        return bool(seen.quantities) or placed or sum(name.kind == "encoder" for name in seen.names) > 1
    return bool(seen.effects or seen.quantities or seen.names or DOMAIN.search(seen.before + seen.after))


_WE: Final = re.compile(r"\bwe(?: \w+ly| then| also| further| first)?\s$", re.IGNORECASE)


def _gains(cue: Cue, seen: Surroundings) -> bool:
    """Whether a verb such as ``gains`` or ``needs only`` has a number that is no setting."""
    if (not seen.effects and not seen.scores) or _WE.search(seen.before):
        return False
    thrifty = cue.text.lower().endswith(("only", "just")) and any(n.role == "percent" for n in seen.effects)
    return not _SETTING.match(seen.after.lstrip()) and bool(seen.quantities or seen.names or thrifty)


def _changes(cue: Cue, seen: Surroundings) -> bool:
    """Whether a verb such as ``increases`` is said of a result rather than of a setting."""
    by_us = re.search(r"\b(?:we|they|i)(?: \w+ly| then| also| further)?\s$", seen.before, re.IGNORECASE)
    passive = re.search(r"\b(?:is|are|was|were|be|been)(?: \w+ly)?\s$", seen.before)
    # what is changed: the object, or the subject where there is no object
    ahead = re.match(
        r"(?: (?!(?:by|from|to|with|on|in|for|when|after|over|across|under|during|until|at|through"
        r"|without|and|while|most|as|once|if)\b)[\w'@-]+){0,6}",
        seen.after,
    )
    target = ahead.group() if ahead and ahead.group().strip() and not passive else seen.before[-70:]
    measured = [name for name in seen.quantities if name.text in target]
    if _SETTING.search(target) and not measured:
        return False
    sets = [n for n in seen.names if n.kind in DATA_SETS | {"task"}]
    if by_us and not (measured or sets):
        return False
    return bool(
        measured or (sets and (seen.effects or seen.scores or cue.negated)) or (seen.effects and not by_us)
    )


def _brings(cue: Cue, seen: Surroundings) -> bool:
    """Whether a difference follows a verb such as ``brings`` at once: ``brings 0.9 accuracy points``."""
    if cue.text.lower() in _COPULAS:
        return False
    after = len(seen.before) + len(cue.text)
    return any(
        (n.role == "difference" or n.text[:1] in "+-")
        and _QUALIFIERS.fullmatch(seen.after[: n.start - after]) is not None
        for n in seen.effects
        if n.start >= after
    )


def _scores(cue: Cue, seen: Surroundings) -> bool:
    """Whether a score follows a verb such as ``reaches``, and what it is a score by."""
    for number in seen.scores:
        between = seen.after[: max(0, number.start - cue.end)]
        if len(between) > 70 or _SETTING.search(between) or _OTHER_VERB.search(between):
            return False
        if number.role == "score":
            return True
        plain = number.decimals > 0 or number.role == "percent"
        if cue.text.lower() in _COPULAS:
            return bool(seen.quantities) and _is_level(seen, number)
        return bool((plain or seen.quantities) and (seen.quantities or seen.names)) and _is_level(
            seen, number
        )
    return False


def _is_level(seen: Surroundings, number: Number) -> bool:
    """Whether a number can be a score: of a metric, on its scale."""
    return 0 <= number.number <= 100 and not _SETTING.search(
        _HEAD.split(seen.before[-90:].rsplit(",", 1)[-1])[0]
    )
