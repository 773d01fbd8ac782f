"""Other projects' scorers, imported from where a developer has put them; nothing of them is kept here.

The environment variable ``STILTWALK_ORIGINALS`` names a folder that holds

    xtreme/                   a checkout of google-research/xtreme (tests were written at commit 838c13b)
    squad/evaluate-v2.0.py    the SQuAD 2.0 evaluation script
    seqeval-0.0.12/           made by: pip install --no-deps --target seqeval-0.0.12 seqeval==0.0.12

A test whose original is not there is skipped, and says what is missing.
"""

from __future__ import annotations

import importlib.util
import os
import random
import sys
import warnings
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

VARIABLE = "STILTWALK_ORIGINALS"

CASES = 1000
"""Random cases that each rule is compared on, at least."""

# what any rule treats specially: articles of every language, punctuation inside and outside ASCII, digits,
# symbols that are no punctuation, white space of all kinds, letters whose lower case is longer
PIECES = tuple(
    "a an the The THE ein der den Dem un una El los las của cu\u0309a là cái chiếc những ال الكتاب والكتاب "
    "كتاب لا cat Cat dogs theatre Anna derby eland ELLA 42 4.2 1,000 $5 50% a.m. U.S. the-end an_apple l'an "
    "Straße STRASSE İstanbul ΑΘΉΝΑ Αθήνα ÀÉÎ e\u0301 北京 北京大学 大 㐀 龥 龦 𠀀 二〇〇八年 กรุงเทพ दिल्ली में "
    "Hà Nội Москва 서울 ёлка 😀 👨‍👩‍👧 ﷺ ½ ² ™ + < = > ^ ` | ~ $ "
    "- – — . 。 , \uff0c 、 ' \u2019 “ ” « » ( ) · … ! ? ؟ ، \u06d4 । ॥ _ ‿ \ufe4f / % & * # @ [ ] { "
    "}".split()
)

SPACES = ("", "", " ", " ", " ", " ", "  ", "\t", "\n", "\u00a0", "\u3000", "\u200b", "\u2028")


def original(path: str) -> ModuleType:
    """The module in the file ``path`` below the originals; the test is skipped where it is not there."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(
            f"{VARIABLE} is not set: it names the folder with the originals (tests/parity/originals.py)"
        )
    file = Path(folder) / path
    if not file.is_file():
        pytest.skip(f"{file} is not there: tests/parity/originals.py says where it comes from")
    return _imported(file)


@cache
def _imported(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"original_{file.stem}".replace("-", "_"), file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # data classes look themselves up there
    with warnings.catch_warnings():
        # old code warns of itself
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


def answer(drawn: random.Random) -> str:
    """A text of none to seven pieces, from a few languages at once."""
    text = drawn.choice(SPACES)
    for _ in range(drawn.choice((0, 1, 1, 2, 2, 3, 4, 7))):
        text += drawn.choice(PIECES) + drawn.choice(SPACES)
    return text


def near(drawn: random.Random, text: str) -> str:
    """``text`` as it is, or a little changed: a character lost, case or words moved, a piece added."""
    change = drawn.randrange(6)
    if change == 0 and text:
        place = drawn.randrange(len(text))
        return text[:place] + text[place + 1 :]
    if change == 1:
        return text.upper()
    if change == 2:
        words = text.split()
        drawn.shuffle(words)
        return " ".join(words)
    if change == 3:
        return text + drawn.choice(SPACES) + drawn.choice(PIECES)
    if change == 4:
        return answer(drawn)
    return text


def answers(drawn: random.Random, least: int = 1) -> list[str]:
    """Up to four gold answers that resemble each other."""
    first = answer(drawn)
    return [first if n == 0 else near(drawn, first) for n in range(drawn.randint(least, 4))]
