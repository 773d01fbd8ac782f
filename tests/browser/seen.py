"""A report as it is seen in a browser: the page, what it complained of, and what it asked of the network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Dialog, Page


class Seen:
    """An opened report.

    Attributes:
        page: the page.
        folder: where the report lies.
        said: errors and warnings of its console, and errors that nothing caught.
        read: files that it may read, the page itself to begin with.
        requests: addresses of everything else that it asked for.
    """

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.said: list[str] = []
        self.read = {(folder / "report.html").as_uri()}
        self.requests: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", self._asked)

    def open(self) -> None:
        """Read the report from the disk."""
        self.page.goto((self.folder / "report.html").as_uri())
        self.page.wait_for_load_state("networkidle")

    def require_quiet(self) -> None:
        """Fail where it complained, or asked for something that it may not read."""
        assert self.said == []
        assert self.requests == []

    def _asked(self, dialog: Dialog) -> None:
        self.said.append(dialog.message)
        dialog.dismiss()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.said.append(message.text)
