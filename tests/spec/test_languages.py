"""Tests of the table of languages."""

from __future__ import annotations

import re

import pytest

from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE, language


def test_codes_follow_their_standards() -> None:
    """Codes are ISO 639-1 or 639-3, scripts ISO 15924."""
    for spoken in LANGUAGES.values():
        assert re.fullmatch("[a-z]{2,3}", spoken.code), spoken
        assert re.fullmatch("[a-z]{3}", spoken.iso3), spoken
        assert re.fullmatch("[A-Z][a-z]{3}", spoken.script), spoken
        assert len(spoken.code) == 2 or spoken.code == spoken.iso3, spoken


@pytest.mark.parametrize("field", ["code", "iso3", "name"])
def test_no_language_stands_twice(field: str) -> None:
    """Each code and name belongs to one language."""
    values = [getattr(spoken, field) for spoken in LANGUAGES.values()]
    assert len(set(values)) == len(values)


def test_xtreme_is_covered() -> None:
    """The forty languages of XTREME and the ten that XTREME-R adds are there (2104.07412)."""
    forty = (
        "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te "
        "th tl tr ur vi yo zh"
    )
    ten = "az gu ht lt pa pl qu ro uk wo"
    assert {*forty.split(), *ten.split()} <= set(LANGUAGES)


def test_known_facts() -> None:
    """Spot checks: a name of two words, a script shared by none, the source language."""
    assert language("pcm").name == "Nigerian Pidgin"
    assert (language("ka").iso3, language("ka").script) == ("kat", "Geor")
    assert language("zh").script == "Hans"
    assert SOURCE_LANGUAGE in LANGUAGES


def test_unknown_code() -> None:
    """An unknown code gets the nearest known one."""
    with pytest.raises(UnknownNameError, match=r"There is no language 'zhh'\. Did you mean 'zh'\?"):
        language("zhh")
