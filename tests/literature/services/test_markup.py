"""Markup: what it stands for is kept, and text that only looks like markup is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stiltwalk.literature.services.markup import LONGEST, from_jats, from_tex


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (r"We gain 5.3% (from $72.1\%$ to 77.4\%) on XNLI", "We gain 5.3% (from 72.1% to 77.4%) on XNLI"),
        (r"$\pm 0.4$, 10$^{-3}$, $p < 0.05$, $\geq 3\times$", "± 0.4, 10^-3, p < 0.05, ≥ 3×"),
        (r"{\'E}cole, na\"{\i}ve, \o, \v{S}imon", "École, naïve, ø, Šimon"),
        (r"\emph{multi}\-lingual {\bf BERT}, \textsc{XLM-R}", "multilingual BERT, XLM-R"),
        (r"$\mathbf{BERT}$ and $\mathcal{O}(n)$", "BERT and O(n)"),
        ("``quoted'' -- so", "“quoted” – so"),
        (r"Fig.~1 and ~5\% of a~b", "Fig. 1 and ~5% of a b"),
        (r"Tom \& Jerry & {Spike} #1", "Tom & Jerry & Spike #1"),
        (r"as shown \cite{phang2020}.", "as shown ."),
        ("costs $5 and $6.50 more {now}", "costs $5 and $6.50 more now"),
        ("a lone $ in {braces}", "a lone $ in braces"),
        (r"\input{/etc/passwd} is no file", "is no file"),
        (r"$$x$$ is $y$", "x is y"),
    ],
)
def test_tex_becomes_what_it_stands_for(typed: str, plain: str) -> None:
    """Formulas, accents, quotation marks, ties; percent signs, prices and ampersands stay."""
    assert from_tex(typed) == plain


@pytest.mark.parametrize(
    "typed", ["95% of ~5 & more", "snake_case ^ up", "a < b > c", "# 1 'quoted'", "C:/dir", ""]
)
def test_text_that_is_no_tex_is_left_alone(typed: str) -> None:
    """Without a command, a formula or braces nothing is read as TeX."""
    assert from_tex(typed) == typed


def test_definitions_are_not_carried_out() -> None:
    """A macro that calls itself twice would never end."""
    assert from_tex(r"\def\x{\x\x}\x stays") == "stays"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<i>E. coli</i> H<sub>2</sub>O", "E. coli H2O"),
        ("Infants &lt;29 Weeks &amp;amp; more", "Infants <29 Weeks & more"),
        ("&lt;i&gt;twice&lt;/i&gt;", "twice"),
        ("a < b and c > d, a <b and 3 > 2", "a < b and c > d, a <b and 3 > 2"),
        ("<jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One.\n\nTwo."),
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p>", "One."),
        ("<jats:title>Aims</jats:title><jats:p>One.</jats:p>", "Aims\n\nOne."),
        (
            "<jats:alternatives><tex-math>$$\\alpha$$</tex-math><mml:mi>α</mml:mi></jats:alternatives> stays",
            "α stays",
        ),
        ("<jats:tex-math>$\\beta$</jats:tex-math> alone", "β alone"),
        ("<mml:math><mml:mi>β</mml:mi><mml:annotation>\\beta</mml:annotation></mml:math>", "β"),
        ("never <jats:p>closed", "never\n\nclosed"),
        ("</jats:p>never opened<br/>twice", "never opened\n\ntwice"),
        ("<script>alert(1)</script> is text", "<script>alert(1)</script> is text"),
        ("cafe\u0301 \u0000\u200b", "café"),
    ],
)
def test_elements_and_entities_become_text(written: str, plain: str) -> None:
    """Known elements go, paragraphs stay apart, a formula in two forms comes once."""
    assert from_jats(written) == plain


@pytest.mark.parametrize("value", [None, 5, ["a"], {"a": "b"}, True])
def test_what_is_no_text_is_empty(value: object) -> None:
    """Another type is as good as missing."""
    assert from_jats(value) == from_tex(value) == ""


@pytest.mark.parametrize(
    "part", ["{", "$", "\\", "\\frac{", "$a$ ", "<jats:p>", "<tex-math>", "<alternatives>", "<a ", "&amp;"]
)
def test_the_worst_text_takes_no_time(part: str) -> None:
    """Whatever is repeated to the longest length is read within seconds."""
    started = time.monotonic()
    from_jats(part * (LONGEST // len(part)))
    assert time.monotonic() - started < 20  # a fifth of a second on a quiet machine


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("ab {}$\\~%&<>/=\"'`-_^;123\n") | st.characters(), max_size=60))
def test_any_text_gives_printable_lines(text: str) -> None:
    """No text breaks the readers; reading what was read as lines changes no line breaks."""
    read = from_jats(text)
    assert all(line.isprintable() and line == line.strip() for line in read.split("\n\n"))
    assert "\n" not in from_tex(text)
