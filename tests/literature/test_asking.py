"""Tests of what can be asked: refusals before anything is searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.literature.asking import require_searchable
from stiltwalk.literature.records.synthesis import Question
from stiltwalk.spec.errors import UserError

ENGLISH = (
    "Does intermediate training on English tasks help zero-shot transfer?",
    "Which languages gain?",
    "XLM-R zero-shot transfer",
    "zero-shot transfer en de es fr la",
    "Does the result of Phang et al. 2020 hold for mDeBERTa?",
    "Does COMET met human judgement on WMT?",
    "What does van Noord find about Dutch parsing?",
)
FOREIGN = (
    "Hilft Zwischentraining auf englischen Daten beim Transfer?",
    "Est-ce que l'entraînement intermédiaire améliore le transfert ?",
    "¿Mejora el entrenamiento intermedio la transferencia con pocos datos para los idiomas?",
    "L'addestramento intermedio migliora il trasferimento delle lingue?",
    "O treinamento intermediário ajuda na transferência para outras línguas?",
    "Helpt tussentijdse training voor talen zonder labels?",
)


def _asked(text: str) -> Question:
    return Question(text=text, sources=("openalex",))


@pytest.mark.parametrize("text", ENGLISH)
def test_english_questions(text: str) -> None:
    """They have terms, whatever names, codes of languages and citations stand in them."""
    assert require_searchable(_asked(text))


@pytest.mark.parametrize("text", FOREIGN)
def test_questions_in_other_languages(text: str) -> None:
    """Their small words give them away; what to do is said."""
    with pytest.raises(UserError, match=r"seems to be in another language \([^)]+\)\. Ask in English"):
        require_searchable(_asked(text))


@pytest.mark.parametrize("text", ["中间任务训练有帮助吗", "Помогает ли обучение на NLI?", "هل يساعد"])
def test_questions_in_other_scripts(text: str) -> None:
    """They are refused with the same cure."""
    with pytest.raises(UserError, match=r"is not in Latin letters\. Ask in English"):
        require_searchable(_asked(text))


@pytest.mark.parametrize("text", ["Is it?", "?!", "the of and"])
def test_questions_that_say_nothing(text: str) -> None:
    """Without a word to search for there is nothing to search; an example is given."""
    with pytest.raises(UserError, match=r"has no word that papers could be searched for\. Name what it is"):
        require_searchable(_asked(text))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"sources": ("openalix",)},
            r"There is no database of papers 'openalix'\. Did you mean 'openalex'\?",
        ),
        ({"sources": ()}, r"There is nothing to search: give databases with --sources, or a folder"),
        ({"folder": "/nowhere/at/all"}, r"--from /nowhere/at/all: expected a folder .* it does not exist"),
        ({"folder": str(Path(__file__))}, r"test_asking\.py: expected a folder .* it is a file"),
        ({"since": 2021, "until": 2020}, r"--since 2021 --until 2020: expected the first year not behind"),
        ({"query": "?!"}, r"--query '\?!': expected words to search for"),
    ],
)
def test_settings_that_cannot_be(change: dict[str, object], message: str) -> None:
    """Each is refused by the option's name, with what was expected and what was found."""
    with pytest.raises(UserError, match=message):
        require_searchable(_asked(ENGLISH[0]).replace(change))
