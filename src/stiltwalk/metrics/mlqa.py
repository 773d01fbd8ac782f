"""How MLQA's evaluation script normalises an answer in each of its seven languages.

Match and F1 themselves are those of SQuAD 1.1 (``stiltwalk.metrics.squad``). Source: Lewis et al. 2020
(arXiv 1910.07475), whose script google-research/xtreme holds as third_party/evaluate_mlqa.py.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache

from stiltwalk.spec.errors import unknown_name

# the Chinese characters that the script takes one by one; a later block, such as extension A, is left whole
_CHINESE = re.compile(r"[\u4e00-\u9fa5]")

# Arabic's is a prefix: it goes wherever the two letters stand, inside a word too. In Hindi and Chinese
# nothing goes.
_ARTICLES = {
    "ar": re.compile("ال"),
    "de": re.compile(r"\b(ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b"),
    "en": re.compile(r"\b(a|an|the)\b"),
    "es": re.compile(r"\b(un|una|unos|unas|el|la|los|las)\b"),
    "hi": None,
    "vi": re.compile(r"\b(của|là|cái|chiếc|những)\b"),
    "zh": None,
}


def normalise(text: str, language: str) -> str:
    """``text`` as lower-case words of ``language``, each parted by one space from the next.

    Punctuation goes first, of Unicode's classes P and of ASCII, so that what stood on its two sides grows
    together; then articles, each of which becomes a space. In Chinese every character is a word.

    Raises:
        UnknownNameError: MLQA is not in that language; its script stops there too.
    """
    if language not in _ARTICLES:
        raise unknown_name("MLQA language", language, _ARTICLES)
    bare = "".join(character for character in text.lower() if not _is_punctuation(character))
    article = _ARTICLES[language]
    if article is not None:
        bare = article.sub(" ", bare)
    if language == "zh":
        bare = _CHINESE.sub(r" \g<0> ", bare)
    return " ".join(bare.split())


@cache
def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")
