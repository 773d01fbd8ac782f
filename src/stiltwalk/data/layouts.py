"""Which reader reads which layout: one explicit table."""

from __future__ import annotations

from stiltwalk.data import (
    aligned_lines,
    bible_xml,
    bucc,
    columns,
    commonsenseqa,
    conllu,
    lines,
    mewslix,
    squad,
    squad_pairs,
    squad_translated,
    tabbed_tags,
    token_tags,
    udhr_xml,
    xquad_r,
)
from stiltwalk.data.reader import Reader

LAYOUTS: dict[str, Reader] = {
    "aligned-lines": aligned_lines.read,
    "bible-xml": bible_xml.read,
    "bucc": bucc.read,
    "columns": columns.read,
    "commonsenseqa": commonsenseqa.read,
    "conllu": conllu.read,
    "lines": lines.read,
    "mewslix": mewslix.read,
    "squad": squad.read,
    "squad-pairs": squad_pairs.read,
    "squad-translated": squad_translated.read,
    "tabbed-tags": tabbed_tags.read,
    "token-tags": token_tags.read,
    "udhr-xml": udhr_xml.read,
    "xquad-r": xquad_r.read,
}
"""A task record's ``layout`` → the reader of its files."""
