"""Asking: whether a question is one that papers can be searched for and screened by."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

from stiltwalk.literature.records.synthesis import Question
from stiltwalk.literature.services.every import find_service
from stiltwalk.literature.words import ASKING_WORDS, FUNCTION_WORDS, folded, terms
from stiltwalk.spec.errors import UserError

_FOREIGN: Final = frozenset(
    """
    als auf auch aus bei beim das dass dem der des ein eine einem einen einer für ist kann mit nach nicht ob
    oder sich sind und von vom wann warum wenn wie wird zu zum zur über
    au aux avec ces cette comment dans du elle est il les leur mais ne nous où par pas pourquoi quand que
    quel quelle quelles quels qui sont une
    cuál cuándo cómo del desde donde ella esta este hay las los más muy para pero por qué sobre sus también
    alla anche che chi cosa dal dalla degli dei della delle di dove gli nel nella non perché più quale quali
    quando sono sul sulla
    aos das dos mais não nas nos para pela pelo por quais qual sem sua uma
    aan dat een het hoe naar niet uit voor waar waarom wat welke worden wordt
    """.split()
)
"""Words of German, French, Spanish, Italian, Portuguese and Dutch that say how others belong together; but
those that are English words too, or codes of languages."""

_FOLDED: Final = frozenset(map(folded, _FOREIGN)) - (FUNCTION_WORDS | ASKING_WORDS)
_WORD: Final = re.compile(r"[^\W\d_]+")
_ENGLISH: Final = (
    "Ask in English: by its words papers are screened, and claims are found in English sentences alone."
)


def require_searchable(question: Question) -> tuple[str, ...]:
    """The terms that papers are screened by, if ``question`` can be searched for at all.

    Raises:
        UserError: it says nothing to search for, is not in English, has no source, or its folder or years
            cannot be.
    """
    _require_sources(question)
    if question.query and not terms(question.query):
        raise UserError(f"--query {question.query!r}: expected words to search for.")
    if question.since is not None and question.until is not None and question.since > question.until:
        raise UserError(
            f"--since {question.since} --until {question.until}: expected the first year not behind the "
            "last. No paper is from such years."
        )
    _require_english(question.text)
    found = terms(question.text)
    if not found:
        raise UserError(
            f"The question {question.text!r} has no word that papers could be searched for. Name what it is "
            "about, for instance: 'Does intermediate training on English tasks help zero-shot transfer?'"
        )
    return found


def _require_sources(question: Question) -> None:
    for name in question.sources:
        find_service(name)
    if not question.sources and not question.folder:
        raise UserError(
            "There is nothing to search: give databases with --sources, or a folder of papers with --from."
        )
    if question.folder and not Path(question.folder).is_dir():
        what = "is a file" if Path(question.folder).exists() else "does not exist"
        raise UserError(
            f"--from {question.folder}: expected a folder of papers (PDF, TXT, HTML, BibTeX), but it {what}."
        )


def _require_english(text: str) -> None:
    """Refuse what is written in another script, or with the small words of another language.

    A detector of languages is no help: of the few words of a question it is as often wrong as right.
    """
    letters = [each for each in text if each.isalpha()]
    latin = sum(unicodedata.name(each, "").startswith("LATIN") for each in letters)
    if 2 * latin < len(letters):
        raise UserError(f"The question {text!r} is not in Latin letters. {_ENGLISH}")
    words = [folded(word) for word in _WORD.findall(text)]
    english = [word for word in words if word in FUNCTION_WORDS | ASKING_WORDS]
    foreign = [word for word in words if word in _FOLDED]
    if len(foreign) > len(english):
        raise UserError(
            f"The question {text!r} seems to be in another language ({', '.join(dict.fromkeys(foreign))}). "
            f"{_ENGLISH}"
        )
