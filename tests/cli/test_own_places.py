"""Tests of places that an option names and that cannot be written."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from stiltwalk.cli.own_places import writing_to
from stiltwalk.spec.errors import UserError


@pytest.mark.parametrize(
    ("place", "why"), [("nope/x.csv", "No such file or directory"), ("", "Is a directory")]
)
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str, why: str) -> None:
    """The message names the option, the place and the reason."""
    path = tmp_path / place
    said = f"--parquet {path}: it cannot be written: {why}. Name a place in a folder that is there"
    with pytest.raises(UserError, match=re.escape(said)), writing_to(path, "--parquet"):
        path.write_text("x")


def test_a_full_disk(tmp_path: Path) -> None:
    """A library's own words are not repeated."""
    with (
        pytest.raises(UserError, match=r"written: No space left on device\. Name"),
        writing_to(tmp_path, "-x"),
    ):
        raise OSError(errno.ENOSPC, "at source.cc:12")
