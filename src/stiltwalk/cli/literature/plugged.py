"""The seam for models of one's own: ``module:function`` on the command line."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from stiltwalk.literature.records.claims import PaperClaim
from stiltwalk.literature.records.evidence import Judge, Judgement, Passage
from stiltwalk.literature.records.synthesis import Reviewer, Score, Synthesis
from stiltwalk.spec.errors import UserError, nearest

Said = Callable[[Sequence[tuple[PaperClaim, Passage]]], Sequence[Judgement]]

_EXPECTED: Final = {
    "--judge": "a function from pairs of claim and passage to a Judgement for each",
    "--reviewer": "a function from a Synthesis to a Score",
}


class PluggedJudge:
    """A judge of the user's.

    Attributes:
        name: its own, if it has one; else that of the function and a digest of the module's source, so that
            what a changed one says is not taken for what the earlier one said.
    """

    def __init__(self, name: str, said: Said) -> None:
        """A judge called ``name`` that says what ``said`` does."""
        self.name = name
        self._said = said

    def __call__(self, pairs: Sequence[tuple[PaperClaim, Passage]]) -> Sequence[Judgement]:
        """A judgement for each pair, in order.

        Raises:
            UserError: it fails.
        """
        try:
            return self._said(pairs)
        except Exception as error:
            raise _failed("judge", self.name, error) from error


def is_plugged(text: str) -> bool:
    """Whether ``text`` is ``module:function`` and no path that has a colon."""
    module, colon, function = text.partition(":")
    return bool(colon and module and function) and not Path(text).exists()


def plugged_judge(text: str) -> Judge:
    """The judge ``module:function``; a class is called for one.

    Raises:
        UserError: there is no such thing, or it cannot be called.
    """
    found = _found("--judge", text)
    made = _made("--judge", text, found) if inspect.isclass(found) else found
    name = getattr(made, "name", None)
    return PluggedJudge(name if isinstance(name, str) and name else _digested(text, made), cast("Said", made))


def plugged_reviewer(text: str) -> Reviewer:
    """The reviewer ``module:function``.

    Raises:
        UserError: there is no such thing, or it cannot be called.
    """
    if not is_plugged(text):
        raise UserError(
            f"--reviewer {text}: expected module:function, such as mine:style for a file mine.py here."
        )
    found = cast("Reviewer", _found("--reviewer", text))

    def reviewed(synthesis: Synthesis) -> Score:
        try:
            return found(synthesis)
        except Exception as error:
            raise _failed("reviewer", text, error) from error

    reviewed.__name__ = text
    return reviewed


def _found(option: str, text: str) -> Callable[..., object]:
    module_name, _, name = text.partition(":")
    with _from_here():
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
                raise UserError(
                    f"{option} {text}: the module '{module_name}' needs '{error.name}', which is not "
                    "installed."
                ) from error
            raise UserError(
                f"{option} {text}: there is no module '{module_name}', neither here ({Path.cwd()}) nor among "
                "what is installed."
            ) from None
        except Exception as error:
            raise UserError(
                f"{option} {text}: the module '{module_name}' cannot be loaded: {type(error).__name__}: "
                f"{error}"
            ) from error
    found = getattr(module, name, None)
    if found is None:
        close = nearest(name, [each for each in vars(module) if not each.startswith("_")])
        hint = f" Did you mean '{close}'?" if close else ""
        raise UserError(f"{option} {text}: the module '{module_name}' has no '{name}'.{hint}")
    if not callable(found):
        raise UserError(f"{option} {text}: expected {_EXPECTED[option]}, found {found!r:.80}.")
    return cast("Callable[..., object]", found)


def _made(option: str, text: str, kind: Callable[..., object]) -> object:
    try:
        made = kind()
    except Exception as error:
        raise UserError(
            f"{option} {text}: the class cannot be called without arguments: {type(error).__name__}: {error}"
        ) from error
    if not callable(made):
        raise UserError(
            f"{option} {text}: expected {_EXPECTED[option]}, found an object that cannot be called."
        )
    return made


@contextmanager
def _from_here() -> Iterator[None]:
    """Modules of the current folder can be loaded too, as Python itself does it for a script."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(here)


def _digested(text: str, found: object) -> str:
    try:
        source = inspect.getsource(inspect.getmodule(found) or type(found))
    except (OSError, TypeError):
        return text
    return f"{text} (source {hashlib.sha256(source.encode()).hexdigest()[:8]})"


def _failed(what: str, name: str, error: Exception) -> UserError:
    return UserError(
        f"The {what} '{name}' failed: {type(error).__name__}: {error}. What was judged before is kept."
    )
