"""A headless Chromium that may read reports and nothing else, and reports for it to show."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import pytest

from stiltwalk.render.write import written
from tests.browser.seen import Seen
from tests.render.worlds import World, contents

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_CURE = (
    "Install one ('make browser-test' does it on a Debian), or name its program in STILTWALK_CHROMIUM. "
    "These tests run by 'pytest -m browser'."
)

Scheme = Literal["light", "dark"]
"""Of colours, as the reader's system prefers it."""

Reports = Callable[[World], Path]
"""A world → the folder in which its report lies; written once."""


class Shows(Protocol):
    """Opens the report in a folder, on a screen of so many pixels."""

    def __call__(  # noqa: D102  the class says it
        self,
        folder: Path,
        width: int = 1440,
        height: int = 900,
        scheme: Scheme = "light",
        script: bool = True,
    ) -> Seen: ...


def chromium() -> str:
    """The program that is to be driven.

    Raises:
        LookupError: there is none; says how to come by one.
    """
    named = os.environ.get("STILTWALK_CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise LookupError(f"STILTWALK_CHROMIUM names {named}, which cannot be run. {_CURE}")
        return named
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        raise LookupError(f"No Chromium: none of {', '.join(_PROGRAMS)} is on the PATH. {_CURE}")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests, without a sandbox: tests run as root in containers."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail(f"The library playwright is missing: pip install 'stiltwalk[browser]'. {_CURE}")
    try:
        program = chromium()
    except LookupError as error:
        pytest.fail(str(error))
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Writes reports by the real writer."""
    made: dict[World, Path] = {}

    def report(world: World) -> Path:
        if world not in made:
            folder = tmp_path_factory.mktemp("report")
            written(contents(world), folder)
            made[world] = folder
        return made[world]

    return report


@pytest.fixture
def shows(browser: Browser) -> Iterator[Shows]:
    """Opens reports; whatever they ask for but themselves fails, and is noted."""
    opened = []

    def show(
        folder: Path, width: int = 1440, height: int = 900, scheme: Scheme = "light", script: bool = True
    ) -> Seen:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            color_scheme=scheme,
            java_script_enabled=script,
        )
        opened.append(context)
        seen = Seen(context.new_page(), folder)
        context.route("**/*", lambda route: _only_itself(route, seen))
        seen.open()
        return seen

    yield show
    for context in opened:
        context.close()


def _only_itself(route: Route, seen: Seen) -> None:
    if route.request.url.startswith("data:") or route.request.url.partition("#")[0] in seen.read:
        route.continue_()
        return
    seen.requests.append(route.request.url)
    route.abort()
