"""What is kept of syntheses, below ``STORE/literature/``.

``NAME/question.json`` and ``NAME/synthesis.json`` of each; and what they share: ``responses/`` (answers of
databases, ``services/kept.py``), ``files/`` (``kept_files.py``), ``texts/`` (``kept_texts.py``) and
``judgements/`` (``remembering.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from stiltwalk.literature.entries import SEAL, is_whole, write_sealed
from stiltwalk.literature.records.synthesis import Question, Synthesis
from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.spec.slugs import MOST, slug
from stiltwalk.store.atomic import read_json
from stiltwalk.store.disk import writing
from stiltwalk.store.store import Store

SCHEMA: Final = 1
"""Version of the two files of a synthesis; an older one is read, a newer one refused."""

RESPONSES: Final = "responses"
FILES: Final = "files"
TEXTS: Final = "texts"
JUDGEMENTS: Final = "judgements"
SHARED: Final = frozenset({RESPONSES, FILES, TEXTS, JUDGEMENTS})
"""Folders beside those of syntheses, which can therefore not be called so."""

_QUESTION: Final = "question.json"
_SYNTHESIS: Final = "synthesis.json"
_DIGITS: Final = 6


def home(store: Store) -> Path:
    """The folder below which everything of the literature lies."""
    return store.root / "literature"


def folder_of(store: Store, name: str) -> Path:
    """Where the synthesis ``name`` lies, or would lie."""
    return home(store) / name


def name_for(question: str) -> str:
    """The name of the synthesis of ``question`` where none is given.

    A short question's words; of a longer one as many as fit, and a digest, so that two with the same
    beginning have two names.
    """
    words = slug(question, 2 * MOST)
    if len(words) <= MOST and words not in SHARED | {"x"}:
        return words
    digest = hashlib.sha256(question.encode()).hexdigest()[:_DIGITS]
    return f"{slug(question, MOST - _DIGITS - 1)}-{digest}"


def checked_name(name: str) -> str:
    """``name``, if a synthesis may be called so.

    Raises:
        UserError: it may not.
    """
    if name != slug(name):
        raise UserError(
            f"--name {name!r}: expected at most {MOST} of the characters a-z, 0-9 and -, such as "
            f"{slug(name)!r}."
        )
    if name in SHARED:
        raise UserError(
            f"--name {name!r}: so is a folder called that all syntheses share. Give another name, such as "
            f"'{name}-1'."
        )
    return name


def kept_syntheses(store: Store) -> tuple[str, ...]:
    """Names of the syntheses that are kept, finished or not."""
    return tuple(sorted(path.parent.name for path in home(store).glob(f"[!.]*/{_QUESTION}")))


def files_of_syntheses(store: Store) -> Iterator[Path]:
    """The files of all syntheses: a question of each, and what was made of it if it is finished."""
    for file in (_QUESTION, _SYNTHESIS):
        yield from sorted(home(store).glob(f"[!.]*/{file}"))


def keep_question(store: Store, name: str, question: Question) -> Question | None:
    """Put down what is asked, before anything is searched.

    A question may be asked again with other settings, of other databases for instance: its synthesis is then
    made anew.

    Returns:
        What was asked under this name before; ``None``: nothing.

    Raises:
        UserError: another question is kept under this name, or the store cannot be written.
    """
    before = read_question(store, name) if name in kept_syntheses(store) else None
    if before is not None and _plain(before.text) != _plain(question.text):
        raise UserError(
            f"Another question is kept as '{name}': {before.text!r}, and now it is {question.text!r}. Give "
            f"this one another name with --name, or delete {folder_of(store, name)}."
        )
    if before != question:
        _write(
            store,
            folder_of(store, name) / _QUESTION,
            {"schema": SCHEMA, "question": question.model_dump(mode="json")},
        )
    return before


def read_question(store: Store, name: str) -> Question:
    """What is asked by the synthesis ``name``.

    Raises:
        UserError: there is none of this name, or what is kept of it cannot be read.
    """
    path = _path(store, name, _QUESTION)
    raw = _read(path)
    try:
        return Question.model_validate(raw.get("question"))
    except ValidationError as error:
        raise _damaged(path, error) from None


def content_of(synthesis: Synthesis) -> dict[str, Any]:
    """``synthesis`` as it stands in a file ``synthesis.json``, which `synthesis_in` reads."""
    return {"schema": SCHEMA, "synthesis": synthesis.model_dump(mode="json")}


def keep_synthesis(store: Store, synthesis: Synthesis) -> Path:
    """Put down a finished synthesis in place of an earlier one of its name; returns the file.

    Raises:
        UserError: the store cannot be written.
    """
    path = folder_of(store, synthesis.name) / _SYNTHESIS
    _write(store, path, content_of(synthesis))
    return path


def read_synthesis(store: Store, name: str) -> Synthesis:
    """The synthesis that is kept as ``name``.

    Raises:
        UserError: there is none, it was never finished, or it cannot be read.
    """
    path = _path(store, name, _SYNTHESIS)
    if not path.is_file():
        raise UserError(
            f"The synthesis '{name}' was begun and not finished. Ask its question again, and it goes on from "
            f"what is kept: stiltwalk literature {read_question(store, name).text!r}"
        )
    return synthesis_in(path)


def is_finished(store: Store, name: str) -> bool:
    """Whether the synthesis ``name`` was made to its end."""
    return (folder_of(store, name) / _SYNTHESIS).is_file()


def synthesis_in(path: Path) -> Synthesis:
    """The synthesis in a file ``synthesis.json``.

    Raises:
        UserError: it is none that this version reads.
    """
    raw = _read(path)
    try:
        return Synthesis.model_validate(raw.get("synthesis"))
    except ValidationError as error:
        raise _damaged(path, error) from None


def _plain(text: str) -> str:
    """``text`` without what makes no other question."""
    return " ".join(text.casefold().split()).rstrip("?. ")


def _path(store: Store, name: str, file: str) -> Path:
    names = kept_syntheses(store)
    if name not in names:
        raise unknown_name(f"synthesis in the store {store.root} called", name, names)
    return folder_of(store, name) / file


def _write(store: Store, path: Path, content: Mapping[str, Any]) -> None:
    with writing(store.root):
        write_sealed(path, content)


def _read(path: Path) -> dict[str, Any]:
    raw = read_json(path)
    if raw is None:
        raise UserError(f"{path} is missing or no JSON object: expected a synthesis. {_CURE}")
    if SEAL in raw and not is_whole(raw):  # beside a report there is a copy without one
        raise UserError(f"{path} is damaged: it is not what was put there. {_CURE}")
    version = raw.get("schema")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UserError(f"{path} is damaged: expected 'schema': {SCHEMA}, found {version!r}. {_CURE}")
    if version > SCHEMA:
        raise UserError(f"{path} has schema {version}, this version reads up to {SCHEMA}. Upgrade stiltwalk.")
    return raw


_CURE: Final = (
    "Delete it and ask the question again: what was searched, read and judged is kept beside it, so that "
    "takes little time."
)


def _damaged(path: Path, error: ValidationError) -> UserError:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "(top)"
    return UserError(f"{path} is damaged: {place}: {first['msg']}, found {first['input']!r:.80}. {_CURE}")
