"""A file of a stranger, taken apart in a child process with little memory and little time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from stiltwalk.literature.full_text.limits import NORMAL, Limits
from stiltwalk.literature.full_text.parts import Body, End, Head, Page, Part, Refused, part_of
from stiltwalk.spec.extras import not_installed

Foreign = Literal["pdf", "html"]
"""A kind of file that a library has to take apart."""


class Said(NamedTuple):
    """What the child process said of a file.

    Attributes:
        lines: a part a line, in ASCII, as ``child`` writes them; the last may be cut off.
        ended: why the child ended by force; empty: it came to its own end, and would say the same again.
    """

    lines: str
    ended: str


class Apart(NamedTuple):
    """What came of a file.

    Attributes:
        head: what it says of itself.
        pages: of a PDF file.
        body: of a web page.
        refused: why it cannot be read at all; empty: it can.
        ended: why reading ended before the file did; empty: it did not.
    """

    head: Head
    pages: tuple[Page, ...]
    body: Body
    refused: str
    ended: str


TakeApart = Callable[[Foreign, bytes], Apart]
"""A file's content as its parts: ``taken_apart``, or whoever remembers what came of it."""


def taken_apart(kind: Foreign, content: bytes, limits: Limits = NORMAL) -> Apart:
    """``content`` as its parts; never raises for what it holds.

    Raises:
        UserError: the library that reads it is not installed.
    """
    return parts_in(said_of(kind, content, limits))


def said_of(kind: Foreign, content: bytes, limits: Limits = NORMAL) -> Said:
    """What a child process says of ``content``.

    Raises:
        UserError: the library that reads it is not installed.
    """
    module = "stiltwalk.literature.full_text.child"
    # -P: the folder that stiltwalk is started in may hold modules of strangers
    command = [sys.executable, "-P", "-m", module, kind, *map(str, limits)]
    with subprocess.Popen(  # noqa: S603  the command is our own, the file goes to its standard input
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        try:
            out, said = child.communicate(content, timeout=limits.seconds)
            ended = _ended(child.returncode, limits)
        except subprocess.TimeoutExpired:
            child.kill()
            out, said = child.communicate()
            ended = f"reading it takes longer than {limits.seconds} s"
    _installed(said)
    return Said(out.decode("ascii", errors="replace"), ended)


def parts_in(said: Said) -> Apart:
    """The parts that ``said`` has whole."""
    return _collected(list(_parts(said.lines)), said.ended)


def _parts(lines: str) -> Iterator[Part]:
    for line in lines.splitlines():
        try:
            name, fields = json.loads(line)
        except ValueError:  # the last one, cut off
            return
        yield part_of(name, fields)


def _collected(parts: list[Part], ended: str) -> Apart:
    head, pages, body, refused, whole = Head(), [], Body(()), "", None
    for part in parts:
        match part:
            case Head():
                head = part
            case Page():
                pages.append(part)
            case Body():
                body = part
            case Refused():
                refused = part.why
            case End():
                whole = part.whole
    if whole is None and not refused:
        return Apart(head, tuple(pages), body, "", ended)
    cut = "" if whole or refused else f"only the first {len(pages)} of its {head.pages} pages are read"
    return Apart(head, tuple(pages), body, refused, cut)


def _ended(code: int, limits: Limits) -> str:
    if code == 0:
        return ""
    if code < 0:
        return f"reading it needs more than {limits.seconds} s or {limits.megabytes} MB (signal {-code})"
    return (
        f"reading it needs more than {limits.megabytes} MB, or the file breaks its reader (exit code {code})"
    )


def _installed(said: bytes) -> None:
    """Raise where the child ended for want of a library."""
    last = said.decode("utf-8", errors="replace").strip().rsplit("\n", 1)[-1]
    if "ModuleNotFoundError: No module named 'pypdf'" in last:
        raise not_installed("pypdf", "Reading PDF files")
    if "ModuleNotFoundError: No module named 'trafilatura'" in last:
        raise not_installed("trafilatura", "Reading web pages")
