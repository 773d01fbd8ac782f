"""Measured: whether a grammatical subject is only what was measured, rather than what had an effect on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from stiltwalk.literature.extraction.clauses import Clause
from stiltwalk.literature.extraction.openings import Opening
from stiltwalk.literature.extraction.phrases import Phrase
from stiltwalk.literature.extraction.vocabulary import DATA_SETS, QUANTITIES, Name

PRONOUN: Final = re.compile(
    r"(?:it|they|this|these|those|that|which|who|both|he|she|the former|the latter|doing so|this one)$",
    re.IGNORECASE,
)
PERSON: Final = re.compile(
    r"(?:(?:\w+ )?(?:we|i|authors|there|one)|(?:(?:by|in|to) )?[\w., &-]{2,80} \(?(?:19"
    r"|20)\d\d[a-z]?\)?|(?:earlier|previous|prior|other|recent|several|many|no|their|one|the same|this"
    r"|that) (?:\w+ )?(?:work|studies|study|papers?|reports?|authors?)|)$",
    re.IGNORECASE,
)
METHOD: Final = re.compile(
    r"\b(?:train\w*|tun\w+|fine-tun\w+|data|tasks?|stage|adapters?|batch\w*|model\w*|encoder"
    r"|method|system|mixture|distill\w*|\w+ing)\b",
    re.IGNORECASE,
)
LEADING_METHOD: Final = re.compile(
    r"(?:and |but )?(?:with|after|using|by|through|when|via|under|given|without|if|once|following|adding"
    r"|thanks to"
    r"|due to|from|as for|as to|as regards|regarding|concerning|because of|owing to|as soon as|whenever"
    r"|we (?:then |first |also )?(?:add|use|apply|insert))\s+",
    re.IGNORECASE,
)
ANY_ENCODER: Final = re.compile(r"(?:the |our |all |both )?(?:encoders?|models?|systems?)$", re.IGNORECASE)
_QUALIFIES: Final = re.compile(
    r" (?:objectives?|loss(?:es)?|models?|methods?|adapters?|stages?|regulari[sz]ation|training|tuning"
    r"|pretraining|filter\w*|data|approach(?:es)?)\b"
)
_TIMED: Final = re.compile(
    r"(?:each |one )?(?:training|step|epoch|inference|decoding|convergence)", re.IGNORECASE
)
_WHEN: Final = re.compile(r"\b(?:after|with|when|under)\s")
_INTRANSITIVE: Final = re.compile(
    r"(?: \w+ly| most| least| strongly| only| further"
    r"| even)*(?: (?:by )?[+-]?[\d.]+%?(?: [\w@-]+)? points?)?(?:$|[.,;)]|\s(?:by|from|to|after"
    r"|when|with|as soon|once|at|most|through|less|more|until|if|under|in|on|under|following|\())",
    re.IGNORECASE,
)
_SOURCE: Final = re.compile(
    r"(?:our|their|these|the|this|own|no|other|earlier|new|previous) (?:own |new |main )?(?:runs"
    r"|experiments?|results"
    r"|measurements|replication|study|studies|analysis|figures|tables?|findings|paper|authors)(?: put"
    r"| set| show)?"
    r"(?: the)?$|own$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"(?P<by>[^;:]{0,70}?)\bfrom (?:the |an? )?(?=\S)")
_FOR: Final = re.compile(r"(?P<by>[^;:]{0,70}?)\bfor (?:the |an? )?(?=\S)")
_THAN: Final = re.compile(r"\b(?:less|more|least|most) from [^,;]{2,60} than\b")


def is_measured(sentence: str, clause: Clause, opened: Opening, within: Sequence[Name]) -> bool:
    """Whether the grammatical subject is what was measured rather than what had an effect on it."""
    main = opened.subject
    if _SOURCE.match(main.text) or _from_a_method(sentence, clause, main, within):
        return True
    if _in_a_lead(opened, within) and (
        PRONOUN.match(main.text) or _only_kinds(main, within, {"target", "benchmark", "task", "language"})
    ):
        return True
    if PERSON.match(main.text) or not main.text or re.match(r"(?:we|they|i)\s", main.text, re.IGNORECASE):
        return True
    if clause.cue.part == "adjective" and _TIMED.fullmatch(main.text):
        return True
    if ANY_ENCODER.match(main.text) and _WHEN.search(sentence, clause.cue.end, clause.end):
        return clause.cue.does == "itself"
    inside = [n for n in within if main.holds(n)]
    if any(
        n.kind in QUANTITIES
        and (n.start == main.start or not re.match(r"\w+ing\b", main.text))
        and not _QUALIFIES.match(sentence, n.end, main.end)
        for n in inside
    ):
        return True
    if re.match(
        r"(?:[\w-]+ )*(?:gains?|improvements?|effects?|benefits?|advantages?|drops?|difference|loss"
        r"|choice|tasks?)\b(?! task)",
        main.text,
    ) and (clause.cue.part == "noun" or clause.cue.does in {"itself", "superlative", "same"}):
        return True
    cue = clause.cue
    if cue.does == "gain" and re.match(
        r" (?:the )?(?:most|least|more|less|little|nothing|much|only)? ?(?:[\w%.-]+ points? )?from\b",
        sentence[cue.end :],
    ):
        return bool(inside) and all(n.kind in {"target", "benchmark", "task", "language"} for n in inside)
    alone = bool(inside) and all(n.kind in {"target", "benchmark", "task", "language"} for n in inside)
    bare = alone and not METHOD.search(main.text)
    if cue.part == "verb" and cue.does in {"itself", "change", "on", "score"}:
        told = _INTRANSITIVE.match(sentence[cue.end : clause.end])
        one = (
            len(inside) == 1
            and inside[0].end - inside[0].start == len(main.text)
            and cue.does in {"change", "itself"}
        )
        return bool(told) and (bare or (one and inside[0].kind in DATA_SETS))
    return bare and not any(n.kind == "language" for n in inside)


def _only_kinds(phrase: Phrase, within: Sequence[Name], kinds: set[str]) -> bool:
    """Whether a phrase is nothing but names of some kinds."""
    inside = [n for n in within if phrase.holds(n)]
    return bool(inside) and all(n.kind in kinds for n in inside) and not METHOD.search(phrase.text)


def _in_a_lead(opened: Opening, within: Sequence[Name]) -> bool:
    """Whether a phrase before the subject names what had the effect: ``With translated SQuAD, Hindi …``."""
    return any(
        LEADING_METHOD.match(lead.text) and any(lead.holds(n) and n.kind == "intermediate" for n in within)
        for lead in opened.leads
    )


def _from_a_method(sentence: str, clause: Clause, main: Phrase, within: Sequence[Name]) -> bool:
    """Whether what gains or suffers does so ``from`` a task: that is what has the effect."""
    if clause.cue.part != "verb" or clause.cue.does not in {"itself", "gain"}:
        return False
    pattern = _FOR if "price" in clause.cue.text else _FROM
    match = pattern.match(sentence, clause.cue.end, clause.end)
    if (
        match is None
        or _THAN.search(sentence, clause.cue.end, clause.end)
        or any(main.holds(n) and n.kind in {"intermediate", "encoder"} for n in within)
    ):
        return False
    named = any(
        n.kind == "intermediate" and match.end() <= n.start < match.end() + 25 for n in within
    ) or bool(METHOD.search(sentence, match.end(), min(clause.end, match.end() + 35)))
    if clause.cue.does == "itself":
        return named
    return named and _only_kinds(main, within, {"target", "benchmark", "task", "language"})
