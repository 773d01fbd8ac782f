"""Text for LaTeX: what plain pdflatex prints with the fonts that it always has, and what it lacks there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"$\mathdollar$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\^{}",
    "~": r"\~{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': "{''}",
    "`": "{`}",
    "[": "{[}",  # a row that begins with one would be read as an option of the row before
    "*": "{*}",
    "-": "-{}",  # two are no dash
    "'": "'{}",
    ",": ",{}",
    "?": "?{}",
    "!": "!{}",
}

_KNOWN: Final = {
    "\N{NO-BREAK SPACE}": "~",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "\N{THIN SPACE}": r"\,",
    "–": "{--}",
    "—": "{---}",
    "\N{HYPHEN}": "-{}",
    "\N{NON-BREAKING HYPHEN}": r"\mbox{-}",
    "\N{MINUS SIGN}": "$-$",
    "\N{LEFT SINGLE QUOTATION MARK}": "{`}",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'{}",
    "“": "{``}",
    "”": "{''}",
    "…": r"\ldots{}",
    "·": r"$\cdot$",
    "•": r"$\bullet$",
    "×": r"$\times$",
    "÷": r"$\div$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "∞": r"$\infty$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    "↔": r"$\leftrightarrow$",
    "√": r"$\surd$",
    "°": r"$^{\circ}$",
    "²": "$^{2}$",
    "³": "$^{3}$",
    "¹": "$^{1}$",
    "†": r"$\dagger$",
    "‡": r"$\ddagger$",
    "§": r"$\mathsection$",
    "¶": r"$\mathparagraph$",
    "¿": "?{`}",
    "¡": "!{`}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "å": r"\aa{}",
    "Å": r"\AA{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "\N{LATIN SMALL LETTER DOTLESS I}": r"\i{}",
    "Δ": r"$\Delta$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "\N{GREEK SMALL LETTER GAMMA}": r"$\gamma$",
    "δ": r"$\delta$",
    "ε": r"$\varepsilon$",
    "θ": r"$\theta$",
    "λ": r"$\lambda$",
    "μ": r"$\mu$",
    "µ": r"$\mu$",
    "π": r"$\pi$",
    "ρ": r"$\rho$",
    "σ": r"$\sigma$",
    "τ": r"$\tau$",
    "φ": r"$\varphi$",
}

_ACCENTS: Final = {
    "\N{COMBINING GRAVE ACCENT}": "`",
    "\N{COMBINING ACUTE ACCENT}": "'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "^",
    "\N{COMBINING TILDE}": "~",
    "\N{COMBINING DIAERESIS}": '"',
    "\N{COMBINING RING ABOVE}": "r",
    "\N{COMBINING CARON}": "v",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": "H",
    "\N{COMBINING MACRON}": "=",
    "\N{COMBINING DOT ABOVE}": ".",
    "\N{COMBINING BREVE}": "u",
    "\N{COMBINING CEDILLA}": "c",
    "\N{COMBINING DOT BELOW}": "d",
    "\N{COMBINING MACRON BELOW}": "b",
}
"""Combining marks → the commands that set them on a letter in TeX's first encoding."""

_NEGATIVE: Final = re.compile(r"(?<![\w.)-])-(?=[\d.])")
_WORD: Final = 14
"""Letters of the longest word that TeX is left to hyphenate."""
_NAME: Final = 6
"""Characters of the longest word of letters and others, a name mostly, that is not to be broken."""
_STEP: Final = 4
"""Characters between two places where a long word may be broken."""
_BREAK: Final = r"\penalty5000{}"


class Spoken(NamedTuple):
    """Text as LaTeX.

    Attributes:
        text: ready to be pasted.
        shown: about what is seen then, to tell its width.
        lacking: characters that stand as their code points in it, ``[U+05D0 05D1]``.
    """

    text: str
    shown: str
    lacking: tuple[str, ...]


def spoken(text: str) -> Spoken:
    """``text``, plain and on one line, as LaTeX that needs no package and no font but TeX's first ones."""
    composed = unicodedata.normalize("NFC", _NEGATIVE.sub("\N{MINUS SIGN}", text))
    parts: list[str] = []
    shown: list[str] = []
    lacking: list[str] = []
    run: list[str] = []
    for each, breaks in _with_breaks(composed):
        written = _letter(each)
        if written is None:
            run.append(each)
            continue
        _close(run, parts, shown, lacking)
        parts += [_BREAK, written] if breaks else [written]
        shown.append(each)
    _close(run, parts, shown, lacking)
    return Spoken("".join(parts), "".join(shown), tuple(dict.fromkeys(lacking)))


def _with_breaks(text: str) -> Iterator[tuple[str, bool]]:
    """Every character, and whether a line may be broken before it, if nothing else helps."""
    for place, word in enumerate(text.split(" ")):
        if place:
            yield " ", False
        letters = word.strip(".,;:!?()").isalpha()
        long = len(word) > (_WORD if letters else _NAME)
        for at, each in enumerate(word):
            yield each, long and at > 0 and at % _STEP == 0


def _letter(each: str) -> str | None:
    """One character; ``None``: it cannot be printed."""
    if each in _SPECIAL:
        return _SPECIAL[each]
    if each in _KNOWN:
        return _KNOWN[each]
    if each.isascii():
        return each if each.isprintable() else None
    base, *marks = list(unicodedata.normalize("NFD", each))
    if len(marks) != 1 or not (base.isascii() and base.isalpha()) or marks[0] not in _ACCENTS:
        return None
    letter = {"i": r"\i", "j": r"\j"}.get(base, base)
    # a mark below does not meet the dot
    return f"\\{_ACCENTS[marks[0]]}{{{base if _ACCENTS[marks[0]] in 'cdb' else letter}}}"


def _close(run: list[str], parts: list[str], shown: list[str], lacking: list[str]) -> None:
    """Write the characters of ``run`` as code points, in one pair of brackets."""
    if run:
        points = "U+" + " ".join(f"{ord(each):04X}" for each in run)
        parts.append(f"{{[}}{points}]")
        shown.append(f"[{points}]")
        lacking += run
        run.clear()
