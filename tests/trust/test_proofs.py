"""Tests of the proofs: each runs, draws depend on the seed alone, and figures reach the document."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from stiltwalk.analyse.comparing import compared
from stiltwalk.analyse.responses import responses
from stiltwalk.spec.arms import NONE_ARM
from trust import __main__ as command
from trust import document, gains
from trust.__main__ import main
from trust.measures import Measure, Proof, Values
from trust.proofs import PROOFS, chosen
from trust.running import CHUNK, Part, chunks, joined, run, simulated
from trust.simulator import TRUE, World


@pytest.mark.parametrize("name", list(PROOFS))
def test_every_proof_counts_what_it_says(name: str) -> None:
    """One study in the true world: every measure is a value of it (of calibration its truth too) or NaN."""
    proof = PROOFS[name]
    values = proof.study(proof.worlds[0], np.random.default_rng(5))
    assert proof.worlds[0] is TRUE
    for measure in proof.measures:
        found = values.get(measure.name, math.nan)
        if measure.kind not in {"bias", "points"}:
            assert math.isnan(found) or 0 <= found <= 1, measure
        if measure.kind == "calibration":
            assert values[f"{measure.name}?"] in {0.0, 1.0}
    known = {measure.name for measure in proof.measures}
    assert known & values.keys() or not values


def test_what_is_asked_of_studies() -> None:
    """2,000 studies of every decision and estimator, 5,000 of claims."""
    assert {proof.studies for proof in PROOFS.values() if proof.name.startswith("claims/")} == {5000}
    assert {proof.studies for proof in PROOFS.values() if not proof.name.startswith("claims/")} == {2000}


def test_true_gains_are_what_comparing_finds_without_noise() -> None:
    """The truth that intervals are held against is averaged as the package averages noiseless scores."""
    layout = gains.laid_out(gains.USUAL)
    truth = np.repeat(layout.truth[:, :, None], layout.grid.shape[2], axis=2)
    (found,) = responses(layout.frames.of(truth))
    for arm in gains.USUAL.arms:
        for chosen_cells in (gains.everything, gains.one_target, gains.one_cell):
            cells = chosen_cells(found, arm)
            estimate = compared(found, {arm: 1.0, NONE_ARM: -1.0}, cells).estimate
            assert estimate.value == pytest.approx(gains.true_gain(gains.USUAL, found, arm, cells))


def _coin(world: World, rng: np.random.Generator) -> Values:
    """A fair coin, and how heavy the world's name is."""
    return {"heads": float(rng.random() < 0.5), "letters": float(len(world.name))}


COIN = Proof("coin", "a coin", (Measure("heads", "heads", "coverage", 0.5),), _coin, worlds=(TRUE,))


def test_draws_depend_on_the_seed_and_the_chunk() -> None:
    """The same seed gives the same studies, another seed or chunk others."""
    first = simulated(COIN, TRUE, 50, 1, 0)
    assert simulated(COIN, TRUE, 50, 1, 0) == first
    assert simulated(COIN, TRUE, 50, 2, 0) != first
    assert simulated(COIN, TRUE, 50, 1, 1) != first


def _broken(world: World, rng: np.random.Generator) -> Values:
    """A study that fails every second time."""
    if rng.random() < 0.5:
        raise ValueError(f"tails in the {world.name} world")
    return {"heads": 1.0}


def test_a_failing_study_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """An error in one study is told and counted, and the others go on."""
    broken = Proof("broken", "a coin", COIN.measures, _broken, worlds=(TRUE,))
    found = simulated(broken, TRUE, 40, 1, 0)
    assert 0 < sum(found["failed"]) < 40
    assert sum(math.isnan(value) for value in found["heads"]) == sum(found["failed"])
    told = capsys.readouterr().err
    assert "A study of broken in the true world failed." in told
    assert "ValueError: tails in the true world" in told
    (line,) = document.lines_of(broken, TRUE, joined([found]), 40, (7, "abcd1234", "2026-11-22"))
    assert line.failed == sum(found["failed"])


def test_chunks_add_up() -> None:
    """Every study is in one chunk, the last may be smaller; joined they stand in their order."""
    assert chunks(2 * CHUNK + 1) == [CHUNK, CHUNK, 1]
    whole = joined([{"a": [1.0, 2.0]}, {"b": [3.0]}])
    assert whole["a"].tolist()[:2] == [1.0, 2.0]
    assert math.isnan(whole["a"][2])
    assert whole["b"].tolist()[2] == 3.0


def test_finished_parts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the cache is not simulated again, and is the same to the bit."""
    monkeypatch.setitem(PROOFS, "coin", COIN)
    part = Part("coin", "true", 150, 7)
    told: list[str] = []
    ((_, first),) = run([part], 1, tmp_path, told.append)
    ((_, again),) = run([part], 1, tmp_path, told.append)
    assert told == ["1/1 coin in the true world"]
    assert {name: values.tolist() for name, values in first.items()} == {
        name: values.tolist() for name, values in again.items()
    }
    assert len(first["heads"]) == 150


def test_the_command_prints_its_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A quick run: the rates of one proof as a table, and as JSON from the cache."""
    words = ["--only", "fits/noise-scale", "--studies", "20", "--workers", "1", "--cache", str(tmp_path)]
    main(words)
    printed = capsys.readouterr()
    assert "| `fits/noise-scale` | 95 % intervals that hold the true noise scale | 95.0 % |" in printed.out
    assert "2/2 fits/noise-scale in the heavy world" in printed.err
    main([*words, "--json"])
    (true, heavy) = json.loads(capsys.readouterr().out)
    assert (true["world"], heavy["world"], true["studies"]) == ("true", "heavy", 20)


def test_an_unknown_proof_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A pattern that no name matches: those there are are listed."""
    assert main(["--only", "gians/*"]) == 2
    assert "no proof is called 'gians/*'. There is: gains/overall" in capsys.readouterr().err
    assert list(chosen(("gains/ov*",))) == ["gains/overall"]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document with markers, and a file of figures of its own, in place of the published ones."""
    page = tmp_path / "statistics.md"
    page.write_text(
        "before\n<!-- generated by make trust -->\nold\n<!-- end of what is generated -->\nafter\n"
    )
    monkeypatch.setattr(document, "LATEST", tmp_path / "latest.json")
    monkeypatch.setattr(document, "DOCUMENT", page)
    monkeypatch.setattr(command, "PROOFS", {"coin": COIN, "dice": COIN})
    return page


def test_figures_reach_the_document(kept: Path) -> None:
    """Lines of a proof take the place of its earlier ones; others stay; the page holds them all."""
    raw = {"heads": np.repeat([1.0, 0.0], [900, 1100])}
    stamp = (7, "abcd1234", "2026-11-22")
    other = Proof("dice", "a die", COIN.measures, _coin, worlds=(TRUE,))
    order = ("coin", "dice")
    for proof in (other, COIN, COIN):
        lines = document.lines_of(proof, TRUE, raw, 2000, stamp)
        document.write(document.LATEST, "2 cores", "0.1.0", lines, order)
    document.renew(document.LATEST, kept)
    text = kept.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| `coin` | heads | 50.0 % | 45.0 % [42.1, 47.9] | **missed** |") == 1
    assert "2026-11-22, stiltwalk 0.1.0 (code abcd1234), 2 cores; simulator seed 7." in text
    assert "2 rates are judged, 2 missed; 0 of 4,000 studies ended in an error." in text
    assert text.index("`coin`") < text.index("`dice`")


def test_a_document_without_markers_is_refused(kept: Path) -> None:
    """There is one pair of markers, or nothing is written."""
    with pytest.raises(ValueError, match="expected one pair of markers, found 0"):
        document.renewed("nothing here", document.LATEST)


def test_the_worst_world_stands_beside() -> None:
    """Of several worlds the one where least is covered, or most errors are made."""
    stamp = (7, "abcd1234", "2026-11-22")
    proof = PROOFS["gains/overall"]
    shares = {"true": 0.95, "heavy": 0.96, "uneven": 0.91, "quiet": 0.93}
    lines = [
        line
        for world in proof.worlds
        for line in document.lines_of(
            proof, world, {"coverage": np.array([shares[world.name]] * 3)}, 3, stamp
        )
    ]
    row = next(line for line in document.markdown(lines).splitlines() if "hold the true gain" in line)
    assert row.endswith("| 91.0 % (uneven) |")


def test_calibration_curves_are_shown() -> None:
    """A bin of the curve: mean posterior, share that was true, and how many claims."""
    proof = PROOFS["claims/arms"]
    raw = {"above": np.full(10, 0.82), "above?": np.repeat([1.0, 0.0], [8, 2])}
    lines = document.lines_of(proof, TRUE, raw, 10, (7, "abcd1234", "2026-11-22"))
    assert "| 0.8–0.9 | 0.82 → 0.80 (10) |" in document.markdown(lines)


def test_the_published_page_is_what_was_kept() -> None:
    """What stands in docs/statistics.md is what the last kept run says."""
    page = Path(__file__).parents[2] / "docs" / "statistics.md"
    latest = Path(__file__).parents[2] / "trust" / "latest.json"
    text = page.read_text(encoding="utf-8")
    assert document.renewed(text, latest) == text


@pytest.mark.slow
def test_processes_change_nothing() -> None:
    """Two processes give the very studies that one gives."""
    parts = [Part("gains/fewest", "true", CHUNK + 20, 7), Part("fits/noise-scale", "heavy", 30, 7)]
    alone, together = (
        {
            part: {name: values.tolist() for name, values in raw.items()}
            for part, raw in run(parts, workers, None, print)
        }
        for workers in (1, 2)
    )
    assert alone == together
