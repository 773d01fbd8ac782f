"""Unlisted: names that no list has, by how they are written and by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple


class Unlisted(NamedTuple):
    """A name that no list has.

    Attributes:
        text: as printed.
        kind: ``target``: something was measured on it; ``intermediate``: it is what had the effect.
        start: its first character.
        end: the character behind it.
    """

    text: str
    kind: Literal["target", "intermediate"]
    start: int
    end: int


_TOKEN: Final = re.compile(r"(?<![\w@.+-])[A-Za-z][\w+]*(?:[.-][\w+]+)*(?![\w@])")
_TWO_CAPITALS: Final = re.compile(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Z][\w-]*\d")
_PEOPLE: Final = re.compile(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)+|(?:Mc|Mac|O|De|Di|Van|Le|La)[A-Z][a-z]+")
_CITED: Final = re.compile(r",? (?:et al|and [A-Z][\w-]+ \(|& [A-Z]|\(?(?:19|20)\d\d)")
_NO_NAME: Final = frozenset(
    """
    GPU GPUs TPU TPUs CPU CPUs RAM A100 A100s V100 V100s H100 H100s A6000 AdamW NLP NLU NLG LLM LLMs MLM TLM
    LM LMs PLM PLMs SOTA API BPE OOV IQR CI SD SE ID OOD UTF-8 FP16 BF16 FP32 US UK EU UN ISO URL PDF II III
    IV XLT CLT ZS FT QA MT L2 L1 T1 T2 K-fold HF RQ1 RQ2 RQ3 Q1 Q2 Q3 H1 H2
    """.split()
)
_MEASURE: Final = (
    r"(?:average |mean |zero-shot |intent |slot |span |token |exact |answer |overall |macro-|micro-|test )*"
    r"(?:accurac(?:y|ies)|F1|F-score|exact match|EM|BLEU|chrF|performance|scores?|results?|recall|precision"
    r"|error|perplexity|UAS|LAS|MRR|MAP|transfer|questions|test set|benchmark|points)\b"
)
_MEASURED: Final = re.compile(rf"(?:['\u2019]s)? {_MEASURE}")
_TRAINED: Final = re.compile(
    r"[ -](?:(?:pre-?|fine-|intermediate[- ]|continued )?(?:training|tuning|pretraining|parsing|tagging"
    r"|adapters?)|first|data|stage|as an? (?:intermediate|auxiliary|source))\b"
)
_ON: Final = re.compile(
    r"(?:\b(?:on|across|over)(?: the| all| both| of)*|\b(?:for|in)(?: the)?"
    r"|\b(?:detrimental|beneficial|harmful|helpful|damaging|useful|valuable|benefit|harm|use|help"
    r"|damage|advantage"
    r"|transfers?|transferred|generali[sz]es?|immaterial|irrelevant) to(?: the)?"
    r"|\b(?:leaves?|left|keeps?|kept|costs?|affects?|affected|influences?|influenced|changes?"
    r"|changed)(?: the)?"
    r"|\b(?:improv|boost|rais|lift|hurt|harm|help|degrad|increas|decreas|reduc|lower|enhanc"
    r"|impair)\w*(?: the)?"
    r")\s$",
    re.IGNORECASE,
)
_GOES: Final = re.compile(
    r" (?:rises?|rose|drops?|dropped|falls?|fell|improve[sd]?|benefit(?:s|ed)?|suffer(?:s|ed)?"
    r"|declines?|declined"
    r"|gain(?:s|ed)?|deteriorate[sd]?|climb(?:s|ed)?|increase[sd]?|decrease[sd]?|profit(?:s|ed)?)"
    r"(?! (?:\w+ ){0,8}on [A-Za-z]*[A-Z]) (?:[^\s,;]+ ){0,6}?(?:from|after|with|through|under|thanks"
    r"|due|when)\b"
    r"(?![^,;]* on [A-Za-z]*[A-Z])"
)
_MOVED: Final = re.compile(r" (?:up|down|from \d|by [\d+-]|unchanged|untouched|intact|unaffected)\b")
_TRAINING_ON: Final = re.compile(
    r"(?:\b(?P<of>[\w-]+)\s)?\b(?:[\w-]+-)?(?:train\w*|tun\w+|learn\w*)(?: first| only| \w+ly)?"
    r" (?:on|with)(?: the)?\s$",
    re.IGNORECASE,
)
_WITH: Final = re.compile(
    r"\b(?:with|without|under|after|from|via|through|using|due to|thanks to|following|because of|adding"
    r"|by)\s$",
    re.IGNORECASE,
)


def unlisted(sentence: str) -> Iterator[Unlisted]:
    """Words with two capitals, or a capital and a digit, that are used as names of data sets or methods.

    Only what stands around such a word tells which: before ``accuracy`` or behind ``on`` it was measured on;
    before ``training`` or behind ``from`` it had the effect. A word of which nothing tells is left out.
    """
    for match in _TOKEN.finditer(sentence):
        text = match.group()
        if text in _NO_NAME or not _TWO_CAPITALS.search(text) or _PEOPLE.fullmatch(text):
            continue
        if _CITED.match(sentence, match.end()):
            continue
        kind = _kind(sentence, match.start(), match.end())
        if kind is not None:
            yield Unlisted(text, kind, match.start(), match.end())


def _kind(sentence: str, start: int, end: int) -> Literal["target", "intermediate"] | None:
    """What a word between two places names."""
    before = sentence[max(0, start - 60) : start]
    trained = _TRAINING_ON.search(before)
    if trained and not any(letter.isupper() for letter in (trained["of"] or "")[1:]):
        return "intermediate"
    if _TRAINED.match(sentence, end):
        return "intermediate"
    if _MEASURED.match(sentence, end) or _ON.search(before) or _GOES.match(sentence, end):
        return "target"
    if _MOVED.match(sentence, end):
        return "target"
    return "intermediate" if _WITH.search(before) else None
