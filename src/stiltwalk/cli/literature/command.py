"""What the command literature does: a synthesis made, shown again, or a list of those that are kept."""

from __future__ import annotations

from pathlib import Path

from stiltwalk.cli import show
from stiltwalk.cli.literature.asked import NOTHING, Asked, Shown
from stiltwalk.cli.literature.kept import list_kept
from stiltwalk.cli.literature.made import Ready, made, ready
from stiltwalk.cli.literature.printed import print_synthesis, show_synthesis
from stiltwalk.cli.literature.progress import StageWatch
from stiltwalk.cli.options import kept_store
from stiltwalk.literature.keeping import folder_of, kept_syntheses, name_for, read_question, read_synthesis
from stiltwalk.literature.records.synthesis import Synthesis
from stiltwalk.render.folder import require_place
from stiltwalk.spec.errors import UserError, nearest
from stiltwalk.store.store import Store, open_store

_PAGE = "report"


def run(text: str | None, asked: Asked, shown: Shown, root: Path) -> None:
    """Answer ``text``, show the synthesis of that name, or list what is kept where it is ``None``.

    Raises:
        UserError: the question cannot be searched for, or is a kept name misspelt; a source or model is not
            known, the report's folder holds something else; see also ``literature.review.review``.
    """
    if text is None:
        _require_nothing(asked, shown)
        list_kept(kept_store(root), as_json=shown.json)
        return
    store = open_store(root)
    if shown.report and shown.out is not None:
        require_place(shown.out)  # before minutes are spent
    if text in kept_syntheses(store):
        _require_unchanged(text, asked, store)
        _end(read_synthesis(store, text), shown, store)
        return
    _require_no_misspelt_name(text, store)
    what = ready(text, asked)
    if not shown.json:
        _tell_plan(what, store)
    with StageWatch(quiet=shown.json) as watch:
        synthesis = made(what, store, say=watch.say, tell=watch.tell)
    _end(synthesis, shown, store)


def _require_nothing(asked: Asked, shown: Shown) -> None:
    if asked != NOTHING or shown != Shown(json=shown.json):
        raise UserError(
            "There is no question. Give one: stiltwalk literature 'QUESTION'; without a question and "
            "options, what is kept is listed."
        )


def _require_no_misspelt_name(text: str, store: Store) -> None:
    """A word alone that is nearly the name of what is kept, or its beginning, asks for that."""
    kept = kept_syntheses(store)
    if " " in text or name_for(text) in kept:  # that is the question itself, asked again
        return
    begun = [name for name in kept if text and name.startswith(text)]
    meant = begun[0] if begun else nearest(text, kept)
    if meant is not None:
        raise UserError(
            f"There is no synthesis '{text}'. Did you mean '{meant}'? Without a name, what is kept is "
            "listed; a question has more than one word."
        )


def _require_unchanged(name: str, asked: Asked, store: Store) -> None:
    if asked != NOTHING:
        raise UserError(
            f"'{name}' is the name of a synthesis that is kept. Leave out what changes it, and it is shown "
            f"again; or ask its question anew with these options: {read_question(store, name).text!r}"
        )


def _tell_plan(what: Ready, store: Store) -> None:
    question = what.question
    where = [*question.sources, *([question.folder] if question.folder else [])]
    show.note(f"keeps it as '{what.name}'; searches {', '.join(where)}")
    if question.folder and what.asked.sources is None:
        show.note("no database is asked, for there is a folder; --sources names some to search beside it")
    if what.name in kept_syntheses(store) and read_question(store, what.name) != question:
        show.note("it was asked before with other settings: its synthesis is made anew with these")


def _end(synthesis: Synthesis, shown: Shown, store: Store) -> None:
    """Print the synthesis, and make its report if it is wanted."""
    if not shown.json:
        show_synthesis(synthesis)
    page = _reported(synthesis, shown, store) if shown.report else None
    if shown.json:
        print_synthesis(synthesis, page)
    elif page is not None:
        show.console.print(f"\nReport: {page}", markup=False, soft_wrap=True)
    if shown.opened and page is not None:
        from stiltwalk.cli.reporting.reported import open_page  # noqa: PLC0415  drawing takes a second to load

        open_page(page)


def _reported(synthesis: Synthesis, shown: Shown, store: Store) -> Path:
    # templates take a while to load, for which whoever wants no report does not wait
    from stiltwalk.cli.reporting.parts import Parts  # noqa: PLC0415
    from stiltwalk.render.synthesis.write import written  # noqa: PLC0415

    place = require_place(shown.out or folder_of(store, synthesis.name) / _PAGE)
    with Parts(quiet=shown.json) as parts:
        return written(synthesis, place, say=parts.say)
