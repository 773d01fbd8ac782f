"""Tests of what the documents promise: every command in them exists, with the options they use."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import stiltwalk
from stiltwalk.cli.main import app
from stiltwalk.spec.study import study_from

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def _blocks(language: str) -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for block in re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            yield path.name, block


def _commands() -> list[tuple[str, str]]:
    return [
        (name, line.removeprefix("$ "))
        for name, block in _blocks("console")
        for line in block.splitlines()
        if line.startswith("$ stiltwalk")
    ]


@pytest.mark.parametrize(("document", "line"), _commands())
def test_every_command_parses(document: str, line: str) -> None:
    """A command shown to the reader is one that the command line understands."""
    words = shlex.split(line, comments=True)[1:]
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"{document}: {name}"
        command = command.commands[name]
    command.make_context("stiltwalk", words)


def test_the_readmes_study_is_valid() -> None:
    """The study file shown in the README passes every check."""
    (_, text) = next(block for block in _blocks("yaml") if block[0] == "README.md")
    assert study_from(yaml.safe_load(text), "README.md").arms == ("none", "commonsenseqa", "squad+mlm")


def test_the_readmes_functions_exist() -> None:
    """Every function of the Python API that the README calls is there."""
    (_, text) = next(block for block in _blocks("python") if block[0] == "README.md")
    called = set(re.findall(r"stiltwalk\.(\w+)\(", text))
    assert called
    assert called <= set(stiltwalk.__all__)


def test_every_link_leads_somewhere() -> None:
    """A relative link in a document names a file that exists."""
    for path in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_make_target_shown_exists() -> None:
    """``make`` targets named in the documents are in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in DOCUMENTS:
        for target in re.findall(r"`make ([a-z-]+)`", path.read_text(encoding="utf-8")):
            assert target in targets, f"{path.name}: make {target}"
