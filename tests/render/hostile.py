"""Names and texts that break what is careless: markup, quotes, LaTeX, both directions of writing, length."""

from __future__ import annotations

from typing import Any

from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import find_task

NAMES = (
    "<script>window.hacked=1</script>",
    "\"quoted\" & 'single' <b>bold</b>",
    "50%_of $x^2$ #1 {a}\\b~&",
    "\u0639\u0631\u0628\u064a-\u05ea\u05d5\u05e8\u05d2\u05dd",
    "a-name-of-sixty-characters-that-nobody-would-want-in-a-tables",
    "--><svg onload=window.hacked=2>",
    "</script><script>window.hacked=3</script>",
    "| pipe | `tick` | **star** |",
    "javascript:window.hacked=4",
    "\u202eoverride\u202c ${x} {{ x }} {% x %}",
    "two\nlines, and a\ttab",
    "=1+1",
)
"""Twelve, among them text of both directions, an override of it, Markdown, Jinja, and a formula."""

QUESTION = (
    'Does <img src="https://example.org/x.png" onerror="window.hacked=5"> help? </script> 50 % & \\more'
)
CAVEAT = 'only <script>window.hacked=6</script> 10 % of "it" & $more$'


def renamed(study: Study) -> Study:
    """``study`` with such names of arms, targets, encoders, and such texts.

    Fewer names are told apart by a number. Arms could not be read so from a file: no check is made here.
    """
    arms = {arm.name: _name(place) for place, arm in enumerate(study.intermediate)}
    targets = {target.task: _name(place + 1) for place, target in enumerate(study.targets)}
    tasks = [
        find_task(old).model_copy(
            update={"name": new, "title": f"Task {new}", "caveats": {f"c-{new}": CAVEAT}}
        )
        for old, new in targets.items()
    ]
    changes: dict[str, Any] = {
        "question": QUESTION,
        "intermediate": tuple(
            arm.model_copy(
                update={"name": arms[arm.name], "longer_by": arms.get(arm.longer_by or "", arm.longer_by)}
            )
            for arm in study.intermediate
        ),
        "targets": tuple(
            target.model_copy(update={"task": targets[target.task]}) for target in study.targets
        ),
        "encoders": tuple(
            encoder.model_copy(update={"name": _name(place)}) for place, encoder in enumerate(study.encoders)
        ),
        "tasks": tuple(tasks),
    }
    return study.model_copy(update=changes)


def _name(place: int) -> str:
    around, at = divmod(place, len(NAMES))
    return NAMES[at] + (f" {around + 1}" if around else "")
