"""Tests of reading a study file and of overriding its fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.study import Study
from stiltwalk.spec.study_files import read_study

TEXT = """
study: small
question: does it help?
encoders: [x/e]
intermediate: [squad]
targets:
  - xquad
  - task: udpos
    languages: [de, fr]
recipe: released
"""


def _read(folder: Path, text: str = TEXT, **overrides: Any) -> Study:
    """The study that ``text`` says, ``__`` in the name of an override standing for a dot."""
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return read_study(path, {name.replace("__", "."): value for name, value in overrides.items()})


def test_a_study_file(tmp_path: Path) -> None:
    """A file holds the study's fields as YAML; what it leaves out has defaults."""
    study = _read(tmp_path)
    assert (study.study, study.arms, study.seeds) == ("small", ("none", "squad"), (1, 2, 3))
    assert study.targets[1].languages == ("de", "fr")


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    """YAML reads ``1e-5`` as text; it counts as the number it is."""
    study = _read(tmp_path, TEXT.replace("released", "{target: {learning_rate: 2e-5, epochs: 1}}"))
    assert study.recipe.target == {"learning_rate": 2e-5, "epochs": 1}


def test_no_such_file(tmp_path: Path) -> None:
    """A missing file, or a folder, is the user's mistake, and is named."""
    with pytest.raises(UserError, match=r"Cannot read the study file .*nothing\.yaml: No such file"):
        read_study(tmp_path / "nothing.yaml", {})
    with pytest.raises(UserError, match=r"Cannot read the study file .*: Is a directory"):
        read_study(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("study: [a", r"small\.yaml is not valid YAML: .*\n.*line 1"),
        ("a: b: c", r"small\.yaml is not valid YAML: mapping values are not allowed"),
        ("!!python/object/apply:os.getcwd []", r"small\.yaml is not valid YAML: could not determine"),
        ("", r"small\.yaml holds no study: expected fields such as 'study:'"),
        ("- xquad", r"small\.yaml holds no study"),
        ("just words", r"small\.yaml holds no study"),
        (
            TEXT + "encodrs: 1\n",
            r"small\.yaml is not a valid study:\n  encodrs: .* Did you mean 'encoders'\?",
        ),
        (TEXT.replace("squad]", "sqaud]"), r"There is no task 'sqaud'\. Did you mean 'squad'\?"),
        (TEXT + "1: 2\n", "1: Keys should be strings"),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, text: str, message: str) -> None:
    """No YAML, no mapping, unsafe tags, unknown fields and names are refused, naming file and place."""
    with pytest.raises(UserError, match=message):
        _read(tmp_path, text)


def test_overrides(tmp_path: Path) -> None:
    """Dotted names reach any field: new or there, nested, or an item of a list."""
    study = _read(
        tmp_path,
        seeds=2,
        execution__threads=4,
        intermediate__0="udpos",
        targets__1__languages=["vi"],
    )
    assert (study.seeds, study.execution.threads, study.arms) == ((1, 2), 4, ("none", "udpos"))
    assert study.targets[1].languages == ("vi",)


def test_an_override_within_a_plain_name(tmp_path: Path) -> None:
    """``recipe: released`` may still have its fields overridden: the name stays."""
    study = _read(tmp_path, recipe__target__epochs=1)
    assert (study.recipe.label, study.recipe.target) == ("released*", {"epochs": 1})


def test_an_override_replaces_a_whole_field(tmp_path: Path) -> None:
    """An override of a field that holds more replaces all of it."""
    assert _read(tmp_path, recipe="pocket", targets=["tatoeba"]).targets[0].task == "tatoeba"


@pytest.mark.parametrize(
    ("dotted", "message"),
    [
        ("targets.7.task", r"-o targets\.7\.task: '7' is no item of a list of 2; count from 0"),
        ("targets.first.task", r"-o targets\.first\.task: 'first' is no item of a list of 2"),
        ("seeds.extra", r"-o seeds\.extra: 'extra' is no item of a list of 3; count from 0"),
        (
            "encodrs",
            r"small\.yaml with -o encodrs is not a valid study:\n  encodrs: .* Did you mean 'encoders'\?",
        ),
        ("recipe.nmae", r"recipe\.nmae: there is no such field\. Did you mean 'name'\?"),
        ("execution.thread", r"execution\.thread: there is no such field\. Did you mean 'threads'\?"),
        ("question.mark", r"-o question\.mark: 'question' is a single value, it has no field 'mark'"),
        ("targets.9", r"-o targets\.9: '9' is no item of a list of 2"),
        ("targets.-1", r"-o targets\.-1: '-1' is no item of a list of 2"),
    ],
)
def test_a_bad_override(tmp_path: Path, dotted: str, message: str) -> None:
    """An override that leads nowhere is refused with the part that is wrong."""
    path = tmp_path / "small.yaml"
    path.write_text(TEXT + "seeds: 3\n", encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        read_study(path, {dotted: 1})


def test_the_file_stays_as_it_was(tmp_path: Path) -> None:
    """Overrides change what was read, never the file."""
    _read(tmp_path, seeds=1)
    assert (tmp_path / "small.yaml").read_text(encoding="utf-8") == TEXT


def test_an_override_reaches_into_what_stood_as_a_name(tmp_path: Path) -> None:
    """A target given by its mere name can be given languages, and a recipe an epoch count."""
    path = tmp_path / "small.yaml"
    path.write_text(TEXT)
    study = read_study(path, {"targets.0.languages": ["de"], "recipe.target.epochs": 1})
    assert (study.targets[0].languages, study.recipe.target) == (("de",), {"epochs": 1})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT + "seeds: []\n", "seeds: expected 1 or more entries"),
        (TEXT + "study: again\n", r"small\.yaml is not valid YAML: study stands twice"),
        (
            TEXT.replace("recipe: released", "recipe: {tasks: {xquad: {epochs: 1}}}"),
            r"recipe\.tasks\.xquad: (this study does not train|epochs would change nothing)",
        ),
    ],
)
def test_what_would_change_nothing_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """A study that would silently do less than it says is refused."""
    path = tmp_path / "small.yaml"
    path.write_text(text)
    with pytest.raises(StudyError, match=message):
        read_study(path, {})


def test_a_file_that_is_no_utf8(tmp_path: Path) -> None:
    """A study in another encoding is named as such, with the cure."""
    path = tmp_path / "small.yaml"
    path.write_bytes("question: über\n".encode("latin-1"))
    with pytest.raises(StudyError, match=r"is not UTF-8 text: byte 10\. Save it as UTF-8"):
        read_study(path, {})
