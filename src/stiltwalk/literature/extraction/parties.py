"""Parties: who is said to have the effect, and against whom, in one clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from stiltwalk.literature.extraction.clauses import Clause
from stiltwalk.literature.extraction.clefts import cleft, swapped
from stiltwalk.literature.extraction.comparisons import comparison, versus
from stiltwalk.literature.extraction.directions import is_passive
from stiltwalk.literature.extraction.measured import (
    ANY_ENCODER,
    LEADING_METHOD,
    PERSON,
    PRONOUN,
    is_measured,
)
from stiltwalk.literature.extraction.openings import Opening, opening
from stiltwalk.literature.extraction.phrases import (
    NOTHING,
    Phrase,
    after_cue,
    noun_phrase,
    trimmed,
)
from stiltwalk.literature.extraction.vocabulary import DATA_SETS, QUANTITIES, Name

_SUPPORT: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|perform(?:s|ed)?|remain(?:s|ed)?|stay(?:s|ed)?"
    r"|work(?:s|ed)?|converge(?:s|d)?|trains|runs|ran"
    r"|make|makes|made|left|leave|leaves|scores|scored|reach(?:es|ed)?|show(?:s|ed)?|yield(?:s"
    r"|ed)?|give|gives|gave|achieve[sd]?|obtain(?:s|ed)?"
    r"|bring|brings|brought|offer(?:s|ed)?|provide[sd]?|lead to|leads to|led to|results in|result "
    r"in|resulted in|produce[sd]?|deliver(?:s|ed)?|get|gets|got|attain(?:s|ed)?"
    r"|exhibit(?:s|ed)?|see|saw|observe[sd]?|find|found|cause[sd]?|enjoy(?:s|ed)?|incur(?:s|red)?"
    r"|suffer(?:s|ed)?|mean|means|meant|come with|comes with|report(?:s|ed)?"
    r"|translates? (?:in)?to|translated (?:in)?to|contribute[sd]?|became|become|becomes|ranks?|ranked"
    r"|fare[sd]?|proves?|proved|record(?:s|ed)?"
    r"|goes|keeps?|kept|stands?|stood|ends?|ended|lands?|landed|settles?|settled|turns? (?:into|out)"
    r"|turned (?:into|out)|puts?)\b",
)
_ANY_VERB: Final = re.compile(
    r"(?<=[a-zA-Z\d)] )(?!(?:tasks|results|points|languages|encoders|models|batches|adapters"
    r"|trained|based|translated|fine-tuned|masked|mixed|supervised|combined|continued"
    r"|related)\b)[a-z]{3,}(?:s|ed)\b(?<!ss)|(?<= )(?:is|are|was|were"
    r"|has|had|have|came|come|led|took|brought|found|gave|made|put|set|left)\b"
)
_BY_METHOD: Final = (
    "with or without|put down to|attributed to|credited to|ascribed to|as soon as|after|with|by|through|via"
    "|using|due to|thanks to|following|from|when|under|once|if|without|for"
)


class Parties(NamedTuple):
    """Who is compared with whom.

    Attributes:
        subject: who has the effect.
        comparison: with whom it is compared.
        measured: whether the subject is only what was measured, because no method is named.
    """

    subject: Phrase
    comparison: Phrase
    measured: bool = False


def parties(sentence: str, clause: Clause, known: Sequence[Name]) -> Parties:
    """Subject and comparison of ``clause``."""
    within = [n for n in known if clause.start <= n.start < clause.end]
    two = _between(sentence, clause)
    if two is not None:
        return two
    swap = swapped(sentence, clause, within)
    if swap is not None:
        return Parties(swap.new, swap.old)
    predicate = _predicate(sentence, clause)
    opened = opening(sentence, clause.start, predicate, within)
    if clause.cue.part == "noun" and predicate == clause.cue.start and not _owned(opened.subject, within):
        # 'the gain on Tatoeba from SQuAD training': nobody stands before the noun but its adjectives
        opened = opened._replace(subject=NOTHING)
    measured = not opened.subject.text or is_measured(sentence, clause, opened, within)
    rival = versus(sentence, clause)
    named = cleft(sentence, clause)
    if named.text:
        return Parties(named, rival if rival.text else comparison(sentence, clause, opened, named))
    subject = _subject(
        sentence, clause._replace(end=rival.start) if rival.text else clause, opened, within, measured
    )
    same = subject.start >= 0 and subject.start == opened.subject.start
    if opened.earlier.text and ((measured and same) or PRONOUN.match(subject.text)):
        return Parties(opened.earlier, rival if rival.text else comparison(sentence, clause, opened, subject))
    if not subject.text or (measured and same):
        beside = _beside(sentence, clause, opened, within)
        subject, same = (beside, False) if beside.text else (subject, same)
    if not subject.text and clause.cue.part == "noun":
        subject, same = _first_party(sentence, clause, within), False
    if not subject.text and clause.cue.part == "noun":
        subject = Phrase(clause.cue.text, clause.cue.start, clause.cue.end)
    compared = rival if rival.text else comparison(sentence, clause, opened, subject)
    if clause.cue.does == "same" and not compared.text:
        return _two_alike(sentence, subject, measured and same)
    return Parties(subject, compared, measured and same)


def _first_party(sentence: str, clause: Clause, within: Sequence[Name]) -> Phrase:
    """Who opens the clause, where the noun only goes on: ``DocNLI is a poor choice, with a loss of …``."""
    verb = _SUPPORT.search(sentence, clause.start, clause.cue.start)
    if verb is None:
        return NOTHING
    phrase = opening(sentence, clause.start, verb.start(), within).subject
    if (
        PERSON.match(phrase.text)
        or len(phrase.text.split()) > 6
        or re.match(r"(?:table|figure|section|appendix|results?)\b", phrase.text, re.IGNORECASE)
        or any(phrase.holds(n) and n.kind in QUANTITIES | {"target", "benchmark"} for n in within)
    ):
        return NOTHING
    return phrase


_NOT_ACTING: Final = re.compile(r"\b(?:on|than|to|against|over|of|in|between|unlike|and|or)(?: the)?\s$")
_AROUND: Final = re.compile(r" (?:training|data|fine-tuning|pretraining|adapters?|stage)\b")
_QUALIFIED: Final = re.compile(r"\b(?:[Tt]ranslated|English|[Mm]ultilingual) $")


def _beside(sentence: str, clause: Clause, opened: Opening, within: Sequence[Name]) -> Phrase:
    """The intermediate task that is named nearest to the cue, where nothing else says who acts."""
    free = [
        n
        for n in within
        if n.kind == "intermediate"
        and not opened.subject.holds(n)
        and not _NOT_ACTING.search(sentence, clause.start, n.start)
    ]
    if not free:
        return NOTHING
    name = min(free, key=lambda n: abs(n.start - clause.cue.start))
    before = _QUALIFIED.search(sentence, clause.start, name.start)
    after = _AROUND.match(sentence, name.end)
    return trimmed(sentence, before.start() if before else name.start, after.end() if after else name.end)


_TWO: Final = re.compile(r"(?P<first>[^,]{2,80}?) and (?:the |a )?(?P<second>[^,]{2,80})")


def _two_alike(sentence: str, subject: Phrase, measured: bool) -> Parties:
    """Both parties of ``MNLI and the baseline are indistinguishable``."""
    match = _TWO.fullmatch(subject.text)
    if match is None or measured:
        return Parties(subject, NOTHING, measured)
    start = subject.start
    first, second = match.span("first"), match.span("second")
    return Parties(
        trimmed(sentence, start + first[0], start + first[1]),
        trimmed(sentence, start + second[0], start + second[1]),
    )


_CARRIER: Final = re.compile(
    r"(?:.*\bof the )?(?:encoders?|models?|systems?) (?:with|after|using) (?=[\w+-]+ (?:training"
    r"|data|tuning)\b)",
    re.IGNORECASE,
)


def _owned(phrase: Phrase, within: Sequence[Name]) -> bool:
    """Whether what stands before a noun names a method: ``SQuAD gains of 2 points``."""
    return any(phrase.holds(n) and n.kind in {"intermediate", "encoder"} for n in within)


_BOTH: Final = re.compile(
    r"\b(?:(?P<between>between)|separat(?:es?|ed)|divid(?:es?|ed)) (?P<first>[^,;.]{2,80}?) "
    r"(?(between)and|from) (?P<second>[^,;.]{2,80}?)"
    r"(?=[,;.(]| (?:is|was|are|were|on|in|for|of)\b|$)"
)


def _between(sentence: str, clause: Clause) -> Parties | None:
    """Both parties of ``difference between A and B`` and ``0.2 points separate A from B``."""
    match = _BOTH.search(sentence, clause.start, clause.end)
    if match is None or (match["between"] and clause.cue.does != "neutral"):
        return None
    return Parties(trimmed(sentence, *match.span("first")), trimmed(sentence, *match.span("second")))


_APPOSED: Final = re.compile(r",? (?:or |i\.e\.,? |that is,? )?[+-]?[\d.]+%?(?: [\w@-]+)? points? $")


def _predicate(sentence: str, clause: Clause) -> int:
    """Where the predicate opens: at the cue, or at the verb that a noun or an adjective hangs on."""
    if clause.cue.part == "verb":
        return clause.cue.start
    best = clause.cue.start
    if best < clause.end and (sentence[best].isdigit() or sentence[best] in "+-"):
        finite = _SUPPORT.search(sentence, clause.start, best) or _ANY_VERB.search(
            sentence, clause.start, best
        )
        return finite.start() if finite else best
    for match in _SUPPORT.finditer(sentence, clause.start, clause.cue.start):
        rest = _APPOSED.sub("", sentence[match.end() : clause.cue.start])
        if not re.search(r"\bthat\s|, ", rest) and not re.match(r" that\b", rest):
            return match.start()
    return best


def _subject(
    sentence: str, clause: Clause, opened: Opening, within: Sequence[Name], measured: bool
) -> Phrase:
    """Who has the effect: the grammatical subject, or the method where that is only what was measured."""
    main, cue = opened.subject, clause.cue
    if is_passive(sentence, cue) and cue.does != "against":
        agent = after_cue(sentence, cue, "by", clause.end)
        if agent.text:
            return agent
    if cue.does == "superlative" and re.match(
        r"(?:for \S+ )?the $|^the $", sentence[clause.start : cue.start].lstrip(), re.IGNORECASE
    ):
        named = after_cue(sentence, cue, "is|was|are|were|comes from|came from", clause.end)
        if named.text:
            return named
    if main.text.lower() == "what":
        # 'what hurts XQuAD is BoolQ training'
        return after_cue(sentence, cue, "is|was", clause.end)
    carrier = _CARRIER.match(main.text)
    if carrier:
        return noun_phrase(sentence, main.start + carrier.end(), main.end)
    if not measured:
        return main
    method = _inside(sentence, main, within)
    method = method if method.text else _method(sentence, clause, within, opened)
    if method.text:
        return method
    return _owner(sentence, main, within)


def _inside(sentence: str, main: Phrase, within: Sequence[Name]) -> Phrase:
    """The method within what was measured: ``XNLI accuracy with BoolQ training``."""
    inner = _INNER.search(sentence, main.start, main.end) if main.text else None
    if inner and any(n.kind == "intermediate" and inner.end() <= n.start < main.end for n in within):
        return noun_phrase(sentence, inner.end(), main.end)
    return NOTHING


def _owner(sentence: str, main: Phrase, within: Sequence[Name]) -> Phrase:
    """Whose the measured quantity is: ``the F1 of the encoder``; or the phrase, if it is no person."""
    owner = re.match(r".*\bof (?:the )?(?=\S)", main.text)
    if owner and not any(n.kind in DATA_SETS and n.start == main.start + owner.end() for n in within):
        low = main.start + owner.end()
        carried = _CARRIED.match(sentence, low, main.end)
        return noun_phrase(sentence, carried.end() if carried else low, main.end)
    return NOTHING if PERSON.match(main.text) else main


_INNER: Final = re.compile(r" (?:with|after|under|from|following|using) (?=\S)")
_CARRIED: Final = re.compile(r"(?:the |an? )?(?:encoders?|models?) (?:with|after|using) ")


def _method(sentence: str, clause: Clause, within: Sequence[Name], opened: Opening) -> Phrase:
    """The method that stands behind the predicate or in a phrase before it: ``after training on SQuAD``."""
    low = clause.cue.end
    words = [w for w in _BY_METHOD.split("|") if w != "from" or clause.cue.does != "neutral"]
    if clause.cue.text.lower().startswith("owe"):
        words = ["to"]
        direct = noun_phrase(sentence, low + 1, clause.end) if low + 1 < clause.end else NOTHING
        if any(direct.holds(n) and n.kind == "intermediate" for n in within):
            return direct
    candidates = [after_cue(sentence, clause.cue, word, clause.end, low) for word in words]
    if clause.cue.part == "noun" or clause.cue.does in {"itself", "neutral"}:
        # 'the effect of e-CARE', but not 'a gain, setting the state of the art'
        candidates.append(
            after_cue(sentence, clause.cue, "of", _before_comma(sentence, low, clause.end), low)
        )
    usable = [
        c
        for c in candidates
        if c.text and (_is_task_that_acts(sentence, c, within) or not _only_scope(c, within))
    ]
    if not usable and opened.subject.text:
        # 'XNLI stands at 80.9 with MNLI, 1.6 points above the 79.3 without it'
        between = after_cue(
            sentence, clause.cue, "by|with|after|from|under|once|when", low, opened.subject.end
        )
        usable = [between] if any(between.holds(n) and n.kind == "intermediate" for n in within) else []
    if usable:
        nearest = min(usable, key=lambda c: (not _can_act(c, within), c.start))
        return _trained(sentence, _acting(sentence, nearest))
    for lead in sorted(opened.leads, key=lambda lead: not any(lead.holds(n) for n in within)):
        match = LEADING_METHOD.match(lead.text)
        if match is None:
            continue
        gerund = match.group().lower().startswith(("adding", "without"))
        phrase = trimmed(sentence, lead.start + (0 if gerund else match.end()), lead.end)
        if phrase.text and not _only_scope(phrase, within):
            return _acting(sentence, phrase)
    return NOTHING


def _can_act(phrase: Phrase, within: Sequence[Name]) -> bool:
    """Whether a phrase is more than a bare name of which nothing is known: ``for Farsi``."""
    known = any(phrase.holds(n) for n in within)
    return known or not re.fullmatch(r"[A-Z][a-z]+", phrase.text)


_AFTER: Final = re.compile(r"\b(?:after|under|due to|thanks to|following|via|through) (?:the )?$")


def _is_task_that_acts(sentence: str, phrase: Phrase, within: Sequence[Name]) -> bool:
    """Whether a phrase is a task behind a word that only a cause stands behind: ``under entity linking``."""
    named = any(n.kind == "task" and n.text == phrase.text for n in within if phrase.holds(n))
    return named and bool(_AFTER.search(sentence[: phrase.start]))


_IS_TRAINED: Final = re.compile(
    r"\s(?:is|was|are|were|has been|had been)(?: first| further)? (?:fine-tuned|trained|tuned|initiali[sz]ed)"
    r"(?: first)? (?:on|with)\s"
)


def _trained(sentence: str, phrase: Phrase) -> Phrase:
    """On what an encoder is trained, in ``when the encoder is first trained on QQP``."""
    if not ANY_ENCODER.match(phrase.text):
        return phrase
    match = _IS_TRAINED.match(sentence, phrase.end)
    return noun_phrase(sentence, match.end(), len(sentence)) if match else phrase


def _before_comma(sentence: str, start: int, end: int) -> int:
    comma = sentence.find(",", start, end)
    return end if comma < 0 else comma


def _acting(sentence: str, phrase: Phrase) -> Phrase:
    """The method in a clause such as ``when we train on CCG first`` or ``large batches are used``."""
    match = re.match(r"(?:we|the (?:encoder|model) is(?: first)?|it is(?: first)?|first)\s+", phrase.text)
    if match:
        return trimmed(sentence, phrase.start + match.end(), phrase.end)
    return phrase


def _only_scope(phrase: Phrase, within: Sequence[Name]) -> bool:
    """Whether a phrase only says where a result holds: encoders, languages, data sets, sizes, metrics."""
    if re.match(
        r"(?:no|an?)? ?(?:[\d,]+|few|limited|zero-shot|few-shot|average|low-resource|high-resource"
        r"|distant|the same|each|every|all|any|its|our|both)\b",
        phrase.text,
    ):
        return True
    inside = [n for n in within if phrase.holds(n)]
    rest = phrase.text
    for name in inside:
        if name.kind in {"encoder", "language", "target", "benchmark", "task", *QUANTITIES}:
            rest = rest.replace(name.text, "")
    return not re.search(
        r"\w{3,}", re.sub(r"\b(?:and|the|tasks?|languages?|zero-shot|average|points?|of|terms)\b", "", rest)
    )
