"""Tests of the table of languages."""

from __future__ import annotations

import re

import pytest

from stiltwalk.spec.errors import UnknownNameError
from stiltwalk.spec.languages import LANGUAGES, SOURCE_LANGUAGE, language
from stiltwalk.spec.tasks.tatoeba_languages import LASER_CODES


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


def test_a_name_or_iso3_is_answered_with_the_code() -> None:
    """Who writes the name or the three-letter code is told ours."""
    with pytest.raises(UnknownNameError, match=r"no language 'kin'\. Did you mean 'rw'\?"):
        language("kin")
    with pytest.raises(UnknownNameError, match=r"no language 'Scottish Gaelic'\. Did you mean 'gd'\?"):
        language("Scottish Gaelic")


def test_benchmarks_beyond_xtreme_are_covered() -> None:
    """MasakhaNER 2.0 (2210.12391) names files by ISO 639-3, AmericasNLI (2104.08726) by codes of its own."""
    masakhaner = "bam bbj ewe fon hau ibo kin lug luo mos nya pcm sna swa tsn twi wol xho yor zul"
    assert set(masakhaner.split()) <= {spoken.iso3 for spoken in LANGUAGES.values()}
    assert set("ay bzd cni gn hch nah oto qu shp tar".split()) <= set(LANGUAGES)


def test_laser_file_codes() -> None:
    """112 languages, each with a file of its own (arXiv 1812.10464, appendix)."""
    assert len(LASER_CODES) == len(set(LASER_CODES.values())) == 112
    assert set(LASER_CODES) <= set(LANGUAGES)
    assert {code for code, filed in LASER_CODES.items() if filed != LANGUAGES[code].iso3} == {
        "fa",
        "lv",
        "ms",
        "sw",
        "zh",
    }


def test_a_family_is_written_one_way() -> None:
    """No family and script differs from another in case or punctuation only."""
    for field in ("family", "script"):
        values = {getattr(spoken, field) for spoken in LANGUAGES.values()}
        assert len({re.sub("[^a-z]", "", value.lower()) for value in values}) == len(values)
