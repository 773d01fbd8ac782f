"""Tests of what options mean, before any command sees them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stiltwalk.cli.options import overrides
from stiltwalk.spec.errors import UserError
from tests.cli.conftest import Command


def test_values_are_yaml() -> None:
    """Numbers, lists and text become what YAML makes of them."""
    given = ["seeds=[1, 2]", "question=why", 'question="a: b"']
    assert overrides(given) == {"seeds": [1, 2], "question": "a: b"}


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("seeds=[1", "expected ',' or ']', but got '<stream end>'"),
        ("question=a: b: c", "mapping values are not allowed here"),
        ("question=@x", "found character '@' that cannot start any token"),
        ("question=%x", "expected '<document start>', but found '<stream end>'"),
        ("seeds=*a", "found undefined alias 'a'"),
        ("question=2001-99-99", "month must be in 1..12"),
    ],
)
def test_values_that_are_no_yaml(option: str, wrong: str) -> None:
    """The message shows the value, what is wrong with it, and how it is quoted."""
    name, _, value = option.partition("=")
    said = f"-o {option}: the value is not valid YAML: {wrong}"
    with pytest.raises(UserError, match=re.escape(said)) as raised:
        overrides([option])
    assert str(raised.value).endswith(f"-o '{name}=\"{value}\"'.")


def test_such_a_value_is_the_users_mistake(command: Command) -> None:
    """It ends with exit code 2 and without a traceback."""
    ended = command("plan", "first-light", "-o", "seeds=[1")
    assert (ended.code, "Traceback" in ended.err) == (2, False)


def test_a_field_without_value() -> None:
    """An option says what it should have been."""
    with pytest.raises(UserError, match="-o seeds: expected FIELD=VALUE, for example"):
        overrides(["seeds"])


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("status", "one"),
        ("results", "one"),
        ("results", "one", "--benchmark", "xtreme"),
        ("verdict", "one"),
        ("report", "one"),
        ("literature",),
        ("store", "ls"),
        ("store", "verify"),
        ("store", "gc"),
        ("export", "0123456789", "--out", "m"),
        ("submission", "one"),
    ],
)
def test_a_store_that_is_not_there(command: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Commands that read say so, and make none."""
    typo = tmp_path / "typo"
    ended = command(*words, "--store", typo)
    assert (ended.code, f"There is no store in {typo}: expected a folder" in ended.err) == (2, True)
    assert not typo.exists()


def test_a_folder_that_is_no_store(command: Command, tmp_path: Path) -> None:
    """Empty it is none yet; with other things in it, it can be none."""
    assert "There is no store in" in command("status", "--store", tmp_path).err
    (tmp_path / "letter.txt").touch()
    assert "is no stiltwalk store" in command("status", "--store", tmp_path).err
