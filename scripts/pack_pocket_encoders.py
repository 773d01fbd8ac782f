"""Makes the encoders that come with the package: runs the study `pocket-encoders` and packs what comes out.

Run by `make pocket-encoders`. What is finished in the store is not computed again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

import stiltwalk
from stiltwalk.pocket.generate import world_digest
from stiltwalk.store.store import Artifact, open_store, read_artifact
from stiltwalk.store.studies import read_kept_study

STUDY = "pocket-encoders"
PACKED = ("pocket-xs", "pocket-s", "pocket-m")
TARGET = "pocket-retrieval"
HOME = Path(stiltwalk.__file__).parent / "pocket" / "encoders"

# a row of a table is one line, however long
CARD = """\
# {name}

A multilingual encoder of the pocket world (en de es ru tr sw hi zh), the "public checkpoint" of stiltwalk's
demo and tests. It knows {size:,} sub-words and nothing of the real world; use it to rehearse, not to study.

| | |
|---|---|
| architecture | BERT, as mBERT's: {layers} layers, width {hidden}, {heads} heads |
| parameters | {parameters:,}, of which {encoder_parameters:,} outside the embeddings |
| weights | fp16 safetensors, with the masked-LM head |
| trained on | `pocket-text`: {lines:,} lines a language, one in twenty outside English is bilingual (a sentence, then its English) |
| recipe | masked LM alone: {steps:,} steps of {batch_size} lines, learning rate {learning_rate:g}, {mask_share:.0%} masked, language vectors on the head; seed {seed} |
| cost | {minutes:.0f} minutes on one processor thread |
| held-out masked-LM loss | {loss:.3f} nats a masked sub-word |
| untouched retrieval | {retrieval:.1f} % (mean of 7 languages, 300 sentences each; chance 0.3 %) |
| pocket world | {world} |
| licence | Apache-2.0 |

Recipe and budget were chosen by the two figures above, never by results after fine-tuning. Made by
`make pocket-encoders`; the lab notes hold the curve over the budget.
"""


def main() -> None:
    """Run what is missing of the study, pack its encoders, measure what was packed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="Where the study is run.")
    parser.add_argument("--packed-only", action="store_true", help="Pack what is there; run nothing.")
    arguments = parser.parse_args()
    if not arguments.packed_only:
        stiltwalk.run(STUDY, store=arguments.store)
    store = open_store(arguments.store)
    nodes = read_kept_study(store, STUDY).plan.nodes.values()
    made = {node.encoder: node.key for node in nodes if node.step.kind == "pretrain"}
    for name in PACKED:
        artifact = read_artifact(store, made[name])
        folder = HOME / name
        shutil.rmtree(folder, ignore_errors=True)
        _pack(artifact, folder)
        _write_manifest(folder)
        (folder / "README.md").write_text(_card(name, artifact, _retrieval(name)), encoding="utf-8")
        _write_manifest(folder)


def _pack(artifact: Artifact, folder: Path) -> None:
    """Copy model, tokenizer and masked-LM head, weights as fp16."""
    for part in ("model", "tokenizer"):
        shutil.copytree(artifact.folder / part, folder / part)
    (folder / "heads").mkdir()
    for name in ("model/model.safetensors", "heads/masked-lm.safetensors"):
        with safe_open(artifact.folder / name, framework="pt") as file:
            tensors = {key: file.get_tensor(key).to(torch.float16) for key in file.keys()}  # noqa: SIM118
            metadata = file.metadata()
        save_file(tensors, folder / name, metadata)
        (folder / name).chmod(0o644)  # the library writes for the owner alone


def _write_manifest(folder: Path) -> None:
    """Every file's size and SHA-256."""
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
    text = json.dumps({"files": files}, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _retrieval(name: str) -> float:
    """Untouched retrieval of the packed encoder, measured through the front door."""
    with tempfile.TemporaryDirectory() as store:
        rows = stiltwalk.evaluate(name, target=[TARGET], recipe="pocket", store=store)
    return float(rows["value"].mean())


def _card(name: str, artifact: Artifact, retrieval: float) -> str:
    step: Any = artifact.step
    facts = artifact.facts
    return CARD.format(
        name=name,
        size=facts["vocabulary"],
        layers=step.shape.layers,
        hidden=step.shape.hidden,
        heads=step.shape.attention_heads,
        parameters=facts["parameters"],
        encoder_parameters=facts["encoder_parameters"],
        lines=min(facts["languages"].values()),
        steps=step.training.steps,
        batch_size=step.training.batch_size,
        learning_rate=step.training.learning_rate,
        mask_share=step.training.mask_share,
        seed=step.seed,
        minutes=facts["wall_seconds"] / 60,
        loss=facts["held_out_loss"],
        retrieval=retrieval,
        world=world_digest()[:12],
    )


if __name__ == "__main__":
    main()
