"""SVG as matplotlib writes it, made fit for a page and for a file: small, self-contained, and spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from stiltwalk.render.charts.style import COLOURS

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"

_WIDEST: Final = 1.4
"""CSS pixels that a point of a chart takes at most on a page."""
_REACH: Final = "7"
"""Points around a mark within which it is pointed at."""

_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}\b")
_URL: Final = re.compile(r"url\(#([^)]+)\)")
_FAMILY: Final = re.compile(r"font-family:[^;]*;?\s*")
_VARIABLES: Final = {each.light: f"var(--{each.name},{each.light})" for each in COLOURS}


def standalone(root: Element) -> str:
    """``root`` as a file: whatever font its reader has, and no reference to anything outside of it."""
    _tidy(root, "", {})
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("style", "font-family:'DejaVu Sans',Verdana,sans-serif;stroke-linejoin:round")
    return ET.tostring(root, encoding="unicode") + "\n"


def inlined(
    root: Element, name: str, title: str, description: str, hovers: Mapping[str, tuple[str, ...]]
) -> str:
    """``root`` as a part of a page, see ``chart.inline_svg``."""
    _tidy(root, f"{name}-", hovers)
    width = float(root.get("viewBox", "0 0 400 300").split()[2])
    root.attrib = {
        "class": "chart",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "viewBox": root.get("viewBox", ""),
        "width": "100%",
        "style": f"max-width:{_WIDEST * width:.0f}px;stroke-linejoin:round",
    }
    for number, (tag, text) in enumerate((("title", title), ("desc", description))):
        made = Element(tag, {"id": f"{name}-{tag}"})
        made.text = text
        root.insert(number, made)
    for each in root.iter():
        if "style" in each.attrib:
            each.set("style", _COLOUR.sub(_variable, each.attrib["style"]))
    # the page has a surface of its own
    figure = next(each for each in root if each.tag == "g")
    if len(figure) and figure[0].find("path") is not None:
        figure.remove(figure[0])
    return ET.tostring(root, encoding="unicode")


def _tidy(root: Element, prefix: str, hovers: Mapping[str, tuple[str, ...]]) -> None:
    """Ids that nobody refers to go, numbers get shorter, and marks say what ``hovers`` has of them."""
    root[:] = [each for each in root if not (each.tag.endswith("defs") and _has_style(each))]
    known = {each.get("id", ""): each for each in root.iter() if each.get("id") in hovers}
    for each in root.iter():
        each.tag = each.tag.removeprefix(_SVG)
        each.text = (each.text or "").strip() if each.tag != "text" else each.text
        each.tail = ""
        if _LINK in each.attrib:
            each.set("href", f"#{prefix}{each.attrib.pop(_LINK)[1:]}")
        for key in ("d", "x", "y", "transform", "width", "height"):
            if key in each.attrib and each is not root:
                each.set(key, _NUMBER.sub(_shorter, " ".join(each.attrib[key].split())))
        if "clip-path" in each.attrib:
            each.set("clip-path", _URL.sub(rf"url(#{prefix}\1)", each.attrib["clip-path"]))
        if "style" in each.attrib:
            each.set("style", _plain_style(each.attrib["style"], prefix))
        if each.tag == "g":
            each.attrib.pop("id", None)
        elif "id" in each.attrib:
            each.set("id", prefix + each.attrib["id"])
    reaches = [reach for name, group in known.items() for reach in _hover(group, hovers[name])]
    root.extend(reaches)


def _has_style(defs: Element) -> bool:
    """Whether ``defs`` hold rules, which in a page would be rules of all of it."""
    return any(each.tag.endswith("style") for each in defs)


def _hover(group: Element, said: tuple[str, ...]) -> Iterator[Element]:
    """Tell what is ``said`` of the marks in ``group``; what is too small to be pointed at gets a ring around.

    Yields:
        The rings, which have to lie above all else.
    """
    marks = list(_marks(group))
    if len(said) == 1 and len(marks) != 1:
        group.insert(0, _title(said[0]))
        return
    for mark, text in zip(marks, said, strict=False):
        if mark.tag != "use":
            mark.append(_title(text))
            continue
        ring = Element(
            "circle",
            {
                "cx": mark.get("x", "0"),
                "cy": mark.get("y", "0"),
                "r": _REACH,
                "fill": "none",
                "pointer-events": "all",
            },
        )
        ring.append(_title(text))
        yield ring


def _marks(group: Element) -> Iterator[Element]:
    """What is drawn in ``group``, and is no pattern for what is."""
    for each in group:
        if each.tag in {"use", "path", "text"}:
            yield each
        elif each.tag != "defs":
            yield from _marks(each)


def _title(text: str) -> Element:
    made = Element("title")
    made.text = text
    return made


def _shorter(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _variable(found: re.Match[str]) -> str:
    return _VARIABLES.get(found[0], found[0])


def _plain_style(style: str, prefix: str) -> str:
    """A style whose font is the page's, and whose references are the chart's own."""
    style = _URL.sub(rf"url(#{prefix}\1)", _FAMILY.sub("", style))
    return style.replace("; ", ";").replace(": ", ":").rstrip("; ")
