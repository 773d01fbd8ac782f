"""Cues: words that state an outcome, at their places in a sentence, with what they say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple, cast

from stiltwalk.literature.records.claims import Direction

Part = Literal["verb", "noun", "adjective"]
Does = Literal[
    "on",
    "itself",
    "against",
    "gain",
    "change",
    "score",
    "outcome",
    "effect",
    "neutral",
    "same",
    "superlative",
]
"""What a word does, as ``outcomes.tsv`` says at its head."""


class Cue(NamedTuple):
    """A word that states an outcome.

    Attributes:
        text: as printed.
        part: of speech, as it is used there.
        does: how the words around it are to be read.
        direction: what it says, were it not negated.
        negated: whether it is.
        start: its first character.
        end: the character behind it.
    """

    text: str
    part: Part
    does: Does
    direction: Direction
    negated: bool
    start: int
    end: int


class _Entry(NamedTuple):
    part: Part
    does: Does
    direction: Direction


_NOUN_BEFORE: Final = re.compile(
    r"(?:\b(?:an?|the|this|that|these|those|no|any|some|its|their|our|his|her|further|additional"
    r"|average|mean|relative"
    r"|absolute|large|larger|largest|small|smaller|smallest|significant|substantial|consistent"
    r"|considerable|moderate"
    r"|modest|clear|slight|strong|stronger|great|greater|greatest|similar|big|bigger|biggest|most"
    r"|little|much|points?"
    r"|percent|overall|total|same|such|notable|marked|strict|highest|median|maximum|each|every"
    r"|both|of|with|in"
    r"|measurable|marginal|steep|sharp|detectable|observable|net|real|per cent|visible|reliable|noticeable"
    r"|statistically significant|zero-shot|main|only|entire|observed|reported|resulting"
    r"|corresponding)|%|-point"
    r"|-fold)\s$",
    re.IGNORECASE,
)
_NOUN_AFTER: Final = re.compile(r"\s(?:of|are|were|is|was)\b")
_SUPPORT: Final = (
    r"(?:shows?|showed|yield(?:s|ed|ing)?|gives?|gave|achieve[sd]?|achieving|obtain(?:s|ed)?|brings?|brought"
    r"|offer(?:s|ed)?|provide[sd]?|leads? to|led to|leading to|results? in|resulted in|resulting "
    r"in|produce[sd]?"
    r"|deliver(?:s|ed)?|see|sees|saw|observe[sd]?|find|finds|found|report(?:s|ed)?|enjoys?|enjoyed"
    r"|causes?|caused"
    r"|causing|gets?|got|attain(?:s|ed)?|exhibit(?:s|ed)?|makes?|made|has|have|had|with|demonstrate[sd]?"
    r"|there (?:is|are|was|were)|records?|recorded|incur(?:s|red)?|experience[sd]?|translates? (?:in)?to"
    r"|translated (?:in)?to|amounts? to|amounted to|means?|meant|notes?|noted|costs?)"
)
_ADJECTIVAL: Final = re.compile(
    r"\b(?:an?|the|this|our|its|their|of|for|in|and|more|any|no)\s$", re.IGNORECASE
)
_SUPPORTED: Final = re.compile(rf"\b{_SUPPORT}(?: [\w-]+){{0,2}}\s$", re.IGNORECASE)
_LOSS_OF: Final = re.compile(
    r"\b(?:training|validation|entropy|contrastive|modell?ing|auxiliary|translation)\s$"
)

_NOT: Final = (
    r"(?:not|[a-z]{2,6}n['\u2019]t|never|neither|nor|hardly|barely|scarcely|cannot|fail(?:s|ed)? to"
    r"|failing to|unable to"
    r"|no longer|rarely|seldom|without)"
)
_ONLY: Final = r"(?! only| just| merely| simply| matter)"
_NEGATED_VERB: Final = re.compile(rf"\b{_NOT}{_ONLY}(?: (?!(?:but|and|to)\b)[\w-]+){{0,3}}\s$", re.IGNORECASE)
_NEGATED_NOUN: Final = re.compile(
    rf"\b(?:no|little|any|zero|negligible|insignificant|{_NOT}){_ONLY}(?! intermediate)"
    r"(?: (?!(?:but|and|is|are|was|were|on|from|than|by|that|while)\b)[\w-]+){0,6}\s$",
    re.IGNORECASE,
)
_NOBODY: Final = re.compile(
    r"\bno (?:evidence|indication|sign|hint|support)s? (?:that|of|for|whatsoever)\b[^,;:.]{0,90}$|(?:^"
    r"|[,;:] |\bthat |\bbut |\bwhereas |\bwhile )"
    r"(?:none|neither|nothing|no (?!intermediate (?:training|stage) |matter|doubt))[^,;:.]{0,90}$",
    re.IGNORECASE,
)
_NAUGHT: Final = re.compile(
    r"(?:[^,;:.()]{0,60}?\b(?:is|are|was|were|proved|remain(?:s|ed)?) (?:[a-z]+ly )?"
    r"(?:negligible|insignificant|not (?:[a-z]+ly )?(?:significant|observed|seen|found|detectable|visible)"
    r"|within (?:the )?(?:noise|seed variance|one standard)|close to zero|zero\b|nil\b|nought\b|none\b"
    r"|nothing\b|absent|indistinguishable)"
    r"|[^,;:.()]{0,60}?\bcould not be (?:confirmed|replicated|reproduced|verified|observed|detected"
    r"|shown|established|found|seen)\b"
    r"| (?:the )?[A-Z][\w-]*(?: QA)?(?: training| accuracy)? (?:nothing|no good|no gain|no benefit)\b"
    r"| nothing\b| neither\b| none\b| no\b(?! (?:more|less|fewer|longer) than))",
    re.IGNORECASE,
)


_COPULAS: Final = (
    "is", "are", "was", "were", "been", "being", "prove", "proves", "proved", "proved to be", "remains",
    "remained",
)  # fmt: skip


@cache
def _lexicon() -> tuple[Mapping[str, tuple[_Entry, ...]], Mapping[str, tuple[str, ...]]]:
    """Form → what it may be; and the first word of a form → the forms that begin with it, longest first."""
    table: dict[str, tuple[_Entry, ...]] = {}
    lines = files(__package__).joinpath("outcomes.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#"):
            continue
        part, does, direction, forms = line.split("\t")
        entry = _Entry(cast("Part", part), cast("Does", does), cast("Direction", direction))
        for form in forms.split("|"):
            for each in _inflected(form):
                table[each] = (*table.get(each, ()), entry)
    begun: dict[str, tuple[str, ...]] = {}
    for form in sorted(table, key=lambda f: (-len(f), f)):
        first = form.split()[0]
        begun[first] = (*begun.get(first, ()), form)
    return table, begun


def _inflected(form: str) -> tuple[str, ...]:
    """A form as it is; of one that opens with ``be``, with every word that may stand there."""
    verb, _, rest = form.partition(" ")
    return (form, *(f"{copula} {rest}" for copula in _COPULAS)) if verb == "be" and rest else (form,)


def cues(sentence: str) -> tuple[Cue, ...]:
    """Every word of ``sentence`` that may state an outcome, in order; whether it does is not decided here."""
    table, begun = _lexicon()
    lower = sentence.lower()
    # a letter whose small form is longer would move every place behind it
    lower = lower if len(lower) == len(sentence) else sentence
    found: list[Cue] = []
    for match in _TOKEN.finditer(lower):
        start = match.start()
        if found and start < found[-1].end:
            continue
        form = next((f for f in begun.get(match.group(), ()) if _stands(lower, f, start)), None)
        if form is None:
            continue
        end = start + len(form)
        before, after = sentence[max(0, start - 120) : start], sentence[end : end + 100]
        entry = _used_as(table[form], form, before, after)
        if entry is not None:
            negated = entry.does != "same" and _negated(entry.part, before, after)
            found.append(Cue(sentence[start:end], *entry, negated, start, end))
    return tuple(found)


_TOKEN: Final = re.compile(r"(?<![\w-])[a-z]+(?:-[a-z]+)*(?![\w-])")


def _stands(lower: str, form: str, start: int) -> bool:
    """Whether ``form`` stands at ``start`` as whole words."""
    end = start + len(form)
    return lower.startswith(form, start) and not (
        lower[end : end + 1].isalnum() or lower[end : end + 1] in {"-", "_"}
    )


def _used_as(entries: tuple[_Entry, ...], word: str, before: str, after: str) -> _Entry | None:
    """What a word is between ``before`` and ``after``; ``None``: nothing that states an outcome."""
    if word.lower() in _SCORING and not (
        _A_NUMBER.match(after) and (word.lower() != "score" or _PLURAL.search(before))
    ):
        return None
    if word.lower() == "with" and not _WITH_A_NUMBER.match(after):
        return None
    if word.lower() in _LEVELS and (
        _NOUN_BEFORE.search(before) or _NOUN_AFTER.match(after) or _LEVEL_OF.search(before)
    ):
        return None
    verbs = [each for each in entries if each.part == "verb"]
    nouns = [each for each in entries if each.part == "noun"]
    if nouns and (not verbs or _NOUN_BEFORE.search(before) or _noun_by_what_follows(word, before, after)):
        bare = word.lower() in _NOUNS_WITH_ARTICLE and not _NOUN_BEFORE.search(before)
        return None if bare or _LOSS_OF.search(before) else nouns[0]
    if verbs and word.lower().endswith("ed") and (_ADJECTIVAL.search(before) or _SUPPORTED.search(before)):
        # 'an improved model' states nothing; 'shows improved accuracy' and 'was and remained reduced' do
        supported = _SUPPORTED.search(before) and not before.endswith(("has ", "have ", "had "))
        if supported and verbs[0].does == "score":
            # 'what had been reported'
            return None
        if supported:
            return _Entry("noun", "outcome", verbs[0].direction)
        return verbs[0] if before.endswith(("has ", "have ", "had ", " and ")) else None
    if word.lower() == "lower" and not _LOWERING.search(before):
        return _LOWER
    return entries[0]


_LOWER: Final = _Entry("adjective", "change", "worse")
_LOWERING: Final = re.compile(
    r"\b(?:\w{3,}[^\W\d]s|data|and|to|not|also|consistently|both|all|they|we|which|that)\s$", re.IGNORECASE
)
_SCORING: Final = frozenset({"score", "scores", "average", "averages", "averaged"})
_A_NUMBER: Final = re.compile(
    r" (?:an? |about |only |around |just |roughly |over |at |almost |as )*(?:[A-Z\w-]+ (?:of )?)?[+-]?\d"
)
_WITH_A_NUMBER: Final = re.compile(r" (?:[A-Za-z][\w-]* ){0,4}[+-]?\d")
_PLURAL: Final = re.compile(r"(?:s|we|they|both|and \w+)\s$", re.IGNORECASE)
_LEVELS: Final = frozenset({"yield", "record", "report"})
_LEVEL_OF: Final = re.compile(
    r"\b(?:development|dev|test|final|validation|F1|[A-Z]{3,}[\w-]*|retrieval|benchmark)\s$"
)
_NOUNS_WITH_ARTICLE: Final = frozenset(
    {"lead", "margin", "progress", "headway", "edge", "bonus", "contribution", "role", "toll"}
)


def _noun_by_what_follows(word: str, before: str, after: str) -> bool:
    """Whether a word that may be noun or verb is a noun: ``Gains are``, ``SQuAD gains of 2 points``."""
    return bool(word.endswith("s") or not before.strip()) and bool(_NOUN_AFTER.match(after))


def _negated(part: Part, before: str, after: str) -> bool:
    """Whether what a word says is denied by the words around it."""
    if _NOBODY.search(before) or _NAUGHT.match(after):
        return True
    if part != "noun" and _NEGATED_VERB.search(before):
        return True
    return part != "verb" and bool(_NEGATED_NOUN.search(before))
