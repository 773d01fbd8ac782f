"""Trackers: programs beside us that draw curves of a training while it runs.

They are mirrors. Nothing that they do or say is part of a step's key, of its bits or of a study's analysis:
the store is what counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from stiltwalk.spec.errors import UserError, unknown_name
from stiltwalk.spec.extras import Library, not_installed
from stiltwalk.spec.record import Record

TRACKERS: Mapping[str, str] = {
    "trackio": "trackio",
    "tensorboard": "tensorboard",
    "aim": "aim",
    "clearml": "clearml",
    "comet_ml": "comet_ml",
    "dvclive": "dvclive",
    "mlflow": "mlflow",
    "swanlab": "swanlab",
    "wandb": "wandb",
}
"""Every tracker that accelerate passes numbers on to → the library it needs. The first two come with an extra
of this package and are tried by its tests."""

OWN: tuple[Library, ...] = ("trackio", "tensorboard")
"""Those that write files of their own on this machine, and need neither account nor network."""


class Tracking(Record):
    """Which trackers hear of a training, and as what.

    Attributes:
        trackers: their names, each once; none: nobody hears.
        folder: where those that write files write them.
        project: what runs are grouped by: the study.
        run: what the training is called there.
    """

    trackers: tuple[str, ...]
    folder: Path
    project: str = ""
    run: str = ""


def chosen_trackers(given: Iterable[str]) -> tuple[str, ...]:
    """The trackers named in ``given``, each once.

    Raises:
        UnknownNameError: there is none of that name; the nearest is suggested.
        UserError: its library is not installed.
    """
    found = tuple(dict.fromkeys(name.strip().lower() for name in given if name.strip()))
    for name in found:
        if name not in TRACKERS:
            raise unknown_name("tracker", name, TRACKERS)
        if not is_installed(name):
            raise _absent(name)
    return found


def tracking_in(store: Path, trackers: Iterable[str], folder: Path | None = None) -> Tracking | None:
    """Those trackers, which write below ``folder``; ``None``: there are none.

    Without a folder it is the one that STILTWALK_TRACK_DIR names, else ``tracking`` in the ``store``.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in trackers if name.strip()))
    where = folder or Path(os.environ.get("STILTWALK_TRACK_DIR") or store / "tracking")
    return Tracking(trackers=names, folder=where.absolute()) if names else None


def is_installed(tracker: str) -> bool:
    """Whether the library of ``tracker`` is there; it is not imported."""
    return find_spec(TRACKERS[tracker]) is not None


def _absent(name: str) -> UserError:
    wanted = f"The tracker '{name}'"
    own = next((each for each in OWN if each == name), None)
    if own is not None:
        return not_installed(own, wanted)
    return UserError(
        f"{wanted} needs the library {TRACKERS[name]}, which is not installed. Install it: "
        f"pip install {TRACKERS[name]}."
    )
