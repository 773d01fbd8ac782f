"""Words: what of a text counts when texts are searched, compared and screened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from stiltwalk.spec.extras import not_installed

_NUMBER_OR_WORD: Final = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*")
_COMPOUND: Final = re.compile(r"[^\W_]+(?:['\u2019.,/&+-]?[^\W_]+)*[+#]*")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")

FUNCTION_WORDS: Final = frozenset(
    """
    a about above after again against all also although am among an and another any are aren't around as at be
    became because become been before being below between both but by can can't cannot could couldn't did
    didn't do does doesn't doing don't done down during each either else etc even ever every few for from
    further had has hasn't have haven't having he hence her here hers him his how however if in into is isn't
    it it's its itself just least less like many may me might more most much must my neither no nor not now of
    off often on once one only or other others otherwise ought our ours out over own per rather same shall she
    should shouldn't since so some still such than that that's the their theirs them then there thereby
    therefore these they this those though through thus to too toward towards under until up upon us very via
    was wasn't we were weren't what when where whereas whether which while who whom whose why will with within
    would wouldn't yet you your e g i s
    """.split()
)
"""English words that say how other words belong together, and nothing of what a text is about."""

ASKING_WORDS: Final = frozenset(
    """
    affect affects answer ask best better change changes depend depends effect effective effectively effects
    find found gain gains get give good happen happens harm harms help helpful helping helps hurt hurts
    improve improved improvement improvements improves improving increase increases influence influences
    investigate known make makes matter matters need needed needs paper papers question reduce reduces result
    results show shown shows study studies use used useful uses using well work works worse
    """.split()
)
"""Words in which a question asks whether something has an effect: nearly every paper has them."""


def folded(text: str) -> str:
    """``text`` without case, without accents on Latin letters, and with one form for each character."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    kept: list[str] = []
    for each in parts:
        # a mark on a letter of another script may be a vowel
        if unicodedata.combining(each) and kept and kept[-1].isascii():
            continue
        kept.append(each)
    return unicodedata.normalize("NFC", "".join(kept)).casefold()


def stems(text: str) -> tuple[str, ...]:
    """Stems of the content words of ``text``, in order, as often as they stand there.

    Words are lower case without accents, compounds are taken apart at hyphens, function words left out.
    Numbers are kept as printed, but for the commas of thousands; single letters are kept too: the R of XLM-R.
    """
    return tuple(_stem(word) for word in _words(text) if word not in FUNCTION_WORDS)


def terms(question: str) -> tuple[str, ...]:
    """Distinct stems of what ``question`` names, in its order: of its keywords, that is."""
    return tuple(dict.fromkeys(stems(keywords(question))))


def keywords(text: str) -> str:
    """The content words of ``text`` as typed, each once: what a database of papers is asked for.

    Words that only ask (``help``, ``effect``) are left out too, unless nothing else is left: a database
    that wants every word would find little.
    """
    found = [each for each in _COMPOUND.findall(text) if folded(each) not in FUNCTION_WORDS]
    naming = [each for each in found if folded(each) not in ASKING_WORDS]
    once: dict[str, str] = {}
    for each in naming or found:
        once.setdefault(folded(each), each)
    return " ".join(once.values())


def _words(text: str) -> Iterator[str]:
    for word in _NUMBER_OR_WORD.findall(folded(text)):
        yield word.replace(",", "") if _THOUSANDS.fullmatch(word) else word


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    if not word.isascii() or word.isdigit():
        return word
    try:
        import snowballstemmer  # noqa: PLC0415  only this command needs it
    except ImportError:
        raise not_installed("snowballstemmer", "Searching texts") from None
    # a new one for each word: it keeps the word in itself, and threads may ask at once
    return str(snowballstemmer.stemmer("english").stemWord(word))
