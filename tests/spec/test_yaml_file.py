"""Tests of reading the YAML that users write."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.yaml_file import read_yaml


def _read(folder: Path, content: bytes) -> dict[str, object]:
    path = folder / "a.yaml"
    path.write_bytes(content)
    return read_yaml(path, "list of fish", "'name:'")


def test_a_mapping(tmp_path: Path) -> None:
    """A file's fields come back as YAML reads them."""
    assert _read(tmp_path, "name: Döbel\nfins: {back: 1}\n".encode()) == {
        "name": "Döbel",
        "fins": {"back": 1},
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- a", r"a\.yaml holds no list of fish: expected fields such as 'name:'"),
        (b"", r"a\.yaml holds no list of fish"),
        (b"name: [a", r"a\.yaml is not valid YAML"),
        (b"name: a\nname: b", r"name stands twice in the mapping that begins at line 1"),
        (b"a:\n  - x: 1\n    x: 2", r"x stands twice in the mapping that begins at line 2"),
        (b"!!python/object/apply:os.getcwd []", r"a\.yaml is not valid YAML: could not determine"),
        ("name: Döbel".encode("latin-1"), r"a\.yaml is not UTF-8 text: byte 7\. Save it as UTF-8"),
    ],
)
def test_what_is_wrong(tmp_path: Path, content: bytes, message: str) -> None:
    """Whatever cannot be read is the user's mistake, and is placed."""
    with pytest.raises(StudyError, match=message):
        _read(tmp_path, content)


def test_no_file(tmp_path: Path) -> None:
    """A missing file is named by what it should hold."""
    with pytest.raises(UserError, match=r"Cannot read the list of fish file .*none\.yaml: No such file"):
        read_yaml(tmp_path / "none.yaml", "list of fish", "'name:'")
