"""How models that translate name languages: a token in front of the text, or of what they write.

NLLB names them as FLORES-200 does (NLLB Team 2022; the list in transformers' tokenizer of NLLB), M2M-100 as
``__de__`` (Fan et al. 2021), MADLAD-400 as ``<2de>`` (Kudugunta et al. 2023), and those of OPUS-MT that write
several languages as ``>>deu<<`` (Tiedemann and Thottingal 2020).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, get_args

from stiltwalk.spec.languages import LANGUAGES, language

Architecture = Literal["m2m_100", "nllb-moe", "marian", "t5"]
"""Architectures of translators, as transformers names them: NLLB and M2M-100; NLLB; OPUS-MT; MADLAD-400."""

ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)

# FLORES-200 writes ISO 639-3 and script, as our table does; but of a macrolanguage it names the one it has
_FLORES_OTHERWISE: Mapping[str, str] = {
    "ar": "arb_Arab",
    "ay": "ayr_Latn",
    "az": "azj_Latn",
    "fa": "pes_Arab",
    "ku": "kmr_Latn",
    "lv": "lvs_Latn",
    "mn": "khk_Cyrl",
    "ms": "zsm_Latn",
    "qu": "quy_Latn",
    "sq": "als_Latn",
    "sr": "srp_Cyrl",
    "sw": "swh_Latn",
    "uz": "uzn_Latn",
    "yi": "ydd_Hebr",
}

# MADLAD-400 says Filipino and Norwegian, and so does M2M-100 of the latter
_ALSO: Mapping[str, tuple[str, ...]] = {"nb": ("no",), "tl": ("fil",)}

# OPUS-MT says Mandarin
_OPUS: Mapping[str, tuple[str, ...]] = {"zh": ("cmn_Hans", "cmn")}


def flores_code(code: str) -> str:
    """What FLORES-200 calls the language ``code``, or would call it: not all languages are in it.

    Raises:
        UnknownNameError: there is no such language.
    """
    spoken = language(code)
    return _FLORES_OTHERWISE.get(code, f"{spoken.iso3}_{spoken.script}")


def language_tokens(code: str, architecture: Architecture) -> tuple[str, ...]:
    """The tokens by which a translator may name the language ``code``, the likeliest first.

    Raises:
        UnknownNameError: there is no such language.
    """
    spoken, flores = language(code), flores_code(code)
    short = (code, *_ALSO.get(code, ()))
    if architecture == "t5":
        return tuple(f"<2{name}>" for name in short)
    if architecture == "marian":
        # where a script is named, the one of the benchmarks' files
        scripts = (*_OPUS.get(code, ()), f"{spoken.iso3}_{spoken.script}", flores)
        names = (*scripts, spoken.iso3, flores.partition("_")[0], *short)
        return tuple(f">>{name}<<" for name in dict.fromkeys(names))
    return (flores, *(f"__{name}__" for name in short))


def languages_in(vocabulary: Collection[str], architecture: Architecture) -> tuple[str, ...]:
    """The languages that tokens of the ``vocabulary`` name."""
    return tuple(
        code
        for code in LANGUAGES
        if any(token in vocabulary for token in language_tokens(code, architecture))
    )


def languages_named(names: str) -> tuple[str, ...]:
    """The languages that OPUS-MT names in one text, such as ``en`` or ``deu+nld``, if known."""
    return tuple(dict.fromkeys(_named(names.split("+"))))


def _named(names: list[str]) -> Iterator[str]:
    codes = {spoken.iso3: code for code, spoken in LANGUAGES.items()}
    for name in names:
        short = name.partition("_")[0]
        if short in LANGUAGES or short in codes:
            yield short if short in LANGUAGES else codes[short]
