"""Nouns and adjectives that state an outcome, apart from those that only name a thing."""

from __future__ import annotations

import re
from typing import Final

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.surroundings import BY_OR_OF, DOMAIN, SETTING_VERB, Surroundings

_PREDICATE: Final = re.compile(
    r"\b(?:is|are|was|were|be|been|perform(?:s|ed)?|remain(?:s|ed)?|stay(?:s|ed)?|d(?:o|oes|id)|works|worked"
    r"|fare(?:s|d)?|prove(?:s|d)?|converge(?:s|d)?|trains|runs|ran|transfers|transferred"
    r"|(?:transfer|train|work|run)(?= \S*\s?$)"
    r"|generali[sz]e(?:s|d)?|become(?:s)?|became|make(?:s)?|made|left|leave(?:s)?|scores|scored"
    r"|reach(?:es|ed)?"
    r"|keep(?:s)?|kept|seem(?:s|ed)?|appear(?:s|ed)?|show(?:s|ed|ing)?|yield(?:s|ed|ing)?"
    r"|give(?:s)?|gave|giving"
    r"|achiev(?:e|es|ed|ing)|obtain(?:s|ed)?|bring(?:s)?|brought|offer(?:s|ed)?|provide(?:s|d)?"
    r"|lead(?:s|ing)? to|led to|result(?:s|ed|ing)? in|produce(?:s|d)?|deliver(?:s|ed)?|get(?:s)?"
    r"|got|attain(?:s|ed)?"
    r"|exhibit(?:s|ed)?|has|have|had|see|saw|observe[sd]?|find|found|reported|come(?:s)?|came"
    r"|take(?:s)?|took|last(?:s|ed)?|require(?:s|d)?|need(?:s|ed)?"
    r"|rank(?:s|ed)?|finish(?:es|ed)?)"
    r"(?: (?!that\b|which\b|who\b|and\b)[\w.%×+-]+){0,6}\s$",
    re.IGNORECASE,
)
_WEAK_SAME: Final = frozenset(
    {
        "the same",
        "similar",
        "constant",
        "stable",
        "steady",
        "identical",
        "equivalent",
        "similarly",
        "insignificant",
    }
)
_STRAIGHT: Final = frozenset({"above", "below", "ahead", "behind", "more", "less", "fewer", "short of"})
_NUMBER_BEFORE: Final = re.compile(
    r"(?:points?|pp|pts?|%|percent|per cent|times|x|×|-?fold|\d|twice|thrice|hours?|minutes?|F1"
    r"|accuracy)(?: (?:as|the|even))?\s$"
)
_THAN: Final = re.compile(r"[^;:]{0,90}?\b(?:than|as|over|compared|relative)\b")
_THAN_A_COUNT: Final = re.compile(r" than (?:\d|(?:one|two|three|four|five|six|ten|a|half|twice) )")
_ACHIEVING: Final = re.compile(
    r"\b(?:see|saw|seen|observe[sd]?|find|finds|found|yield(?:s|ed|ing)?|give[sn]?|gave|bring(?:s"
    r"|ing)?|brought|show(?:s|ed|n|ing)?"
    r"|offer(?:s|ed|ing)?|provid(?:e|es|ed|ing)|lead(?:s|ing)? to|led to|result(?:s|ed|ing)? in"
    r"|obtain(?:s|ed)?"
    r"|achiev(?:e|es|ed|ing)|deliver(?:s|ed)?|produc(?:e|es|ed|ing)|get(?:s)?|got|attain(?:s|ed)?"
    r"|caus(?:e|es|ed|ing)|does|did|do|plays?|played|exert(?:s|ed)?|leaves?|left|turn(?:s|ed) (?:into|out)"
    r"|report(?:s|ed)?|has|have|had|makes?|made|there (?:is|are|was|were)|enjoy(?:s|ed)?"
    r"|record(?:s|ed)?|incur(?:s|red)?"
    r"|reproduced?|replicated?|confirm(?:s|ed)?|measured?|suffer(?:s|ed)?|detect(?:s|ed)?"
    r"|demonstrat(?:e|es|ed)|translates? to|means?|meant|come with|comes with|came with)\b",
    re.IGNORECASE,
)
_OBSERVED_AFTER: Final = re.compile(
    r"[^,;]{0,80}?\b(?:is|are|was|were)(?: not)?(?: \w+ly| only| even)? (?:observed|seen|found"
    r"|obtained|achieved|visible|apparent"
    r"|due to|nil|zero|concentrated|reported|recorded|noted|detected|largest|smallest|biggest|consistent"
    r"|significant|negligible|robust|stable|reproducible|real|confirmed|replicated|established|undisputed)\b"
    r"|[^,;]{0,80}?\b(?:could|can)(?: not)? be (?:\w+ly )?(?:established|found|detected|observed"
    r"|confirmed|seen"
    r"|shown|measured|reproduced|replicated|verified|demonstrated)\b"
    r"|[^,;]{0,80}?\b(?:(?:appears?|seems?|proves?|proved|turns out|turned out) (?:to be )?(?:robust|real"
    r"|reproducible|stable|consistent|general)|holds?(?: up)?|held(?: up)?|persists?|persisted|replicates?"
    r"|carries over|carried over)\b|[^,;]{0,40}?\b(?:came|comes|come|followed|follows|resulted|results"
    r"|arose) (?:of|from)\b"
)
_NOT_AN_OUTCOME: Final = re.compile(
    r" of (?:being|having|[a-z]+ing\b|this|our|the (?:method|approach|design))"
)
_CHOSEN: Final = re.compile(
    r"[^.;]{0,80}?\b(?:select|chosen|chose|kept|report|tried|picked|checkpoint|configuration|hyper"
    r"|model is saved)",
    re.IGNORECASE,
)
_BEST_IS: Final = re.compile(
    r" [^,;]{0,60}?\b(?:is|was|are|were|comes from|came from)\b(?! (?:\w+ly )?\w+(?:ed|en|pt)\b)"
)
_LIMIT: Final = re.compile(
    r" (?:below|under|smaller than|larger than|of less than|of at least|above) [\d.]+ ?\w* (?:is"
    r"|are|was|were|counts?)\b"
)
_AMOUNTS: Final = re.compile(
    r"[^,;:]{0,60}?\b(?:amounts? to|amounted to|reach(?:es|ed)|is|was|are|were|equals?|stands? at"
    r"|stood at) (?:only |about |just )?[+-]?\d"
)
_WE_CHOSE: Final = re.compile(
    r"\b(?:keep|kept|select|selected|choose|chose|pick|picked|use|used|take|took|retain|retained|save"
    r"|saved|report"
    r"|reported|submit|submitted|evaluate) (?:the|those|that|each|only) [\w -]{2,40}"
    r" (?:with|of|by|having|that (?:has|have|had)) (?:the )?$",
    re.IGNORECASE,
)
_SETTING_IS: Final = re.compile(
    r"\b(?:learning rates?|batch size|schedule|number of \w+|value|seed|temperature|optimi[sz]er"
    r"|hyper-?parameters?) (?:is|was|are|were)\b",
    re.IGNORECASE,
)
_BY_CHANCE: Final = re.compile(
    r"\bstandard (?:deviation|error)|\bby chance|\bchance explains|\bnoise\b", re.IGNORECASE
)
_DID: Final = re.compile(r"\b(?:did|does|do|performs?|performed|works|worked|fares?|fared)\s$")
_SIZES: Final = frozenset({"largest", "greatest", "biggest", "highest", "lowest"})
_DIRECTLY: Final = re.compile(
    r"\b(?:is|are|was|were|prove[sdn]?|be|seem(?:s|ed)|remain(?:s|ed)?)(?: (?:not|an?|the|to be|no"
    r"|clearly|even|also|very|most|more|especially|particularly|simple|cheap|easy|and|\w+ly)){0,4}\s$"
    r"|\b(?:is|are|was|were|prove[sdn]?|be) [^;:]{2,80}?\b(?:but|yet|and|though|although|while)"
    r"(?: (?:not|even|also|rather|\w+ly))?\s$"
)
_MADE: Final = re.compile(r"\b(?:makes?|made)\b")
_AN_EFFECT: Final = re.compile(r"\b(?:gain|improvement|benefit|drop|effect|loss)", re.IGNORECASE)
_PLACED: Final = re.compile(
    r"\b(?:is|are|was|were|remain\w*|stay\w*|score\w*|perform\w*|com(?:e|es|ing) out|came out"
    r"|finish\w*|rank\w*)(?: \w+)?\s$",
    re.IGNORECASE,
)


def noun_states(cue: Cue, seen: Surroundings) -> bool:
    """Whether a noun such as ``gain`` names an outcome."""
    if _NOT_AN_OUTCOME.match(seen.after) or (_LIMIT.match(seen.after) and not cue.negated):
        return False
    if any(name.kind != "cost" for name in seen.overlapping):
        return False
    observed = _ACHIEVING.search(seen.before[-70:]) or _OBSERVED_AFTER.match(seen.after)
    if cue.negated:
        return bool(observed)
    if cue.does == "neutral" and _BY_CHANCE.search(seen.before + seen.after):
        return False
    if any(n.role == "difference" for n in seen.effects):
        return True
    if any(n.role in {"times", "percent"} or n.text[:1] in "+-" for n in seen.effects):
        return bool(seen.quantities or seen.names or observed or DOMAIN.search(seen.before + seen.after))
    if cue.does == "neutral":
        return False
    if seen.scores and _AMOUNTS.match(seen.after):
        return True
    if seen.effects and BY_OR_OF.search(seen.before[-20:] + cue.text + " of "):
        return True
    return bool(observed) and bool(seen.quantities or seen.names or DOMAIN.search(seen.before + seen.after))


def adjective_states(cue: Cue, seen: Surroundings) -> bool:
    """Whether an adjective or adverb such as ``better`` is said of a result."""
    if seen.overlapping or SETTING_VERB.search(seen.before) or _THAN_A_COUNT.match(seen.after):
        return False
    if cue.does == "effect":
        return bool(_DIRECTLY.search(seen.before)) and bool(seen.names or seen.quantities)
    if cue.does == "superlative":
        return _superlative(cue, seen)
    if cue.does == "same":
        return _alike(cue, seen)
    return _compares(cue, seen)


def _alike(cue: Cue, seen: Surroundings) -> bool:
    """Whether ``the same`` or ``on par`` is said of how well something works."""
    weak = cue.text.lower() in _WEAK_SAME
    if weak and not (seen.quantities or _PERFORMING.search(seen.before)):
        return False
    said = bool(_PREDICATE.search(seen.before))
    return said and bool(seen.quantities or seen.names or DOMAIN.search(seen.before + seen.after))


def _compares(cue: Cue, seen: Surroundings) -> bool:
    """Whether ``better`` or ``higher`` compares results rather than settings."""
    numbered = bool(_NUMBER_BEFORE.search(seen.before)) and bool(seen.effects)
    predicate = bool(_PREDICATE.search(seen.before))
    if cue.text.lower() in _STRAIGHT:
        return numbered or bool(_PLACED.search(seen.before) and (seen.quantities or seen.names))
    if numbered or (predicate and cue.negated):
        return True
    if cue.does == "neutral" or (
        cue.does == "change" and not (seen.quantities or _AN_EFFECT.search(seen.before))
    ):
        return False
    if not (seen.quantities or seen.names or DOMAIN.search(seen.before + seen.after)):
        return False
    if _DID.search(seen.before) and cue.does == "outcome":
        return True
    made = bool(_MADE.search(seen.before[-60:])) and bool(seen.names)
    than = _THAN.match(seen.after) or cue.text.lower() in {"superior", "inferior", "preferable"}
    return predicate and (bool(than) or bool(seen.quantities) or made)


_PERFORMING: Final = re.compile(r"\bperform\w*|\bdifference|\beffect")


def _superlative(cue: Cue, seen: Surroundings) -> bool:
    """Whether ``best`` is said of something (``is the best``) and does not point (``the best run``)."""
    if _CHOSEN.match(seen.after) or _WE_CHOSE.search(seen.before) or _SETTING_IS.search(seen.before):
        return False
    if cue.text.lower() in _SIZES and not (seen.quantities or _AN_EFFECT.search(seen.after[:50])):
        return False
    if re.search(r"^(?:\w+ )?the $|, the $|^for [\w -]{1,20} the $", seen.before[-40:], re.IGNORECASE):
        return bool(_BEST_IS.match(seen.after)) and bool(seen.names)
    return bool(_PREDICATE.search(seen.before))
