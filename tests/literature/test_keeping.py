"""Tests of what is kept of syntheses: names, questions asked again, files that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.keeping import (
    SHARED,
    checked_name,
    folder_of,
    is_finished,
    keep_question,
    keep_synthesis,
    kept_syntheses,
    name_for,
    read_question,
    read_synthesis,
)
from stiltwalk.spec.errors import UnknownNameError, UserError
from stiltwalk.store.store import Store, open_store
from tests.literature.synthetic import QUESTION, synthesis

NAME = "made-up"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(tmp_path / "store")


def test_names_of_questions() -> None:
    """A short question's words; of longer ones the beginning and a digest, so that two have two names."""
    assert name_for("Does NLI help QA?") == "does-nli-help-qa"
    same = "Does intermediate training on English tasks help zero-shot "
    names = {name_for(same + end) for end in ("transfer?", "retrieval?")}
    assert len(names) == 2
    assert {name[:30] for name in names} == {"does-intermediate-training-on-"}
    assert name_for("texts") != "texts"


@given(st.text(min_size=1, max_size=80))
@settings(max_examples=40)
def test_every_question_has_a_name_that_may_be_one(question: str) -> None:
    """What is made of a question is always allowed, and no name of a shared folder."""
    assert checked_name(name_for(question)) not in SHARED


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "My Name",
            r"--name 'My Name': expected at most 40 of the characters a-z, 0-9 and -, such as 'my-name'",
        ),
        ("../up", r"such as 'up'"),
        ("texts", r"--name 'texts': so is a folder called that all syntheses share"),
    ],
)
def test_names_that_may_not_be(name: str, message: str) -> None:
    """They are refused with one that may be."""
    with pytest.raises(UserError, match=message):
        checked_name(name)


def test_a_synthesis_comes_back(store: Store) -> None:
    """It is read as it was kept, and told to be there; before it was finished, how to go on is said."""
    assert kept_syntheses(store) == ()
    assert keep_question(store, NAME, QUESTION) is None
    assert (kept_syntheses(store), is_finished(store, NAME)) == ((NAME,), False)
    with pytest.raises(UserError, match=r"'made-up' was begun and not finished\. Ask its question again"):
        read_synthesis(store, NAME)
    keep_synthesis(store, synthesis())
    assert is_finished(store, NAME)
    assert read_synthesis(store, NAME) == synthesis()
    assert read_question(store, NAME) == QUESTION


def test_a_question_asked_again(store: Store) -> None:
    """With other settings it is the same question, which gives what was asked before; another is refused."""
    keep_question(store, NAME, QUESTION)
    more = QUESTION.replace({"limit": 7})
    assert keep_question(store, NAME, more) == QUESTION
    assert read_question(store, NAME) == more
    assert keep_question(store, NAME, more.replace({"text": QUESTION.text.upper().rstrip("?")})) == more
    other = QUESTION.replace({"text": "Does coffee help?"})
    with pytest.raises(
        UserError, match=r"Another question is kept as 'made-up': .* now it is 'Does coffee help\?'"
    ):
        keep_question(store, NAME, other)


def test_an_unknown_synthesis(store: Store) -> None:
    """The nearest name is told."""
    keep_question(store, NAME, QUESTION)
    with pytest.raises(UnknownNameError, match=r"called 'mad-up'\. Did you mean 'made-up'\?"):
        read_synthesis(store, "mad-up")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"is missing or no JSON object"),
        ('{"synthesis": {}}', r"expected 'schema': 1, found None\. Delete it"),
        ('{"schema": 2, "synthesis": {}}', r"has schema 2, this version reads up to 1\. Upgrade stiltwalk"),
        ('{"schema": 1, "synthesis": {"name": 5}}', r"is damaged: name: .*, found 5\. Delete it"),
    ],
)
def test_files_that_cannot_be_read(store: Store, content: str, message: str) -> None:
    """Each is refused with its path, what was expected, and what to do."""
    keep_question(store, NAME, QUESTION)
    path = folder_of(store, NAME) / "synthesis.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=message) as caught:
        read_synthesis(store, NAME)
    assert str(path) in str(caught.value)


def test_files_say_their_schema(store: Store) -> None:
    """So that a later version can tell what it reads."""
    keep_question(store, NAME, QUESTION)
    path = keep_synthesis(store, synthesis())
    assert [json.loads(each.read_bytes())["schema"] for each in sorted(path.parent.iterdir())] == [1, 1]
