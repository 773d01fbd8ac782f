"""The child process in which files of strangers are taken apart; whatever happens in it, the parent goes on.

Run as ``python -m stiltwalk.literature.full_text.child KIND LIMITS``: reads the file from
its standard input and writes one JSON list a line: parts as ``parts`` describes them, each as soon as it is
there, so that what was read before an end by force is not lost.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator

from stiltwalk.literature.full_text import pdf_parts, web_parts
from stiltwalk.literature.full_text.limits import Limits
from stiltwalk.literature.full_text.parts import Part

KINDS: dict[str, Callable[[bytes, Limits], Iterator[Part]]] = {
    "pdf": pdf_parts.parts_of,
    "html": web_parts.parts_of,
}


def main() -> None:
    """Read, take apart, write."""
    kind, megabytes, seconds, pages, page_seconds = sys.argv[1:]
    limits = Limits(int(megabytes), int(seconds), int(pages), float(page_seconds))
    for what, most in (
        (resource.RLIMIT_AS, limits.megabytes * 2**20),
        (resource.RLIMIT_CPU, limits.seconds),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    # what a library prints must not stand between the parts
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
    os.dup2(2, 1)
    for part in KINDS[kind](sys.stdin.buffer.read(), limits):
        out.write(json.dumps([type(part).__name__, part]) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
