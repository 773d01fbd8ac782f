"""Claims: what a paper states, within which scope, and by which predicate rows can be held against it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from stiltwalk.spec.errors import StudyError, nearest
from stiltwalk.spec.predicates import KINDS, Predicate
from stiltwalk.spec.record import Record, parse
from stiltwalk.spec.yaml_file import read_yaml

LeftOut = Literal["english", "seen", "repeats", "retrieval"]
"""Cells that an average may do without: English; languages in an arm's intermediate data; targets whose
training data an arm repeats; targets that compare sentences."""

PRIOR = 5.0
"""Points: standard deviation of gains before any row is seen, where a claim states no other."""


class Source(Record):
    """Where a claim was read.

    Attributes:
        paper: authors and year, or what else it is known by.
        arxiv: its number there; empty: none.
        place: table, section or abstract; or that it was read in what others write about the paper.
        recalled: from memory, not read.
    """

    paper: str
    arxiv: str = ""
    place: str
    recalled: bool = False


class Scope(Record):
    """What rows must be of for a claim to be verified or refuted by them.

    Attributes:
        encoders: names of encoders; empty: any.
        parameters_above: encoders with more parameters than this, all counted; ``None``: any.
        benchmark: whose languages every target must be tested in, as far as its split has them; ``None``:
            any languages.
        targets: target → the split that is scored; an average is over these and no others. Empty: any.
        recipes: names of recipes, without changes; empty: any.
    """

    encoders: tuple[str, ...] = ()
    parameters_above: float | None = Field(None, gt=0)
    benchmark: str | None = None
    targets: Mapping[str, Literal["test", "dev"]] = {}
    recipes: tuple[str, ...] = ()


class Claim(Record):
    """A claim.

    Attributes:
        id: short, of its own in a file.
        version: of the paper.
        text: what is claimed, in our own words.
        source: where it was read.
        scope: which rows can decide it.
        prior: standard deviation, in points, of what is held of every arm's gain before any row is seen:
            normal around 0.
        predicates: each is judged by itself, under a name of its own; the claim holds where all of them do.
        also_without: sets of cells; every predicate is judged once more without each.
        note: what must be known beside the verdict.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)
    version: str
    text: str
    source: Source
    scope: Scope
    prior: float = Field(PRIOR, gt=0)
    predicates: tuple[Annotated[Predicate, Field(discriminator="kind")], ...] = Field(min_length=1)
    also_without: tuple[tuple[LeftOut, ...], ...] = ()
    note: str = ""

    @field_validator("predicates", mode="before")
    @classmethod
    def _known_kinds(cls, raw: object) -> object:
        for each in raw if isinstance(raw, list | tuple) else ():
            kind = each.get("kind") if isinstance(each, Mapping) else getattr(each, "kind", None)
            if kind not in KINDS:
                raise ValueError(f"there is no predicate {_shown(kind, KINDS)}")
        return raw

    @field_validator("also_without", mode="before")
    @classmethod
    def _known_cells(cls, raw: object) -> object:
        known = get_args(LeftOut)
        for group in raw if isinstance(raw, list | tuple) else ():
            for each in group if isinstance(group, list | tuple) else (group,):
                if each not in known:
                    raise ValueError(f"cells are not known as {_shown(each, known)}")
        return raw

    @model_validator(mode="after")
    def _names_of_their_own(self) -> Self:
        names = [each.name for each in self.predicates]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"predicates have the name '{twice[0]}' twice; give each one of its own")
        return self

    @model_validator(mode="after")
    def _targets_in_scope(self) -> Self:
        known = self.scope.targets
        for predicate in self.predicates:
            for target in predicate.on if known else ():
                if target not in known:
                    raise ValueError(f"the scope has no target {_shown(target, known)}")
        if self.scope.parameters_above is not None and self.scope.encoders:
            raise ValueError("scope names encoders, or a size they are above, not both")
        return self


class ClaimsFile(Record):
    """A file of claims.

    Attributes:
        claims: each with an id of its own.
    """

    claims: tuple[Claim, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_of_their_own(self) -> Self:
        ids = [claim.id for claim in self.claims]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"claims has the id {', '.join(twice)} twice; give each one of its own")
        return self


def _shown(name: object, known: Mapping[str, object] | tuple[str, ...]) -> str:
    close = nearest(name, known) if isinstance(name, str) else None
    hint = f" Did you mean '{close}'?" if close else ""
    return f"{name!r}.{hint} There is: {', '.join(sorted(known))}"


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The claims in the YAML file at ``path``.

    Raises:
        UserError: no such file, no YAML, or no valid claims: every problem on a line of its own.
    """
    return parse(ClaimsFile, read_yaml(path, "claims", "'claims:'"), str(path), "file of claims").claims


@cache
def shipped_claims() -> tuple[Claim, ...]:
    """The claims that come with the package, in the order of their files and within them.

    Raises:
        StudyError: two files give one id to two claims.
    """
    folder = Path(str(files("stiltwalk.claims")))
    found = tuple(claim for path in sorted(folder.glob("*.yaml")) for claim in read_claims(path))
    ids = [claim.id for claim in found]
    if len({*ids}) < len(ids):
        raise StudyError(f"The shipped claims have an id twice: {', '.join(sorted(ids))}.")
    return found
