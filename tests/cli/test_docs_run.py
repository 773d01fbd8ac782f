"""Commands and Python that the documents show are run, as far as that takes seconds; the rest is slow."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.cli.conftest import Command, Ended
from tests.declared import write_declared
from tests.docs_blocks import ROOT, blocks, commands, of

LISTINGS: Final = {"doctor", "encoders", "languages", "published", "studies"}
"""Commands that only say what there is."""

TRAINS: Final = {"demo", "evaluate", "run", "transfer"}
OTHERS: Final = {"cd", "git", "make", "pip", "source"}
START: Final = "docs/start.md"
OWN_TASK: Final = "docs/own-task.md"


def _quick(words: Sequence[str]) -> bool:
    """Whether a command of stiltwalk ends in a second and needs nothing that is not here."""
    if "DIR" in words or "--data-dir" in words:
        return False
    match words[1:]:
        case ["tasks" | "claims", *rest]:
            return all(each.startswith("--") or each in SAYS for each in rest)
        case ["data", "ls", task, *_]:
            return task.startswith("pocket-")
        case [name, *_]:
            return name in LISTINGS
    return False


SAYS: Final = {"sequence-classification", "question-answering"}
"""Types of task that ``tasks --template`` is shown with."""

SHOWN = {
    each.line: each
    for block in blocks()
    if block.language == "console"
    for each in commands(block)
    if each.words[0] == "stiltwalk"
}


@pytest.fixture(autouse=True)
def _reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader's folder; what is kept goes there too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.mark.parametrize("line", sorted(line for line, each in SHOWN.items() if _quick(each.words)))
def test_commands_that_list_are_run(line: str, command: Command) -> None:
    """They end well, and print something."""
    ended = command(*SHOWN[line].words[1:])
    assert (ended.code, bool(ended.out)) == (0, True), ended.err


def _followed(page: str, command: Command, folder: Path, *, leave: Collection[str]) -> list[Ended]:
    """What came of every command of a page in order, in ``folder``, with the files that it names.

    Steps are carried out in this process. Sub-commands in ``leave`` are left out.
    """
    for block in (*of(page, "yaml"), *of(page, "python")):
        if block.title.endswith((".yaml", ".py")):
            (folder / block.title).write_text(block.text, encoding="utf-8")
    ended = []
    for each in (each for block in of(page, "console") for each in commands(block)):
        program, *words = each.words
        if program in OTHERS or words[0] in leave:
            continue
        assert program == "stiltwalk", each
        ended.append(command(*words, *(["--workers", "0"] if words[0] in TRAINS else [])))
        if each.into:
            (folder / each.into).write_text(ended[-1].out, encoding="utf-8")
    return ended


def test_the_start_can_be_followed(
    command: Command, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every command of the five-minute start ends well, and so does its Python; its mistake is refused."""
    followed = _followed(START, command, tmp_path, leave={"demo"})
    assert len(followed) > 8
    assert [ended.err for ended in followed if ended.code] == []
    assert not [ended.out for ended in followed if "no error is left to spend" in ended.out]
    assert "pocket-ner" in next(ended.out for ended in followed if "Gain over 'none'" in ended.out)
    assert [path.name for path in tmp_path.rglob("report.html")] == ["report.html"]

    (shown,) = of(START, "python")
    runpy.run_path(shown.title, run_name="__main__")
    assert "zero-shot" in capfd.readouterr().out

    written = Path("first.yaml").read_text(encoding="utf-8").replace("seeds: 3", "sedes: 3")
    Path("mistaken.yaml").write_text(written, encoding="utf-8")
    refused = command("plan", "mistaken.yaml")
    (said,) = (block.text.strip() for block in of(START, "text"))
    assert (refused.code, f"sedes: {said}. Did you mean 'seeds'?" in refused.err) == (2, True)


def _declared(folder: Path) -> None:
    """The files of the tasks that docs/own-task.md speaks of."""
    for kind, name in (("sequence-classification", "my-nli"), ("token-classification", "my-entities")):
        write_declared(folder, kind).rename(folder / f"{name}.yaml")


def test_your_own_task_can_be_looked_at(command: Command, tmp_path: Path) -> None:
    """What docs/own-task.md shows, trainings apart: a template is printed, its data verified and shown."""
    _declared(tmp_path)
    followed = _followed(OWN_TASK, command, tmp_path, leave=TRAINS)
    assert [(ended.code, ended.err) for ended in followed] == [(0, "")] * 3
    assert Path("my-nli.yaml").read_text(encoding="utf-8") == followed[0].out


@pytest.mark.slow
def test_your_own_task_can_be_trained(command: Command, tmp_path: Path) -> None:
    """The rest of that page, but for the model of one's own."""
    _declared(tmp_path)
    followed = _followed(OWN_TASK, command, tmp_path, leave={"evaluate"})
    assert [ended.err for ended in followed if ended.code] == []
    assert len(followed) == 5


@pytest.mark.slow
def test_an_encoder_can_be_made(command: Command) -> None:
    """The study of docs/own-encoder.md that pretrains an encoder runs."""
    (block,) = (block for block in of("docs/own-encoder.md", "yaml") if "study: made-here" in block.text)
    Path("made-here.yaml").write_text(block.text, encoding="utf-8")
    ended = command("run", "made-here.yaml", "--workers", "0")
    assert (ended.code, "pocket-pos" in ended.out) == (0, True), ended.err


@pytest.mark.slow
def test_the_python_reference_can_be_followed() -> None:
    """The script at the head of docs/api.md runs, with workers of its own."""
    (block,) = of("docs/api.md", "python")
    Path("script.py").write_text(block.text, encoding="utf-8")
    ended = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, check=False)
    assert (ended.returncode, "zero-shot" in ended.stdout) == (0, True), ended.stderr


@pytest.mark.slow
def test_the_demo_runs(command: Command) -> None:
    """The command that the README begins with ends well, and says that it is a rehearsal."""
    ended = command("demo")
    assert (ended.code, "This is a rehearsal" in ended.out) == (0, True), ended.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", sorted(line for line in SHOWN if re.match(r"stiltwalk plan [a-z0-9-]+( |$)(?!.*--probe)", line))
)
def test_plans_of_presets_are_made(line: str, command: Command) -> None:
    """Every plan of a preset that a page shows can be made without data or encoders."""
    ended = command(*SHOWN[line].words[1:])
    assert ended.code == 0, ended.err


@pytest.mark.slow
def test_hours_of_the_readme_are_those_that_plan_prints(command: Command) -> None:
    """The last column of its table of presets."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| `([a-z0-9-]+)` \|.*\| ([\d,]+) \|$", text, re.MULTILINE))
    assert len(table) == 6
    for name, hours in table.items():
        out = command("plan", name, "--scale", "full", "--card", "H100").out
        (printed,) = re.findall(r"In all ([\d,.]+) GPU hours", out)
        assert f"{round(float(printed.replace(',', ''))):,}" == hours, name
