"""The studies whose reports are looked at: usual ones, and such as pages break by."""

from __future__ import annotations

from collections.abc import Mapping

from tests.render.worlds import World

USUAL = World(encoders=2, missing=0.05, collapsed=0.1)

WORLDS: Mapping[str, World] = {
    "usual": USUAL,
    "hostile": World(hostile=True, arms=12, encoders=2, missing=0.1, collapsed=0.1, claims=True),
    "largest": World(arms=12, targets=9, languages=50, claims=True),
    "one-seed": World(seeds=1),
    "holes": World(arms=5, missing=0.5, collapsed=0.5, withheld=True, measured=False),
    "saturation": World(decision="saturation", arms=6, encoders=2, rehearsal=True),
    "batch-size": World(decision="batch-size", arms=5),
    "size": World(decision="size", encoders=4),
    "least": World(arms=1, targets=1, languages=2, seeds=1, measured=False),
    "no-arm": World(arms=0),
    "empty": World(empty=True),
}
