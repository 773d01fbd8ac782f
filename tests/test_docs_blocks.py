"""Every block of code in the documents is held to the program: none is of a kind that nothing looks at.

What can be run in seconds is run by ``tests/cli/test_docs_run.py``.
"""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import yaml
from jsonschema import Draft202012Validator

import stiltwalk
from stiltwalk import api
from stiltwalk.cli.main import app
from stiltwalk.spec.claims import read_claims
from stiltwalk.spec.scales import scales_of
from stiltwalk.spec.study_files import read_study, study_from
from stiltwalk.spec.study_schema import study_schema
from stiltwalk.spec.task_files import named_task, template
from tests.docs_blocks import DOCUMENTS, ROOT, Block, Command, blocks, commands, of, printed, prose
from tests.docs_messages import is_message, is_said

PART: Final = "part of a study file"
FIRST_LINE: Final = "first line of a study file"
TEXTS: Final = {"diagram", "formula", "message", "output"}

OTHER_PROGRAMS: Final = {"cd", "git", "rsync", "source"}
"""What a reader's shell brings along, or an operating system."""

RECORDED: Final = {
    ("docs/benchmarks.md", "XTREME (0 to 100)"): "XTREME's mock files: tests/parity/test_xtreme.py",
    ("docs/benchmarks.md", "udpos lacks lt pl ro uk wo"): "the same",
    (
        "docs/data.md",
        "xnli: XNLI. Licence: CC BY-NC 4.0. Conneau et al. 2018, arXiv 1809.05053.",
    ): "real files",
    ("docs/data.md", "reading XNLI-1.0.zip"): "real files",
}
"""Page and first line of what commands printed on files that are not here → which files."""

CONSOLE = [block for block in blocks() if block.language == "console"]
YAML = [block for block in blocks() if block.language == "yaml"]
PYTHON = [block for block in blocks() if block.language == "python"]
TEXT = [block for block in blocks() if block.language == "text"]


def _name(block: Block) -> str:
    return f"{block.page}:{block.line}"


def test_every_block_is_of_a_kind_that_is_looked_at() -> None:
    """There are four languages, and a test below for each; nothing is indented to look like code."""
    assert Counter(block.language for block in blocks()).keys() == {"console", "yaml", "python", "text"}
    assert len(CONSOLE) > 60
    indented = [
        f"{path}: {before}"
        for path in {block.page for block in blocks()}
        for before in re.findall(r"\n\n( {4}\S.*)", prose(ROOT / path))
    ]
    assert indented == []


@pytest.mark.parametrize("block", CONSOLE, ids=_name)
def test_every_command_exists(block: Block) -> None:
    """A command shown to the reader is there: program, sub-command, options, make target, extra, module."""
    assert commands(block), f"{_name(block)}: no command"
    for each in commands(block):
        _exists(each)


def _exists(command: Command) -> None:
    program, *words = command.words
    if program == "stiltwalk":
        _parses(words, command.page)
    elif program == "make":
        assert re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), command
    elif program == "pip":
        assert words[0] == "install", command
        _installs(words[1])
    elif program == "python":
        assert find_spec(words[1]) if words[0] == "-m" else (ROOT / words[0]).is_file(), command
    else:
        assert program in OTHER_PROGRAMS, command


def _installs(what: str) -> None:
    """An extra of this package, or the package from where it says that it is published."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = re.fullmatch(r"stiltwalk\[([a-z0-9-]+)\]", what)
    if extra is not None:
        assert extra[1] in project["optional-dependencies"], what
    else:
        assert project["urls"]["Documentation"].startswith(what.removeprefix("git+") + "/"), what


def _parses(words: list[str], page: str) -> None:
    command, left = _called(words, page)
    command.make_context("stiltwalk", left)


def _called(words: list[str], page: str) -> tuple[Any, list[str]]:
    """The command of stiltwalk that ``words`` call, and the words behind it."""
    command: Any = typer.main.get_command(app)
    left = [*words]
    while hasattr(command, "commands"):
        name = left.pop(0)
        assert name in command.commands, f"{page}: {name}"
        command = command.commands[name]
    return command, left


def test_every_command_in_a_sentence_exists() -> None:
    """``stiltwalk …`` in running text names a command that there is, and options that it has."""
    seen = 0
    for path in DOCUMENTS:
        for said in re.findall(r"`stiltwalk ([a-z][^`]*)`", " ".join(prose(path).split())):
            command, left = _called(said.split(), path.name)
            known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
            assert {word for word in left if re.match(r"--?[a-z]", word)} <= known, f"{path.name}: {said}"
            seen += 1
    assert seen > 50


def test_recorded_outputs_are_known() -> None:
    """What is shown of a command's output is on the list of what cannot be repeated here, with the reason."""
    shown = {(block.page, block.first) for block in TEXT if block.title == "output"}
    shown |= {(block.page, printed(block)[0]) for block in CONSOLE if printed(block)}
    assert shown == set(RECORDED)


@pytest.mark.parametrize("block", TEXT, ids=_name)
def test_every_text_says_what_it_is(block: Block) -> None:
    """A message is one that the program has; a diagram, formula or output is called so."""
    assert block.title in TEXTS
    if block.title == "message":
        said = block.text.strip()
        assert is_said(said) or is_message(said), said


@pytest.mark.parametrize("block", YAML, ids=_name)
def test_every_yaml_block_is_valid(block: Block, tmp_path: Path) -> None:
    """It is a study at each of its scales, a part of one, a task or claims."""
    path = tmp_path / "shown.yaml"
    path.write_text(block.text, encoding="utf-8")
    if block.title == FIRST_LINE:
        (schema,) = re.findall(r"\$schema=(\S+)", block.text)
        assert (ROOT / "docs" / schema).is_file()
        return
    raw = yaml.safe_load(block.text)
    if block.title == PART:
        assert "study" not in raw
        raw = {"study": "part", "encoders": ["pocket-xs"], "targets": ["pocket-pos"]} | raw
        study_from(raw, _name(block))
    elif "study" in raw:
        _beside(block, tmp_path)
        for scale in scales_of(raw, str(path)) or (None,):
            read_study(path, {}, scale=scale)
        assert [error.message for error in Draft202012Validator(study_schema()).iter_errors(raw)] == []
    elif "claims" in raw:
        assert read_claims(path)
    else:
        assert named_task(str(path)).name == raw["name"]


def _beside(block: Block, folder: Path) -> None:
    """The task files that a page declares, and those that ``tasks --template`` prints, beside a study."""
    texts = [template(kind) for kind in ("sequence-classification", "token-classification")]
    texts += [each.text for each in of(block.page, "yaml") if each.text.startswith("name:")]
    for text in texts:
        (folder / f"{yaml.safe_load(text)['name']}.yaml").write_text(text, encoding="utf-8")


def test_the_task_shown_is_the_template() -> None:
    """docs/own-task.md shows what ``stiltwalk tasks --template`` prints."""
    assert of("docs/own-task.md", "yaml")[0].text == template("sequence-classification")


@pytest.mark.parametrize("block", PYTHON, ids=_name)
def test_every_python_block_calls_what_there_is(block: Block) -> None:
    """It can be read, and every function of stiltwalk in it takes what it is given."""
    called = [node for node in ast.walk(ast.parse(block.text)) if isinstance(node, ast.Call)]
    own = [
        (node.func.attr, node)
        for node in called
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "stiltwalk"
    ]
    assert own
    for name, node in own:
        assert name in stiltwalk.__all__
        given = {each.arg: None for each in node.keywords if each.arg is not None}
        inspect.signature(getattr(api, name)).bind(*node.args, **given)
