"""Pages as programs read them: what is in them, what is open, what they allow."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "img", "input", "hr", "line", "circle", "rect", "path"}
OPTIONAL = {"td", "th", "tr", "li", "p", "thead", "tbody"}
"""Elements that need not be closed."""


class ReadPage(HTMLParser):
    """What a page has in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.attributes: dict[str, set[str]] = {}
        self.texts: dict[str, list[str]] = {"style": [], "script": [], "title": []}
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        """Note what an element is and has."""
        found = {name: value or "" for name, value in given}
        self.tags.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[name] for name in ("href", "src") if name in found]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        for name, value in found.items():
            self.attributes.setdefault(name, set()).add(value)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        """The same of one that ends where it begins."""
        self.handle_starttag(tag, given)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close it, or note that it was not the one that is open."""
        while self.open and self.open[-1] != tag and self.open[-1] in OPTIONAL:
            self.open.pop()
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep texts of styles, scripts and titles."""
        if self.open and self.open[-1] in self.texts:
            self.texts[self.open[-1]].append(data)
