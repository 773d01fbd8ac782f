"""Tests of spec.translation and spec.translators: what translates, and how it names languages."""

from __future__ import annotations

from typing import Any

import pytest
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

from stiltwalk.spec.errors import StudyError, UnknownNameError
from stiltwalk.spec.languages import LANGUAGES
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import study_from
from stiltwalk.spec.translation import EXACT, Translation
from stiltwalk.spec.translators import flores_code, language_tokens, languages_in, languages_named

FIFTY = (
    "af ar az bg bn de el en es et eu fa fi fr gu he hi ht hu id it ja jv ka kk ko lt ml mr ms my nl pa pl "
    "pt qu ro ru sw ta te th tl tr uk ur vi wo yo zh"
).split()
"""The languages of XTREME-R (Ruder et al. 2021, table 1)."""


def study(translation: Any, **overrides: Any) -> Study:
    """A study with this translator."""
    least = {"study": "s", "encoders": ["x/e"], "targets": ["tatoeba"], "translation": translation}
    return study_from(least, "here", overrides)


def test_a_text_names_the_model() -> None:
    """A hub id or a folder, and all else is as it is by default."""
    assert study("facebook/nllb-200-distilled-600M").translation == Translation(
        model="facebook/nllb-200-distilled-600M", beams=1
    )
    assert study(EXACT).translation == Translation(model=EXACT)
    assert Study.model_fields["translation"].default is None


def test_fields_can_be_set_from_the_command_line() -> None:
    """Also where the study names the model alone."""
    given = study_from(
        {"study": "s", "encoders": ["x/e"], "targets": ["tatoeba"], "translation": "a/b"},
        "here",
        {"translation.beams": 4, "translation.models": {"en-de": "c/d"}},
    ).translation
    assert given == Translation(model="a/b", models={"en-de": "c/d"}, beams=4)


def test_a_direction_may_have_a_model_of_its_own() -> None:
    """All others have the one for all, if there is one."""
    both = Translation(model="all", models={"en-de": "there", "de-en": "back"})
    assert [both.model_of(*pair) for pair in (("en", "de"), ("de", "en"), ("en", "sw"))] == [
        "there",
        "back",
        "all",
    ]
    assert Translation(models={"en-de": "there"}).model_of("de", "en") is None
    assert both.sources == ("all", "there", "back")
    assert Translation(model=EXACT).sources == ()


@pytest.mark.parametrize(
    ("translation", "said"),
    [
        ({}, "needs a model: a hub id, a folder or 'pocket'; or models"),
        (
            {"models": {"de": "x"}},
            "models names each model by its direction, FROM-INTO, such as en-de, found 'de'",
        ),
        ({"models": {"de-de": "x"}}, "FROM-INTO, such as en-de, found 'de-de'"),
        ({"models": {"en-deu": "x"}}, "models, 'en-deu': There is no language 'deu'. Did you mean 'de'?"),
        ({"models": {"en-de": "pocket"}}, "'pocket' translates in all directions: say model: pocket"),
        ({"model": "pocket", "beams": 2}, "beams would change nothing: 'pocket' searches for nothing"),
        ({"model": "pocket", "models": {"en-de": "x"}}, "model: pocket is for generated tasks alone"),
        (
            {"model": "x", "beams": 0},
            "translation.beams: expected at least 1, found 0",
        ),
        (
            {"model": "x", "backend": "ct2"},
            "translation.backend: expected 'transformers' or 'ctranslate2'",
        ),
        ({"modell": "x"}, "translation.modell: there is no such field. Did you mean 'model'?"),
        ({"model": ""}, "translation.model: expected text that is not empty"),
    ],
)
def test_a_translator_that_is_none_is_refused(translation: dict[str, Any], said: str) -> None:
    """With what was expected, what was found and the cure."""
    with pytest.raises(StudyError) as refused:
        study(translation)
    assert said in str(refused.value)


def test_the_languages_of_the_benchmarks_are_in_flores() -> None:
    """All fifty, under codes of the list in transformers' tokenizer of NLLB; and no two share one."""
    assert len(FIFTY) == 50
    codes = [flores_code(code) for code in FIFTY]
    assert set(codes) <= set(FAIRSEQ_LANGUAGE_CODES)
    assert len(set(codes)) == 50


@pytest.mark.parametrize(
    ("code", "flores"),
    [("de", "deu_Latn"), ("ar", "arb_Arab"), ("sw", "swh_Latn"), ("zh", "zho_Hans"), ("fa", "pes_Arab")],
)
def test_flores_codes(code: str, flores: str) -> None:
    """As the FLORES-200 list of languages has them (NLLB Team 2022)."""
    assert flores_code(code) == flores


def test_no_two_languages_share_a_token() -> None:
    """A token of one language never makes a translator write another."""
    for architecture in ("m2m_100", "marian", "t5"):
        tokens = [token for code in LANGUAGES for token in language_tokens(code, architecture)]
        assert len(tokens) == len(set(tokens)), architecture


@pytest.mark.parametrize(
    ("code", "architecture", "tokens"),
    [
        ("sw", "m2m_100", ("swh_Latn", "__sw__")),
        ("sw", "t5", ("<2sw>",)),
        ("tl", "t5", ("<2tl>", "<2fil>")),
        ("sw", "marian", (">>swa_Latn<<", ">>swh_Latn<<", ">>swa<<", ">>swh<<", ">>sw<<")),
        ("zh", "marian", (">>cmn_Hans<<", ">>cmn<<", ">>zho_Hans<<", ">>zho<<", ">>zh<<")),
    ],
)
def test_tokens_of_a_language(code: str, architecture: Any, tokens: tuple[str, ...]) -> None:
    """As the models' own documentation writes them."""
    assert language_tokens(code, architecture) == tokens


def test_an_unknown_language_has_no_token() -> None:
    """The nearest known one is suggested."""
    with pytest.raises(UnknownNameError, match="Did you mean 'de'"):
        language_tokens("deu", "t5")


def test_languages_of_a_vocabulary() -> None:
    """In the order of the table; what is no language's token is none."""
    assert languages_in({"deu_Latn", "swh_Latn", "<2fr>", "Haus"}, "m2m_100") == ("de", "sw")
    assert languages_in({"deu_Latn", "<2fr>"}, "t5") == ("fr",)


def test_languages_as_opus_names_them() -> None:
    """Short and long codes, with regions; unknown ones are left out."""
    assert languages_named("en") == ("en",)
    assert languages_named("deu+nld+pt_BR+xx+de") == ("de", "nl", "pt")
    assert languages_named("") == ()
