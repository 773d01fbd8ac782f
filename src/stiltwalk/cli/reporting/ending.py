"""How a command that runs a study ends: in a report, or without one."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, Self

from stiltwalk.cli import show
from stiltwalk.engine.prepare import Prepared
from stiltwalk.render.folder import require_place


class Ending(NamedTuple):
    """How a command that runs a study ends.

    Attributes:
        report: whether it makes a report.
        out: its folder; ``None``: ``reports/NAME`` in the store.
        opened: whether the page is opened in a browser.
    """

    report: bool = True
    out: Path | None = None
    opened: bool = False

    def checked(self) -> Self:
        """The same, once it is known before anything is run that the folder may be written to.

        Raises:
            UserError: it holds something else than an earlier report.
        """
        if self.report and self.out is not None:
            require_place(self.out)
        return self


NO_REPORT: Final = Ending(report=False)


def ended(prepared: Prepared, ending: Ending, *, as_json: bool = False) -> Path | None:
    """The page of the report that a study which was run ends in, and is printed; ``None``: it has none.

    Raises:
        UserError: the report's folder holds something else, or cannot be written.
    """
    if not ending.report:
        return None
    # drawing takes a second to load, for which whoever wants no report does not wait
    from stiltwalk.cli.reporting.reported import open_page, reported  # noqa: PLC0415

    plan, store = prepared.plan, prepared.place.store
    page = reported(plan, store, ending.out or store.root / "reports" / plan.study.study, quiet=as_json)
    if not as_json:
        show.console.print(f"\nReport: {page}", markup=False, soft_wrap=True)
    if ending.opened:
        open_page(page)
    return page


def page_rows(page: Path | None) -> dict[str, list[dict[str, str]]]:
    """Where the report is, as a list beside others in one JSON object; empty: there is none."""
    return {} if page is None else {"report": [{"page": str(page)}]}
