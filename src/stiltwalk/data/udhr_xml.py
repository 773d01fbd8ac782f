"""``udhr-xml``: the Universal Declaration of Human Rights, one paragraph an example.

Left out are titles ("Article 1" thirty times over) and notes (on the edition, sometimes in English in a file
of another language).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from stiltwalk.data.files import plain_name
from stiltwalk.data.reader import Grouped
from stiltwalk.data.xml_text import local_name, parse_xml, text_of
from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import Task


def read(_task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every paragraph that is not empty, in file order; the id is ``FILE:PARAGRAPH``, counting from 1.

    Raises:
        DataError: a file is not sound XML.
    """
    for path in paths:
        stem = plain_name(path).removesuffix(".xml")
        for number, paragraph in enumerate(_paragraphs(parse_xml(path)), start=1):
            if text := text_of(paragraph):
                example = Line(id=f"{stem}:{number}", text=text)
                yield Grouped(example, example.id)


def _paragraphs(element: ET.Element) -> Iterator[ET.Element]:
    """Paragraphs below ``element``, but for those in notes."""
    for child in element:
        name = local_name(child)
        if name == "para":
            yield child
        elif name != "note":
            yield from _paragraphs(child)
