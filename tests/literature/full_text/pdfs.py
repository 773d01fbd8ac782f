"""PDF files made by hand, down to their bytes: with text at given places, and broken in every way."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple


class Drawn(NamedTuple):
    """A line of text on a page, at a place."""

    text: str
    x: float = 50
    y: float = 700
    size: float = 10
    bold: bool = False


def column(lines: Sequence[str], *, x: float = 50, top: float = 700, size: float = 10) -> list[Drawn]:
    """``lines`` one below the other; an empty one is a gap."""
    return [Drawn(line, x, top - number * 1.2 * size, size) for number, line in enumerate(lines) if line]


def content_of(page: Sequence[Drawn]) -> bytes:
    """What a page that shows these lines draws."""
    out = []
    for line in page:
        escaped = line.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        font = "F2" if line.bold else "F1"
        out.append(f"BT /{font} {line.size} Tf 1 0 0 1 {line.x} {line.y} Tm ({escaped}) Tj ET")
    return "\n".join(out).encode("cp1252")


def stream(content: bytes, *, packed: bool = False) -> bytes:
    """A stream object."""
    if packed:
        content = zlib.compress(content, 9)
    kind = b"/Filter /FlateDecode " if packed else b""
    return b"<< " + kind + b"/Length %d >>\nstream\n" % len(content) + content + b"\nendstream"


def pdf(pages: Sequence[Sequence[Drawn] | bytes], *, title: str = "", author: str = "") -> bytes:
    """A whole PDF file. A page is its lines, or a stream object of its drawing."""
    count = len(pages)
    fonts = b"/Font << /F1 3 0 R /F2 4 0 R >>"
    encoding = b"/Encoding /WinAnsiEncoding"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (count, b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(count))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %s >>" % encoding,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold %s >>" % encoding,
        b"<< /Title (%s) /Author (%s) >>" % (title.encode("cp1252"), author.encode("cp1252")),
    ]
    for number, page in enumerate(pages):
        box = b"/MediaBox [0 0 612 792] /Resources << %s >>" % fonts
        contents = 7 + 2 * number
        objects.append(b"<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R >>" % (box, contents))
        objects.append(page if isinstance(page, bytes) else stream(content_of(page)))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (len(objects) + 1)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % table
