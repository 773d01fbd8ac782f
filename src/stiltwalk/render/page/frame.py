"""The frame of a page: one file, with its style and its script inside, that fetches nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stiltwalk.analyse.decisions.wording import counted, listed, percent
from stiltwalk.render.charts.style import COLOURS
from stiltwalk.render.page import words

_STYLE_ELEMENT: Final = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def environment(packages: Sequence[str], filters: Iterable[Callable[..., Any]] = ()) -> Environment:
    """Templates of the folders ``assets`` of ``packages``, an earlier one's first; all text is escaped.

    Args:
        packages: dotted names.
        filters: functions that these templates call by their names, beside those that all of them know.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, "assets") for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in (words.typeset, words.score, counted, listed, percent, *filters):
        made.filters[function.__name__] = function
    return made


@cache
def asset(name: str) -> Markup:
    """A file that all pages share, as it is."""
    path = files("stiltwalk.render.page") / "assets" / name
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704  our own


@cache
def sheet() -> Markup:
    """The style sheet, with the colours that the charts have."""
    colours = "".join(f"--{each.name}:light-dark({each.light},{each.dark});" for each in COLOURS)
    return Markup(":root{%s}\n%s") % (Markup(colours), asset("page.css"))  # noqa: S704


def policy(style: str, script: str, drawn: Iterable[str] = ()) -> str:
    """The content security policy: nothing is fetched, and nothing runs but the page's own script.

    Args:
        style: the text of its style sheet.
        script: that of its script.
        drawn: drawings that stand in it, with styles of their own.
    """
    drawings = list(drawn)
    styles = [style, *(own for each in drawings for own in _STYLE_ELEMENT.findall(each))]
    hashes = " ".join(f"'{_digest(each)}'" for each in dict.fromkeys(styles))
    attributes = "; style-src-attr 'unsafe-inline'" if any(" style=" in each for each in drawings) else ""
    return (
        f"default-src 'none'; style-src {hashes}{attributes}; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
