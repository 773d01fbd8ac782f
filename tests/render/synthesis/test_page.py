"""Tests of a synthesis's page: whole, escaped, bounded; every claim leads to a reference that is there."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache

import pytest

from stiltwalk.literature.records.evidence import Judgement, Passage, Weighed
from stiltwalk.render.synthesis.grouping import MOST_CLAIMS
from stiltwalk.render.synthesis.naming import source_title
from stiltwalk.render.synthesis.page import FILES, MOST_ROWS, PARTS, page
from stiltwalk.spec.errors import UserError
from tests.render.hostile import NAMES, QUESTION
from tests.render.reading import OPTIONAL, ReadPage
from tests.render.synthesis.syntheses import (
    FAILED,
    FAILING,
    HOSTILE,
    LARGE,
    LARGEST,
    LEFT_OUT,
    NOTHING,
    OVERRIDE,
    SHAPES,
    SILENT,
    USUAL,
    Shape,
    synthesis,
)


@cache
def made(shape: Shape) -> str:
    """The page of a synthesis."""
    return page(synthesis(shape))


@cache
def read(shape: Shape) -> ReadPage:
    """What is in it."""
    return ReadPage(made(shape))


def text_of(made: str) -> str:
    """What a reader sees of it, on one line."""
    body = made[made.index("<main>") : made.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize("name", SHAPES)
def test_pages_are_whole(name: str) -> None:
    """Elements are closed in order, no id is there twice, every link within leads to one."""
    found = read(SHAPES[name])
    assert found.wrong == []
    assert [each for each in found.open if each not in OPTIONAL] == []
    assert len(found.ids) == len({*found.ids})
    assert {link[1:] for link in found.links if link.startswith("#")} <= {*found.ids}
    assert found.headings.count(1) == 1


@pytest.mark.parametrize("name", SHAPES)
def test_the_policy_knows_what_runs(name: str) -> None:
    """One style sheet and one script, by their hashes; nothing else runs, nothing is fetched."""
    found = read(SHAPES[name])
    directives = dict(each.strip().split(" ", 1) for each in found.policy.split(";"))
    (style,), (script,) = found.texts["style"], found.texts["script"]
    for text, directive in ((style, "style-src"), (script, "script-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert directives[directive] == f"'sha256-{digest}'"
    assert directives["default-src"] == "'none'"
    assert not any(attribute.startswith("on") for attribute in found.attributes)
    assert not {"img", "iframe", "object", "embed"} & {*found.tags}


@pytest.mark.parametrize("name", SHAPES)
def test_links_lead_to_references_or_files(name: str) -> None:
    """Outside the page lead only addresses of included works, over http(s), and files beside it."""
    shape = SHAPES[name]
    outside = {link for link in read(shape).links if not link.startswith(("#", "data:,"))} - {*FILES}
    known = {
        address
        for work in synthesis(shape).works
        for address in (
            f"https://doi.org/{work.paper.doi}",
            f"https://arxiv.org/abs/{work.paper.arxiv}",
            work.paper.url,
        )
    }
    assert outside <= known
    assert all(link.startswith(("https://", "http://")) for link in outside)


def test_hostile_texts_are_text() -> None:
    """Texts that are markup make no element, and what turns a line around is left out."""
    found = read(HOSTILE)
    assert found.tags.count("script") == 1
    assert not {"b-old", "img"} & {*found.tags}
    assert not {"onload", "onerror"} & {*found.attributes}
    assert "\u202e" not in made(HOSTILE)
    seen = text_of(made(HOSTILE))
    assert NAMES[0] in seen
    assert "{{ x }} {% x %}" in seen
    assert html.escape(QUESTION, quote=False).partition("\n")[0] in html.escape(
        html.unescape(made(HOSTILE)), quote=False
    )


def test_names_of_both_directions_are_set_apart() -> None:
    """Every author stands in an element of its own, whichever way the name runs."""
    for author in ("أحمد الخوارزمي", "דוד בן־גוריון", "Jürgen Müller-Lüdenscheidt"):
        assert f"<bdi>{author}</bdi>" in made(USUAL)


def test_every_included_work_is_a_reference() -> None:
    """Each once and in order, whether it is cited or not; with its links."""
    found = synthesis(USUAL)
    listed = re.findall(r'<li id="reference-(\d+)">(.*?)</li>', made(USUAL), re.DOTALL)
    assert [int(number) for number, _ in listed] == [*range(1, len(found.works) + 1)]
    for (_, text), work in zip(listed, found.works, strict=True):
        assert f'<bdi dir="auto">{work.paper.title}</bdi>' in text
        assert f'href="https://doi.org/{work.paper.doi}"' in text or not work.paper.doi
        assert ("Records differ:" in text) == bool(work.differences)


def test_claims_and_passages_cite_their_own_work() -> None:
    """The number beside a quote is that of the work which it is from."""
    found = synthesis(USUAL)
    keys = [work.key for work in found.works]
    for number, each in enumerate(found.checked, 1):
        opened = re.search(rf'id="claim-{number}">(.*?)</details>', made(USUAL), re.DOTALL)
        assert opened is not None
        cited = [int(ref) for ref in re.findall(r'href="#reference-(\d+)"', opened[1])]
        works = [each.claim.work, *(weighed.passage.work for weighed in each.evidence)]
        assert [keys[ref - 1] for ref in cited] == works
        assert html.escape(each.claim.quote) in opened[1]


def test_a_work_that_is_not_included_is_not_cited() -> None:
    """A synthesis whose evidence is of no work of its own is refused, and the message names that work."""
    found = synthesis(USUAL)
    foreign = Weighed(
        passage=Passage(work="doi:10.9/made-up", start=0, end=1, quote="x"),
        judgement=Judgement(label="supported", confidence=1.0),
        relevance=1.0,
    )
    first = found.checked[0].model_copy(update={"evidence": (foreign,)})
    with pytest.raises(
        UserError, match=r"'stilts' cites the work 'doi:10\.9/made-up', which is none of the 8"
    ):
        page(found.model_copy(update={"checked": (first,)}))
    with pytest.raises(UserError, match="9 works with 8 keys"):
        page(found.model_copy(update={"works": (*found.works, found.works[0])}))


def test_the_abstract_is_made_of_the_counts() -> None:
    """By hand: 14 claims of five kinds in turn, 16 records, the mean of 7.5 and 6.0."""
    seen = text_of(made(USUAL)).replace("\xa0", " ")
    assert (
        "2 sources were searched (OpenAlex and Crossref), which gave 16 records, 3 of them duplicates."
        in seen
    )
    assert "8 works were included and 5 left out; 4 could be read in full, 4 by abstract alone." in seen
    assert (
        "They state 14 claims, each held against the other works: 5 (36 %) supported, 3 (21 %) contradicted, "
        "3 (21 %) disputed, 3 (21 %) without evidence enough." in seen
    )
    assert "2 reviewers give it 6.8 of 10." in seen


def test_nothing_found_says_so() -> None:
    """No work, or works without a claim: the page says that, and has no empty part."""
    for shape, said in (
        (NOTHING, "No work was included, so this synthesis says nothing of the question."),
        (LEFT_OUT, "All 3 works were left out, so this synthesis says nothing of the question."),
        (SILENT, "No sentence that states a result was found in them."),
    ):
        assert said in text_of(made(shape))
        assert "claims-table" not in read(shape).ids
        assert ("works" in read(shape).ids) == bool(synthesis(shape).works)
    assert "none of them had anything to judge by" in text_of(made(NOTHING))


def test_a_source_that_failed_is_told_of() -> None:
    """In the abstract, where it was searched, and among the limitations."""
    seen = text_of(made(FAILING))
    assert "Not all of them answered to the end: Crossref." in seen
    assert f"Failed: {FAILED}" in seen
    assert f"Crossref failed after 1 record: {FAILED}." in seen
    assert "1 record of Crossref could not be read." in seen


def test_text_that_gives_orders_is_shown_as_text() -> None:
    """A passage that addresses a machine stands among the limitations, with its source."""
    seen = text_of(made(USUAL))
    limits = seen[seen.index("Limitations") :]
    assert OVERRIDE in limits
    assert "1 passage of the included works addresses whoever reads by machine." in limits


def test_limitations_are_counted() -> None:
    """Abstracts, a limit, languages, missing texts, retractions: each in a sentence with its number."""
    seen = text_of(made(USUAL))
    assert "OpenAlex says that it has 106 records for the query; the first 15 were taken." in seen
    assert "Of 4 of the 8 included works only the abstract was read" in seen
    assert "1 work in other languages than en was left out." in seen
    assert "1 work was left out because a source says it is retracted." in seen


def test_the_flow_adds_up() -> None:
    """What leaves each stage is missing from the next, and the last is what was included."""
    boxes = re.findall(r'<div class="box (\w+)"><p><b class="figure">([\d,]+)</b>', made(USUAL))
    kept = [int(number) for kind, number in boxes if kind == "kept"]
    out = [int(number) for kind, number in boxes if kind == "out"]
    assert kept == [16, 13, 9, 8]
    assert out == [3, 4, 1]


def test_many_claims_make_a_page_that_can_be_read() -> None:
    """It shows so many of each kind, and says how many are left out and where they are."""
    large = made(LARGE)
    assert large.count('<details class="claim') == 4 * MOST_CLAIMS
    seen = text_of(large)
    assert f"{1_200 - MOST_ROWS:,} more claims; all of them are in claims.csv" in seen
    assert "The 100 surest are shown; 380 more claims of this kind are in claims.csv" in seen
    assert f"{300 - MOST_ROWS:,} more works; all of them are in excluded.csv" in seen
    assert large.count('<li id="reference-') == 40


@pytest.mark.slow
def test_ten_thousand_claims_make_no_larger_a_page() -> None:
    """Its length is bounded, whatever was found; what grows are references, of which none is left out."""
    large = made(LARGEST)
    assert len(large) < 2_000_000
    assert large.count('<li id="reference-') == 400


def test_sources_are_called_by_their_titles() -> None:
    """Databases by their own, a folder as such; a source that is not known keeps its name."""
    assert [*map(source_title, ("acl", "folder", "mine"))] == ["ACL Anthology", "folder of papers", "mine"]


def test_parts_are_those_of_a_paper() -> None:
    """In the order of a paper, each with its link in the contents."""
    found = read(USUAL)
    assert [each for each in found.ids if each in PARTS] == [*PARTS]
    assert {f"#{part}" for part in PARTS} <= {*found.links}


@pytest.mark.parametrize(("name", "written_in"), [("supported", "surface"), ("contradicted", "ink")])
def test_a_badge_has_the_colour_of_its_bar(name: str, written_in: str) -> None:
    """Badge and bar take one fill, on which the badge can be read by light and in the dark."""
    style = made(USUAL)
    assert ".badge.supported, .badge.contradicted { background: var(--fill);" in style
    assert ".balance rect { fill: var(--fill);" in style
    assert f".badge.{name} {{ color: var(--{written_in}); }}" in style
    fill = re.search(rf"(?:^| )\.{name} \{{ --fill: var\(--([\w-]+)\)", style, re.MULTILINE)
    assert fill is not None
    for ground, ink in zip(_schemes(style, fill[1]), _schemes(style, written_in), strict=True):
        assert _contrast(ground, ink) >= 4.5


def _schemes(style: str, name: str) -> tuple[str, str]:
    """The colour of a name by light and in the dark."""
    found = re.search(rf"--{name}: ?light-dark\((#\w{{6}}), ?(#\w{{6}})\)", style)
    assert found is not None, name
    return found[1], found[2]


def _contrast(one: str, other: str) -> float:
    """Of two colours, as WCAG 2.2 reckons it."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
