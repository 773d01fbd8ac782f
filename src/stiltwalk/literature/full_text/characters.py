"""Characters: a text in which each stands for itself, and none that no reader sees."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LIGATURES: Final = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}

# Unicode 16, chapter 23: spaces of other widths, and characters that are there for layout alone
_SPACES: Final = dict.fromkeys([0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_LINES: Final = {0x0B: "\n", 0x0C: "\n\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n"}
_UNSEEN: Final = dict.fromkeys(
    [
        *(code for code in range(0x20) if code not in {0x09, 0x0A, 0x0B, 0x0C}),
        *(code for code in range(0x7F, 0xA0) if code != 0x85),
        *(
            0xAD,
            0x200B,
            0x200E,
            0x200F,
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            0xFEFF,
            0xFFF9,
            0xFFFA,
            0xFFFB,
        ),
        *range(0xE0000, 0xE0080),
    ],
    "",
)
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE: Final = _SURROGATES | _UNSEEN | _SPACES | _LINES | _LIGATURES


def plain(text: str) -> str:
    """``text`` in NFC, with plain spaces and line ends, without ligatures and characters nobody sees.

    Soft hyphens go; one at the end of a line becomes a hyphen, which whoever joins lines takes out.
    """
    ended = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xad\n", "-\n")
    return unicodedata.normalize("NFC", ended.translate(_TABLE))


def one_line(text: str) -> str:
    """``text`` as one plain line, with single spaces."""
    return re.sub(r"\s+", " ", plain(text)).strip()
