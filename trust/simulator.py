"""A simulator of studies whose truth is known: scores of runs, drawn as a study's runs would vary.

The score of a run on a target in a language is its true value, and around it

- what the seed does to all arms alike: the order of the target's data, its new head;
- what the seed did to the intermediate model, on all targets that start from it;
- what this target's training did, in all of its languages, and what it did in this one;
- which items the finite test set holds.

In the true world all of these are normal and every arm varies alike, as the methods take for granted. Two
worlds are made to break that, and a third breaks it as real studies must: the baseline has no intermediate
model that could vary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stiltwalk.analyse.scores import CELL
from stiltwalk.spec.arms import NONE_ARM

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CHANCE: Final = 34.0
"""What a collapsed run scores: three answers, of which it gives one always."""


@dataclass(frozen=True, slots=True)
class World:
    """How runs vary.

    Attributes:
        name: a word.
        says: the same for people.
        heavy: noise has the tails of Student's t with 3 degrees of freedom, scaled to the same variance.
        uneven: standard deviation of the logarithm of an arm's own standard deviation.
        quiet_none: the baseline has no intermediate model, and so nothing of what that adds.
    """

    name: str
    says: str
    heavy: bool = False
    uneven: float = 0.0
    quiet_none: bool = False


TRUE: Final = World("true", "as assumed")
HEAVY: Final = World("heavy", "heavy tails", heavy=True)
UNEVEN: Final = World("uneven", "arms vary unequally", uneven=0.7)
QUIET: Final = World("quiet", "baseline varies less", quiet_none=True)
WORLDS: Final = (TRUE, HEAVY, UNEVEN, QUIET)


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations in points, and the size of test sets.

    Attributes:
        seed: of what a seed does to all arms, one draw a target.
        model: of (arm, intermediate seed), one draw for all targets.
        target: of (arm, seed, target).
        language: of (arm, seed, target, language).
        items: in each test set; 0: so many that they add nothing.
    """

    seed: float = 1.0
    model: float = 0.6
    target: float = 0.8
    language: float = 0.5
    items: int = 2000


class Holes(NamedTuple):
    """Shares of runs, 0 to 1, that are lost at random.

    Attributes:
        missing: of (arm, seed, target), never finished.
        collapsed: of (arm, seed) of an intermediate model, with all that starts from it; flagged.
    """

    missing: float = 0.0
    collapsed: float = 0.0


COMPLETE: Final = Holes()


class Grid(NamedTuple):
    """The cells of a study.

    Attributes:
        encoders: names.
        arms: names, ``none`` first.
        seeds: numbers.
        targets: of every cell its target.
        languages: of every cell its language.
    """

    encoders: tuple[str, ...]
    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    targets: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Encoders, arms, seeds, cells."""
        return len(self.encoders), len(self.arms), len(self.seeds), len(self.targets)


def grid(
    arms: Sequence[str],
    seeds: int,
    targets: Sequence[str],
    languages: Sequence[str],
    encoders: Sequence[str] = ("an-encoder",),
) -> Grid:
    """A grid whose targets all have the same languages; ``none`` is put before ``arms``."""
    cells = [(target, language) for target in targets for language in languages]
    return Grid(
        tuple(encoders),
        (NONE_ARM, *arms),
        tuple(range(1, seeds + 1)),
        tuple(target for target, _ in cells),
        tuple(language for _, language in cells),
    )


def drawn(
    where: Grid, truth: Floats, world: World, rng: np.random.Generator, noise: Noise | None = None
) -> Floats:
    """Scores of every run.

    Args:
        where: the cells.
        truth: ``(encoders, arms, cells)``, or what broadcasts to it; true scores, 0 to 100.
        world: how runs vary.
        rng: draws.
        noise: by how much; ``None``: as usual.

    Returns:
        ``(encoders, arms, seeds, cells)``.
    """
    sizes = noise or Noise()
    encoders, arms, seeds, cells = where.shape
    names, of_cell = np.unique(where.targets, return_inverse=True)
    own = np.exp(rng.normal(0.0, world.uneven, (encoders, arms, 1, 1))) if world.uneven else 1.0
    model = np.full((encoders, arms, 1, 1), sizes.model)
    if world.quiet_none:
        model[:, where.arms.index(NONE_ARM)] = 0.0
    varied = (
        model * unit_noise(world, rng, (encoders, arms, seeds, 1))
        + sizes.target * unit_noise(world, rng, (encoders, arms, seeds, len(names)))[..., of_cell]
        + sizes.language * unit_noise(world, rng, (encoders, arms, seeds, cells))
    )
    of_seed = sizes.seed * rng.standard_normal((encoders, 1, seeds, len(names)))[..., of_cell]
    scores = np.broadcast_to(truth, (encoders, arms, cells))[:, :, None] + of_seed + own * varied
    if not sizes.items:
        return np.asarray(scores, dtype=float)
    right = rng.binomial(sizes.items, np.clip(scores / 100, 0.0, 1.0))
    return np.asarray(100 * right / sizes.items, dtype=float)


def unit_noise(world: World, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Of mean 0 and variance 1."""
    if world.heavy:
        return np.asarray(rng.standard_t(3, shape) / np.sqrt(3.0), dtype=float)
    return rng.standard_normal(shape)


class Lost(NamedTuple):
    """What was lost of a study; both ``(encoders, arms, seeds, cells)``.

    Attributes:
        missing: no row.
        collapsed: a row, of a run at chance that is flagged.
    """

    missing: Bools
    collapsed: Bools


def lost(where: Grid, holes: Holes, rng: np.random.Generator) -> Lost:
    """Draw which runs are lost."""
    encoders, arms, seeds, _ = where.shape
    names, of_cell = np.unique(where.targets, return_inverse=True)
    missing = (rng.random((encoders, arms, seeds, len(names))) < holes.missing)[..., of_cell]
    collapsed = rng.random((encoders, arms, seeds, 1)) < holes.collapsed
    collapsed[:, where.arms.index(NONE_ARM)] = False
    return Lost(missing, np.broadcast_to(collapsed, missing.shape))


class Frames:
    """Frames of scores of one grid, as ``analyse.scores.scores`` makes them; the names are laid out once."""

    def __init__(
        self, where: Grid, retrieval: Sequence[str] = (), seen: Sequence[tuple[str, str]] = ()
    ) -> None:
        """``retrieval`` names targets that compare sentences, ``seen`` (arm, language) of training data."""
        self.grid = where
        encoders, arms, seeds, cells = where.shape
        places = np.indices(where.shape).reshape(4, -1)
        columns = {
            "encoder": np.array(where.encoders, dtype=object)[places[0]],
            "intermediate": np.array(where.arms, dtype=object)[places[1]],
            "seed": np.array(where.seeds)[places[2]],
            "target": np.array(where.targets, dtype=object)[places[3]],
            "language": np.array(where.languages, dtype=object)[places[3]],
        }
        marked = np.array(
            [[(arm, language) in set(seen) for language in where.languages] for arm in where.arms], dtype=bool
        )
        self._rows = encoders * arms * seeds * cells
        self._columns = columns
        self._seen = np.broadcast_to(marked[None, :, None, :], where.shape).reshape(-1)
        compares = np.array([target in retrieval for target in where.targets], dtype=bool)
        self._retrieval = np.broadcast_to(compares, where.shape).reshape(-1)
        self._columns_order = list(CELL)

    def of(self, scores: Floats, gone: Lost | None = None) -> pd.DataFrame:
        """The frame of ``scores``, ``(encoders, arms, seeds, cells)``, less what is lost."""
        flat = scores.reshape(-1)
        collapsed = np.zeros(self._rows, dtype=bool) if gone is None else gone.collapsed.reshape(-1)
        frame = pd.DataFrame(
            {name: self._columns[name] for name in self._columns_order}
            | {
                "score": np.where(collapsed, CHANCE, flat),
                "degenerate": collapsed,
                "seen": self._seen,
                "repeats": np.zeros(self._rows, dtype=bool),
                "retrieval": self._retrieval,
            }
        )
        return frame if gone is None else frame[~gone.missing.reshape(-1)].reset_index(drop=True)
