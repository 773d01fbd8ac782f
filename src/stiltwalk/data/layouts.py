"""Which reader reads which layout: one explicit table."""

from __future__ import annotations

from stiltwalk.data import aligned_lines, bible_xml, commonsenseqa, conllu, lines, squad, udhr_xml
from stiltwalk.data.reader import Reader

LAYOUTS: dict[str, Reader] = {
    "aligned-lines": aligned_lines.read,
    "bible-xml": bible_xml.read,
    "commonsenseqa": commonsenseqa.read,
    "conllu": conllu.read,
    "lines": lines.read,
    "squad": squad.read,
    "udhr-xml": udhr_xml.read,
}
"""A task record's ``layout`` → the reader of its files."""
