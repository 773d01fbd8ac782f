"""A table in Markdown, CSV and HTML: whatever its cells hold, they stay what they are."""

from __future__ import annotations

import csv as separated
import html as markup
import io
import math
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stiltwalk.render.tables.table import Column, Interval, Table, csv, flat, html, markdown
from tests.render.hostile import NAMES

_SMALL = Table(
    "gains",
    "Gains",
    (Column("arm"), Column("of"), Column("gain", "right")),
    (("a", "x", "+1.20 [-0.10, +2.50]"), ("b", "y", "–")),
    (("a", "x", Interval(1.2, -0.1, 2.5)), ("b", "y", None)),
    "A note.",
    2,
)


class _Cells(HTMLParser):
    """What a browser would take for tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _named(name: str) -> Table:
    return _SMALL._replace(
        title=name,
        columns=(Column(name), Column(f"{name}!"), Column("gain", "right")),
        rows=((name, "x", "1"),),
        values=((name, "x", 1.0),),
    )


def _parsed(table: Table) -> _Cells:
    parser = _Cells()
    parser.feed(html(table))
    return parser


def test_markdown() -> None:
    """The whole of a small table."""
    assert markdown(_SMALL) == (
        "**Gains**\n\n"
        "| arm | of | gain |\n| --- | --- | ---: |\n"
        "| a | x | +1.20 \\[-0.10, +2.50\\] |\n| b | y | – |\n\nA note.\n"
    )


@pytest.mark.parametrize("name", NAMES)
def test_markdown_cells_do_not_break_out(name: str) -> None:
    """A row has as many bars as it has cells, and no markup but the table's own."""
    line = markdown(_named(name)).splitlines()[4]
    assert len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) == 4
    assert not re.search(r"(?<!\\)[<>`*\[\]]", line.replace("\\\\", ""))


def test_csv_has_numbers_in_full_and_ends_beside_them() -> None:
    """The whole of a small table."""
    assert csv(_SMALL) == "arm,of,gain,gain low,gain high\na,x,1.2,-0.1,2.5\nb,y,,,\n"


def test_csv_says_what_is_unbounded_and_leaves_out_what_is_not_known() -> None:
    """An open end is infinite, and what is missing is empty; all digits come back."""
    found = csv(
        _SMALL._replace(
            values=(("a", "x", Interval(1 / 3, -math.inf, math.inf)), ("b", "y", Interval(math.nan, 0, 1)))
        )
    )
    frame = pd.read_csv(io.StringIO(found))
    assert frame["gain"].tolist()[0] == 1 / 3
    assert frame[["gain low", "gain high"]].iloc[0].tolist() == [-math.inf, math.inf]
    assert frame.iloc[1, 2:].isna().all()


def test_csv_tells_columns_of_one_name_apart() -> None:
    """A reader by name finds every column."""
    twice = _SMALL._replace(columns=(Column("arm"), Column("arm"), Column("gain", "right")))
    assert csv(twice).splitlines()[0] == "arm,arm 2,gain,gain low,gain high"


@pytest.mark.parametrize("name", NAMES)
def test_csv_is_read_back_as_it_was(name: str) -> None:
    """Quotes, commas and breaks of lines do not move cells."""
    rows = list(separated.reader(io.StringIO(csv(_named(name)))))
    assert rows[1][0] == flat(name)
    assert [len(row) for row in rows] == [3, 3]


@pytest.mark.parametrize("name", NAMES)
def test_html_has_no_tags_but_its_own(name: str) -> None:
    """No name becomes markup, and none gets lost."""
    found = _parsed(_named(name))
    assert {tag for tag, _ in found.tags} <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "bdi"}
    assert flat(name) in "".join(found.text)


def test_html_says_what_is_a_heading_of_what() -> None:
    """Screen readers know what a cell is of, the page's style what is a number."""
    found = _parsed(_SMALL)
    heads = [attributes for tag, attributes in found.tags if tag == "th"]
    assert heads == [
        {"scope": "col", "class": "name"},
        {"scope": "col"},
        {"scope": "col", "class": "number"},
        *[{"scope": "row", "class": "name"}, {"scope": "row"}] * 2,
    ]
    assert [attributes for tag, attributes in found.tags if tag == "td"] == [{"class": "number"}] * 2
    assert "<caption>Gains</caption>" in html(_SMALL)
    assert found.tags[0] == ("table", {"id": "table-gains"})


def test_text_from_right_to_left_is_set_apart() -> None:
    """It does not turn its neighbours around; other text is left alone."""
    name = "\u05ea\u05d5\u05e8\u05d2\u05dd"
    assert f"<bdi>{name}</bdi>" in html(_named(name))
    assert f"| \u2068{name}\u2069 |" in markdown(_named(name))
    assert "bdi" not in html(_named("Ünder"))


@given(st.text())
def test_flat_is_one_line_that_xml_may_hold(text: str) -> None:
    """Without controls and lone surrogates, and the same when done again."""
    found = flat(text)
    assert "\n" not in found
    assert found == flat(found)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", found)
    found.encode()


@given(st.text())
def test_html_holds_any_text(text: str) -> None:
    """Unescaped it is there again, in the caption and in a heading."""
    assert markup.unescape(html(_named(text))).count(flat(text)) >= 2
