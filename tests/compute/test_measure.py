"""Tests of compute.measure: every batch and length timed, warm-ups discarded, and what cannot be, said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import BertConfig, BertModel, Qwen3Config, Qwen3Model

from stiltwalk.compute import measure as module
from stiltwalk.compute.carry_out import carry_out
from stiltwalk.compute.context import Monitor, Place
from stiltwalk.compute.encoder import parameter_counts
from stiltwalk.compute.machine import fast_precisions
from stiltwalk.compute.meters import Found
from stiltwalk.engine.machine import this_machine
from stiltwalk.engine.prepare import Prepared
from stiltwalk.plan.operations import forward_flops
from stiltwalk.plan.sizes import sizes_in
from stiltwalk.plan.steps import MeasureStep, key_of
from stiltwalk.spec.errors import InterruptedRunError, UserError
from stiltwalk.spec.execution import Execution
from stiltwalk.spec.measuring import Measuring
from stiltwalk.store.store import read_artifact, verify_artifact
from tests.compute.fakes import copied_place, encoder_model, stopping_after
from tests.fakes import tiny_tokenizer
from tests.worlds import node

POSITIONS = 128
"""Of the tiny world's encoder."""

Carry = Callable[..., dict[str, Any]]


def step_on(prepared: Prepared, parent: str, **changes: Any) -> MeasureStep:
    """A measurement of the step of that title in the tiny world."""
    asked = Measuring(**{"batches": (1, 2), "lengths": (8, 300, 400), "repeats": 4, **changes})
    return MeasureStep(
        parent=node(prepared.plan, parent).key,
        attention="bidirectional",
        measuring=asked,
        machine=this_machine(),
        execution=Execution(),
    )


@pytest.fixture(name="place")
def _place(finished: Prepared, tmp_path: Path) -> Place:
    return copied_place(finished.place, tmp_path)


def facts_of(step: MeasureStep, place: Place, folder: Path) -> dict[str, Any]:
    """What carrying it out finds."""
    key = key_of(step)
    assert carry_out(step, key, place, folder / "work", Monitor())
    artifact = read_artifact(place.store, key)
    verify_artifact(artifact)
    assert {path.name for path in artifact.folder.iterdir()} == {"step.json", "manifest.json", "log.jsonl"}
    return dict(artifact.facts)


def test_every_batch_and_length(finished: Prepared, place: Place, tmp_path: Path) -> None:
    """A row for each, in every precision this machine is fast in; too long is clipped, and measured once."""
    facts = facts_of(step_on(finished, "pretrain tiny"), place, tmp_path)
    rows = facts["rows"]
    expected = ["fp32", *(each for each in ("bf16", "int8") if each in fast_precisions())]
    assert [(row["precision"], row["length"], row["batch"]) for row in rows] == [
        (precision, length, batch) for precision in expected for length in (8, 300, 400) for batch in (1, 2)
    ]
    for row in rows:
        assert row["tokens"] == min(row["length"], POSITIONS)
        assert 0 < row["p50_ms"] <= row["p95_ms"]
        assert row["sequences_per_second"] == pytest.approx(1000 * row["batch"] / row["p50_ms"])
        assert row["flops_per_sequence"] == forward_flops(facts["encoder_parameters"], 2, 16, row["tokens"])
        assert facts["peak_memory_bytes"] >= row["peak_memory_bytes"] > 50 * 10**6
        assert row["note"] == ""
    clipped = [[{**row, "length": 0} for row in rows if row["length"] == length] for length in (300, 400)]
    assert clipped[0] == clipped[1]
    assert (facts["repeats"], facts["warm_ups"], facts["threads"]) == (4, 3, 1)
    assert facts["device"] == this_machine().processor
    assert 0 <= facts["other_load"] <= 1
    assert (facts["energy_meter"] is None) == bool(facts["no_energy"])
    assert facts["versions"]["torch"] == torch.__version__
    assert set(facts["left_out"]) == {"bf16", "int8"} - set(expected)


def test_training_changes_no_cost(finished: Prepared, place: Place, tmp_path: Path) -> None:
    """After any training an encoder has the operations and parameters it had before: one measure for all."""
    found = []
    for title in (
        "pretrain tiny",
        "intermediate commonsenseqa, seed 1",
        "target udpos after commonsenseqa, seed 1",
    ):
        facts = facts_of(step_on(finished, title, batches=(1,), repeats=1, int8=False), place, tmp_path)
        flops = [row["flops_per_sequence"] for row in facts["rows"]]
        found.append((facts["parameters"], facts["encoder_parameters"], flops))
        assert facts["left_out"]["int8"] == "not asked for"
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta", "mt5"])
def test_what_is_run_is_what_predictions_run(architecture: str) -> None:
    """The states of all tokens come out, as heads are given them: as many sequences, as long, as wide."""
    tokenizer = tiny_tokenizer("wordpiece" if architecture == "bert" else "unigram")
    encoder = SimpleNamespace(model=encoder_model(tokenizer, architecture), tokenizer=tokenizer)
    subject = module._subject(encoder, torch.device("cpu"))  # type: ignore[arg-type]
    micro = module._drawn(subject, 3, 20)
    assert micro.ids.shape == (3, 20)
    assert micro.mask.all()
    assert not set(micro.ids.flatten().tolist()) & set(tokenizer.all_special_ids)
    with torch.inference_mode():
        assert subject.model(micro).shape == (3, 20, 16)


def eager(config: Any, kind: Any) -> Any:
    """A model whose attention is plain products, which torch's counter knows."""
    config._attn_implementation = "eager"
    return kind(config)


def bert() -> Any:
    """96 wide, 2 layers."""
    config = BertConfig(
        vocab_size=50, hidden_size=96, num_hidden_layers=2, num_attention_heads=4, intermediate_size=384
    )
    model = eager(config, BertModel)
    model.pooler = None
    return model


def qwen() -> Any:
    """96 wide, 2 layers of 4 heads of 32, of which pairs share keys; gated."""
    config = Qwen3Config(
        vocab_size=50,
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        intermediate_size=256,
        use_cache=False,
    )
    return eager(config, Qwen3Model)


@pytest.mark.parametrize("make", [bert, qwen])
@pytest.mark.parametrize("tokens", [16, 200])
def test_operations_are_those_that_torch_counts(make: Callable[[], Any], tokens: int) -> None:
    """Within 2 % of torch's own count of products, for a short and a long sequence."""
    model = make().eval()
    ids = torch.randint(5, 50, (3, tokens), generator=torch.Generator().manual_seed(1))
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(input_ids=ids)
    sizes = sizes_in(model.config.to_dict())
    assert sizes is not None
    parameters = parameter_counts(model)["encoder_parameters"]
    ours = forward_flops(parameters, sizes.layers, sizes.queries, tokens)
    assert 3 * ours == pytest.approx(counter.get_total_flops(), rel=0.02)


def test_warm_ups_are_discarded(
    finished: Prepared, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of runs that take 100 s thrice and then 1, 2, 3 and 4 ms, the median is 2.5 and p95 is 3.85 ms."""
    told = [100.0] * 3 + [0.003, 0.001, 0.004, 0.002]
    runs = iter(told)
    monkeypatch.setattr(module, "_run", lambda subject, micro: next(runs))
    monkeypatch.setattr(module, "fast_precisions", lambda: ["fp32"])
    step = step_on(finished, "pretrain tiny", batches=(2,), lengths=(8,))
    (row,) = facts_of(step, place, tmp_path)["rows"]
    assert (row["p50_ms"], row["p95_ms"]) == pytest.approx((2.5, 3.85))
    assert row["sequences_per_second"] == pytest.approx(800.0)
    assert next(runs, None) is None


class Counted:
    """A meter that gives a joule a look."""

    name = "a test"

    def __init__(self, least_seconds: float) -> None:
        self.least_seconds = least_seconds
        self._looks = 99

    def begin(self) -> None:
        """Forget."""
        self._looks = 0

    def sample(self) -> None:
        """Look."""
        self._looks += 1

    def joules(self, seconds: float) -> float:
        """As many as looks."""
        assert seconds > 0
        return float(self._looks)


@pytest.mark.parametrize(("least", "expected"), [(0.0, 4 / (4 * 2)), (1e6, None)])
def test_energy_of_a_sequence(
    finished: Prepared,
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    least: float,
    expected: float | None,
) -> None:
    """4 J over 4 runs of 2 sequences; nothing where the runs were too short for the meter."""
    monkeypatch.setattr(module, "find_meter", lambda device: Found(Counted(least)))
    step = step_on(finished, "pretrain tiny", batches=(2,), lengths=(8,))
    facts = facts_of(step, place, tmp_path)
    assert {row["joules_per_sequence"] for row in facts["rows"]} == {expected}
    assert (facts["energy_meter"], facts["no_energy"]) == ("a test", "")


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_memory_that_runs_out_is_a_result(
    finished: Prepared, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """That batch has a note and no figures; the others are measured."""
    own = module._run

    def run(subject: Any, micro: Any) -> float:
        if len(micro.items) == 2:
            raise error
        return own(subject, micro)

    monkeypatch.setattr(module, "_run", run)
    rows = facts_of(step_on(finished, "pretrain tiny", lengths=(8,)), place, tmp_path)["rows"]
    for row in rows:
        short = row["batch"] == 2
        assert row["note"] == ("out of memory" if short else "")
        assert (row["p50_ms"] is None) == (row["peak_memory_bytes"] is None) == short
        assert row["flops_per_sequence"] > 0


def test_what_will_not_fit_is_not_tried(
    finished: Prepared, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A processor's memory is looked at before: whoever takes too much of it is killed and cannot say so."""
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=10, total=10**9))
    monkeypatch.setattr(module, "_run", lambda subject, micro: pytest.fail("was tried"))
    rows = facts_of(step_on(finished, "pretrain tiny", lengths=(8,)), place, tmp_path)["rows"]
    assert {row["note"] for row in rows} == {"out of memory (not tried: about 0.0 GB, where 0.0 are free)"}


def test_another_failure_is_one(finished: Prepared, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no lack of memory fails the step."""

    def run(subject: Any, micro: Any) -> float:
        raise RuntimeError("something else")

    monkeypatch.setattr(module, "_run", run)
    step = step_on(finished, "pretrain tiny", lengths=(8,))
    with pytest.raises(RuntimeError, match="something else"):
        carry_out(step, key_of(step), place, place.store.root / "work" / "w", Monitor())


def test_another_machine_does_not_measure(finished: Prepared, place: Place, tmp_path: Path) -> None:
    """A step that was planned elsewhere is refused: its figures would stand under that machine's name."""
    step = step_on(finished, "pretrain tiny")
    for change in ({"processor": "Abacus 3"}, {"cores": 999}, {"accelerator": "Loom"}):
        other = step.replace({"machine": step.machine.replace(change)})
        with pytest.raises(
            UserError, match=r"belongs to another machine.*Run the study there, or plan it anew"
        ):
            carry_out(other, key_of(other), place, tmp_path / "work", Monitor())
        assert not place.store.has(key_of(other))


def test_an_interrupted_measurement_begins_anew(finished: Prepared, place: Place, tmp_path: Path) -> None:
    """Half a measurement is none: nothing is published, and the next one is whole."""
    step = step_on(finished, "pretrain tiny", lengths=(8,))
    with pytest.raises(InterruptedRunError):
        carry_out(step, key_of(step), place, tmp_path / "work", stopping_after(5))
    assert not place.store.has(key_of(step))
    assert len(facts_of(step, place, tmp_path)["rows"]) == 2 * (1 + len(set(fast_precisions()) - {"fp32"}))
