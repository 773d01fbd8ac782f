"""Running proofs: in processes, in chunks whose draws depend on nothing but the seed, kept as they finish."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import sys
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import cache as once
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

import stiltwalk
from trust.measures import Floats, Proof, Values, gathered
from trust.simulator import World

SEED: Final = 20261122
"""Of the published figures."""

CHUNK: Final = 100
"""Studies simulated together, from one stream of draws."""


class Part(NamedTuple):
    """A proof in one world.

    Attributes:
        proof: its name.
        world: the world's name.
        studies: how many.
        seed: of everything that is drawn.
    """

    proof: str
    world: str
    studies: int
    seed: int


FAILED: Final = "failed"
"""The value of a study that ended in an error, or a warning: 1; of any other 0."""


def simulated(proof: Proof, world: World, studies: int, seed: int, chunk: int) -> dict[str, list[float]]:
    """Values of the studies of one chunk, by name; what went wrong in one goes to standard error."""
    stream = [seed, zlib.crc32(proof.name.encode()), zlib.crc32(world.name.encode()), chunk]
    rng = np.random.default_rng(stream)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gathered([_one(proof, world, rng) for _ in range(studies)])
    return {name: values.tolist() for name, values in found.items()}


def _one(proof: Proof, world: World, rng: np.random.Generator) -> Values:
    try:
        return {**proof.study(world, rng), FAILED: 0.0}
    except Exception:  # a study that fails is a finding, not the end of all others
        sys.stderr.write(
            f"A study of {proof.name} in the {world.name} world failed.\n{traceback.format_exc()}"
        )
        return {FAILED: 1.0}


def _chunk(name: str, world: str, studies: int, seed: int, chunk: int) -> dict[str, list[float]]:
    """The same in another process, which knows a proof by its name."""
    from trust.proofs import PROOFS  # noqa: PLC0415  the table imports what simulates

    proof = PROOFS[name]
    return simulated(proof, next(each for each in proof.worlds if each.name == world), studies, seed, chunk)


def chunks(studies: int) -> list[int]:
    """How many studies each chunk has."""
    return [min(CHUNK, studies - start) for start in range(0, studies, CHUNK)]


def joined(parts: Sequence[dict[str, list[float]]]) -> dict[str, Floats]:
    """Values of all chunks, in their order; NaN where a chunk lacks a name."""
    lengths = [max((len(values) for values in part.values()), default=0) for part in parts]
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: np.concatenate(
            [
                np.array(part.get(name, [np.nan] * size), dtype=float)
                for part, size in zip(parts, lengths, strict=True)
            ]
        )
        for name in names
    }


def run(
    asked: Sequence[Part], workers: int, cache: Path | None, say: Callable[[str], None]
) -> Iterator[tuple[Part, dict[str, Floats]]]:
    """Simulate every part that is not kept already, and hand out each once it is complete.

    Args:
        asked: what to simulate.
        workers: processes; 1: none but this one.
        cache: folder that finished parts are kept in and taken from; ``None``: nothing is.
        say: is told a line as each part ends.
    """
    left: list[Part] = []
    for part in asked:
        kept = None if cache is None else _kept(cache, part)
        if kept is None:
            left.append(part)
        else:
            yield part, kept
    finished = _here(left) if workers == 1 else _elsewhere(left, workers)
    for done, (part, values) in enumerate(finished, start=1):
        if cache is not None:
            _keep(cache, part, values)
        say(f"{done}/{len(left)} {part.proof} in the {part.world} world")
        yield part, values


def _here(parts: Sequence[Part]) -> Iterator[tuple[Part, dict[str, Floats]]]:
    for part in parts:
        sizes = chunks(part.studies)
        yield part, joined([_chunk(*part[:2], size, part.seed, at) for at, size in enumerate(sizes)])


def _elsewhere(parts: Sequence[Part], workers: int) -> Iterator[tuple[Part, dict[str, Floats]]]:
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: dict[Future[dict[str, list[float]]], tuple[Part, int]] = {}
        open_parts: dict[Part, dict[int, dict[str, list[float]]]] = {part: {} for part in parts}
        for part in parts:
            for at, size in enumerate(chunks(part.studies)):
                waiting[pool.submit(_chunk, *part[:2], size, part.seed, at)] = (part, at)
        try:
            for future in as_completed(waiting):
                part, at = waiting[future]
                have = open_parts[part]
                have[at] = future.result()
                if len(have) == len(chunks(part.studies)):
                    yield part, joined([have[place] for place in sorted(have)])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@once
def code_digest() -> str:
    """Eight hexadecimal digits that change with any statement of the statistics or of these proofs."""
    folders = (Path(stiltwalk.__file__).parent / "analyse", Path(__file__).parent)
    said = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            said.update(path.name.encode() + b"\0" + path.read_bytes())
    return said.hexdigest()[:8]


def _place(cache: Path, part: Part) -> Path:
    name = part.proof.replace("/", ".")
    return cache / f"{name}.{part.world}.{part.studies}.{part.seed}.{code_digest()}.json"


def _kept(cache: Path, part: Part) -> dict[str, Floats] | None:
    place = _place(cache, part)
    if not place.is_file():
        return None
    raw = json.loads(place.read_text(encoding="utf-8"))
    return {name: np.array(values, dtype=float) for name, values in raw.items()}


def _keep(cache: Path, part: Part, values: dict[str, Floats]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    place = _place(cache, part)
    beside = place.with_suffix(".new")
    beside.write_text(json.dumps({name: each.tolist() for name, each in values.items()}), encoding="utf-8")
    beside.replace(place)
