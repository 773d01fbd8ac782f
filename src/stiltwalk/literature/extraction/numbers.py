"""Numbers that may be results: effects and scores in a sentence, apart from sizes, dates and references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from stiltwalk.literature.extraction.vocabulary import QUANTITIES, Name
from stiltwalk.literature.records.claims import Unit, Value

Role = Literal["difference", "percent", "times", "score", "duration", "bare"]
"""``difference``: in points; ``percent``: a change, a share or a score, which only the sentence tells;
``times``: a factor; ``score``: a metric stands beside it; ``duration``: of time; ``bare``: a number with
nothing beside it that says what it counts."""


class Number(NamedTuple):
    """A number in a sentence that may be a result.

    Attributes:
        text: as printed, with sign and unit.
        number: its value, with the sign as printed.
        decimals: digits behind the point.
        role: what it looks like by the words beside it.
        start: the first character of ``text`` in the sentence.
        end: the character behind it.
    """

    text: str
    number: float
    decimals: int
    role: Role
    start: int
    end: int

    def value(self, unit: Unit) -> Value:
        """It as a value of a claim."""
        return Value(text=self.text, number=self.number, unit=unit, decimals=self.decimals)


_SMALL: Final = {
    "half a": 0.5, "a": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0,
}  # fmt: skip
_SMALL_WORD: Final = "half a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_OF_WHAT: Final = r"(?:[A-Za-z][\w@+-]{0,14}[ -]){0,2}"
_POINTS: Final = rf"{_OF_WHAT}points?\b|pp\b|ppts?\b|pts?\b|p\.p\.|%[ -](?:absolute[ -])?points?\b"

_DIGITS: Final = re.compile(
    r"(?P<sign>(?<![\w.@/)\]+-])[+-])?"
    r"(?:(?<![\w.@/])(?<![\w)\]][-+])|(?<=\d-)|(?<=\d\.\d-))"
    r"(?P<whole>\d{1,3}(?:,\d{3}){1,4}|\d{1,9})(?:\.(?P<decimals>\d{1,6}))?(?![\d]|\.\d)"
    rf"(?P<spread>[ ]?±[ ]?\d{{1,3}}(?:\.\d{{1,3}})?)?"
    rf"(?:[ -]?(?P<points>{_POINTS})|[ -]?(?P<percent>%|percent\b|per cent\b)"
    r"|(?:[ ]?[x×](?![\w])|[ -]?(?:fold|times)\b)(?P<times>)"
    r"|[ -](?P<duration>(?:GPU[ -])?(?:hours?|minutes?|seconds?|days?|ms|milliseconds?)\b))?"
)
_IN_WORDS: Final = re.compile(
    rf"(?<![\w.-])(?:(?P<number>{_SMALL_WORD})(?: full)?[ -](?P<points>{_POINTS})"
    rf"|(?P<a_point>(?<=by )a(?: full)? point\b)"
    rf"|(?P<factor>two|three|four|five|six|seven|eight|nine|ten)(?:[ -]times|-?fold)\b"
    r"|(?P<twice>twice|thrice)(?= (?:as|the|that|more|faster))"
    r"|(?P<double>doubl(?:e|es|ed)|tripl(?:e|es|ed)|halv(?:e|es|ed))(?= [a-z]))",
    re.IGNORECASE,
)
_FACTORS: Final = {"twice": 2.0, "thrice": 3.0, "doub": 2.0, "trip": 3.0, "halv": 0.5}

# what stands before a number that names something, or belongs to a test or a setting
_REFERENCE: Final = re.compile(
    r"(?:\b(?:tables?|figs?|figures?|sections?|secs?|eqs?|equations?|appendix|chapters?|pages?|pp|p|steps?"
    r"|seeds?|layers?|versions?|rounds?|epochs?|grant|nos?|vol|volume|footnote|lines?|algorithm|n"
    r"|df|size|rate"
    r"|dropout|decay|temperature|threshold|alpha|lambda|sigma|probability|of at most|top|batch(?:es)? of"
    r"|(?:size|rate|threshold|rank|width|depth|dimension|length|weight|ratio|budget|value|portion"
    r"|share) of|interval|ci)\b\.?|[§#$€£]|\b[a-z]\s?[=<>≤≥]|[<>≤≥±])\s?\(?$",
    re.IGNORECASE,
)
_MEANINGFUL: Final = re.compile(
    r"\s*(?:$|-\d|[.,;:()\[\]?!–—/|=]|(?:on|in|for|to|and|or|with|from|at|over|across|while|whereas"
    r"|but|than|when|after"
    r"|as|against|vs|versus|by|using|without|compared|relative|averaged|under|which|higher|lower|better|worse"
    r"|above|below|ahead|behind|faster|slower|(?:more|less)(?! [a-z]+s\b)|absolute|respectively"
    r"|during|before|among"
    r"|through|up|down|throughout|overall|everywhere|there|here|too|again"
    r"|is|was|are|were)\b)"
)
_INTERVAL: Final = re.compile(r"\s?(?:confidence|credible|CI\b|intervals?\b|-?\s?level\b)")
_CITATION: Final = re.compile(
    r"\[\s?\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,20}\s?\]|\((?:[^()]{0,200}[ ,])?(?:19"
    r"|20)\d\d[a-z]?(?:[;,][^()]{0,200})?\)"
)


_OPENS: Final = re.compile(
    r"(?:^|[,;] )(?:with|at|when|using|for|replacing) (?:(?:only|just|about) )?$", re.IGNORECASE
)
_OF_THE: Final = re.compile(r" of (?:the|all|our|its|their|each) (?!gains?|improvements?|scores?|effects?)")


def _is_share(match: re.Match[str], sentence: str) -> bool:
    """Whether a percentage opens a phrase that sets the scene: ``With 30% of the words replaced, …``."""
    return bool(
        match["percent"] and _OPENS.search(sentence[: match.start()]) and _OF_THE.match(sentence, match.end())
    )


def numbers(sentence: str, known: Sequence[Name]) -> tuple[Number, ...]:
    """The numbers of ``sentence`` that may be results, in order.

    Counts (``40 languages``), settings, years, citations, numbers of tables, levels of tests and numbers that
    belong to a name are left out.

    Args:
        sentence: with hyphens for minus signs.
        known: the names in it.
    """
    taken = [(name.start, name.end) for name in known if name.kind not in QUANTITIES]
    taken += [match.span() for match in _CITATION.finditer(sentence)]
    found = [*_digits(sentence, known), *_words(sentence)]
    kept = [n for n in found if not any(n.start < end and start < n.end for start, end in taken)]
    return tuple(sorted(kept, key=lambda n: n.start))


def _digits(sentence: str, known: Sequence[Name]) -> Iterator[Number]:
    for match in _DIGITS.finditer(sentence):
        role = _role(match, sentence, known)
        if role is None:
            continue
        decimals = match["decimals"] or ""
        number = float(f"{match['whole'].replace(',', '')}.{decimals or 0}")
        end = match.end()
        if role == "score":
            # '68.9 F1' is printed so
            end = min(name.end for name in known if name.kind in QUANTITIES and name.start >= end)
        sign = -1.0 if match["sign"] == "-" else 1.0
        yield Number(sentence[match.start() : end], sign * number, len(decimals), role, match.start(), end)


def _role(match: re.Match[str], sentence: str, known: Sequence[Name]) -> Role | None:
    """What the number at ``match`` looks like; ``None``: it is no result."""
    before, after = sentence[max(0, match.start() - 24) : match.start()], sentence[match.end() :][:24]
    if _REFERENCE.search(before) or _is_share(match, sentence):
        return None
    if match["points"]:
        return "difference"
    if match["percent"]:
        return None if _INTERVAL.match(after) else "percent"
    if match["times"] is not None:
        return "times"
    if match["duration"]:
        return "duration"
    if after[:1].isalpha() or (after[:1] == "-" and after[1:2].isalnum() and not after[1:2].isdigit()):
        return None
    if any(
        name.kind in QUANTITIES and not name.text.startswith("cost") and 0 <= name.start - match.end() <= 2
        for name in known
    ):
        return "score"
    whole = match["whole"]
    year = match["decimals"] is None and len(whole) == 4 and whole[:2] in {"19", "20"}
    if year or "," in whole or not _MEANINGFUL.match(after):
        return None
    return "bare"


def _words(sentence: str) -> Iterator[Number]:
    """Numbers that are written out where they are effects: ``two points``, ``twice as fast``."""
    for match in _IN_WORDS.finditer(sentence):
        role: Role = "times"
        if match["number"]:
            number, role = _SMALL[match["number"].lower()], "difference"
        elif match["a_point"]:
            number, role = 1.0, "difference"
        elif match["factor"]:
            number = _SMALL[match["factor"].lower()]
        else:
            word = match.group().lower()
            number = _FACTORS.get(word) or _FACTORS[word[:4]]
        yield Number(match.group(), number, 0, role, match.start(), match.end())
