"""``bible-xml``: the parallel Bible corpus, one verse an example.

Verse ids (``b.MAT.1.1``) are the same in every language, so that verses are aligned by them. A few verses of
some translations are numbered but empty; they are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stiltwalk.data.reader import Grouped
from stiltwalk.data.xml_text import local_name, parse_xml, text_of
from stiltwalk.spec.errors import DataError
from stiltwalk.spec.examples import Line
from stiltwalk.spec.task import Task


def read(_task: Task, _language: str, paths: tuple[Path, ...]) -> Iterator[Grouped]:
    """Every verse that is not empty, in file order; its id is the verse's.

    Raises:
        DataError: a file is not sound XML, or a verse has no id.
    """
    for path in paths:
        last = "none"
        for element in parse_xml(path).iter():
            if local_name(element) != "seg" or element.get("type") != "verse":
                continue
            verse = element.get("id")
            if not verse:
                message = f"a verse has no id (the last one read was {last}). Fetch the file again."
                raise DataError(path, None, message)
            last = verse
            if text := text_of(element):
                yield Grouped(Line(id=verse, text=text), verse)
