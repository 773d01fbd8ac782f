"""Tests of spec.tracking: names of trackers, and where they write."""

from __future__ import annotations

from pathlib import Path

import pytest

from stiltwalk.spec import tracking
from stiltwalk.spec.errors import UnknownNameError, UserError
from stiltwalk.spec.tracking import OWN, TRACKERS, chosen_trackers, tracking_in


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every library were there."""
    monkeypatch.setattr(tracking, "is_installed", lambda name: True)


@pytest.mark.usefixtures("_installed")
def test_names_are_taken_once_and_in_their_order() -> None:
    """Blanks and capitals are no matter; nothing named is nothing chosen."""
    assert chosen_trackers([" TensorBoard", "trackio", "", "tensorboard "]) == ("tensorboard", "trackio")
    assert chosen_trackers([""]) == ()


@pytest.mark.usefixtures("_installed")
def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    """A slip of the pen starts no run."""
    with pytest.raises(UnknownNameError, match=r"no tracker 'tensorbord'. Did you mean 'tensorboard'\?"):
        chosen_trackers(["trackio", "tensorbord"])


def test_what_is_not_installed_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the extra by the extra, others by their own name."""
    monkeypatch.setattr(tracking, "is_installed", lambda name: False)
    for name in OWN:
        with pytest.raises(UserError, match=rf"The tracker '{name}' needs .* 'stiltwalk\[track\]'"):
            chosen_trackers([name])
    with pytest.raises(UserError, match=r"not installed\. Install it: pip install wandb"):
        chosen_trackers(["wandb"])


def test_own_trackers_are_trackers() -> None:
    """The extra brings nothing that could not be named."""
    assert set(OWN) < set(TRACKERS)


def test_where_mirrors_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the store, unless the environment or the run says where; without trackers nowhere."""
    monkeypatch.delenv("STILTWALK_TRACK_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    found = tracking_in(Path("store"), ["trackio"])
    assert found is not None
    assert found.folder == tmp_path / "store" / "tracking"
    monkeypatch.setenv("STILTWALK_TRACK_DIR", str(tmp_path / "elsewhere"))
    found = tracking_in(Path("store"), ["trackio"])
    assert found is not None
    assert found.folder == tmp_path / "elsewhere"
    found = tracking_in(Path("store"), ["trackio"], tmp_path / "of-the-run")
    assert found is not None
    assert found.folder == tmp_path / "of-the-run"
    assert tracking_in(Path("store"), ["", " "]) is None
