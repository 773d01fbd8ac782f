"""XML from the user's disk: parsed without entities, its text gathered on one line."""

from __future__ import annotations

from pathlib import Path

# nothing is loaded from outside, and entity declarations are refused before parsing
from xml.etree import ElementTree as ET

from stiltwalk.data.files import read_text
from stiltwalk.spec.errors import DataError


def parse_xml(path: Path) -> ET.Element:
    """The root element of the file, which is read as UTF-8 whatever its heading says.

    The corpora declare no entities. A file that does is refused, because entities can grow without bound
    ("billion laughs"); the five predefined ones and character references work as ever.

    Raises:
        DataError: it is not UTF-8, declares entities or is not well-formed, with the line.
    """
    text = read_text(path)
    if (at := text.find("<!ENTITY")) >= 0:
        message = "the file declares an entity, which is refused for safety. Write its text out instead."
        raise DataError(path, text.count("\n", 0, at) + 1, message)
    try:
        return ET.fromstring(text)  # noqa: S314 (entities were refused above)
    except ET.ParseError as error:
        # the parser finds "no element" in a file that ends while elements are still open
        cut = str(error).startswith(("no element found", "unclosed token"))
        what = "the XML is cut short" if cut else "not well-formed XML"
        raise DataError(path, error.position[0], f"{what} ({error}). Fetch the file again.") from None


def local_name(element: ET.Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def text_of(element: ET.Element) -> str:
    """All text inside the element, white space collapsed."""
    return " ".join("".join(element.itertext()).split())
