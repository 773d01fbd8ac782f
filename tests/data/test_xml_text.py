"""Tests of XML parsing."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.data.xml_text import local_name, parse_xml, text_of
from stiltwalk.spec.errors import DataError

from .fakes import write


def test_text_on_one_line(tmp_path: Path) -> None:
    """Text is gathered over inner elements; predefined entities and character references work."""
    root = parse_xml(write(tmp_path / "a.xml", "<x:a xmlns:x='u'>\n one <b>&amp;</b>\ttwo &#233; </x:a>"))
    assert local_name(root) == "a"
    assert text_of(root) == "one & two é"


def test_utf8_whatever_the_heading_says(tmp_path: Path) -> None:
    """The data folder is UTF-8; a heading left over from another encoding is not believed."""
    root = parse_xml(write(tmp_path / "a.xml", "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"))
    assert root.text == "é"


def test_entities_are_refused(tmp_path: Path) -> None:
    """A declared entity is refused before it can be expanded."""
    path = write(tmp_path / "a.xml", "<!DOCTYPE a [\n<!ENTITY b 'cc'>]>\n<a>&b;</a>")
    with pytest.raises(DataError, match=r"a\.xml, line 2: the file declares an entity"):
        parse_xml(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<a>\n<b>x</b>\n", r"a\.xml, line 3: the XML is cut short"),
        ("<a>\n<b", r"a\.xml, line 2: the XML is cut short"),
        ("<a>\n</b></a>", r"a\.xml, line 2: not well-formed XML \(mismatched tag"),
        ("<a>&nbsp;</a>", r"line 1: not well-formed XML \(undefined entity"),
    ],
)
def test_bad_xml(tmp_path: Path, text: str, message: str) -> None:
    """Bad XML is refused with its line."""
    with pytest.raises(DataError, match=message):
        parse_xml(write(tmp_path / "a.xml", text))
