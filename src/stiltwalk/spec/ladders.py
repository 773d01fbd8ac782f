"""Ladders: encoders of one family in several sizes, from a hub or made here from the same text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationError

from stiltwalk.spec.encoders import KNOWN_ENCODERS, EncoderChoice, MaskedLm, Shape
from stiltwalk.spec.errors import nearest, unknown_name
from stiltwalk.spec.record import Record, in_words
from stiltwalk.spec.seeds import seeds_to

LEAST_SEEDS = 3
"""Pretraining seeds of every size of a ladder made here: chance of initialisation is no effect of size."""


class Rung(Record):
    """One size of a ladder.

    Attributes:
        size: what the ladder's authors call it.
        hub: hub id.
        with_decoder: parameters in millions of the published model, of which the encoder is a part.
    """

    size: str
    hub: str
    with_decoder: float | None = None

    @property
    def parameters(self) -> float | None:
        """All of the encoder's, in millions; ``None``: no source states them."""
        known = KNOWN_ENCODERS.get(self.hub)
        return known.parameters if known else None

    @property
    def encoder_parameters(self) -> float | None:
        """Without embeddings, in millions; ``None``: no source states them."""
        known = KNOWN_ENCODERS.get(self.hub)
        return known.encoder_parameters if known else None


class Ladder(Record):
    """A family of encoders.

    Attributes:
        name: what studies call it.
        rungs: its sizes, smallest first.
        licence: as the hub names it; ``None``: not looked up.
        note: what to know before using it.
    """

    name: str
    rungs: tuple[Rung, ...] = Field(min_length=1)
    licence: str | None = None
    note: str = ""


def _ladder(name: str, hubs: Mapping[str, str], licence: str | None, note: str) -> Ladder:
    rungs = tuple(Rung(size=size, hub=hub) for size, hub in hubs.items())
    return Ladder(name=name, rungs=rungs, licence=licence, note=note)


_MT5 = {"small": 300, "base": 580, "large": 1200, "xl": 3700, "xxl": 13000}  # with decoder: Xue et al. 2021

LADDERS: Mapping[str, Ladder] = {
    ladder.name: ladder
    for ladder in (
        _ladder(
            "xlm-r",
            {
                "base": "FacebookAI/xlm-roberta-base",
                "large": "FacebookAI/xlm-roberta-large",
                "xl": "facebook/xlm-roberta-xl",
                "xxl": "facebook/xlm-roberta-xxl",
            },
            "mit",
            "Two sizes above 1 B: a slope there has two points and no room for curvature. The copy of xxl on "
            "the hub may hold no safetensors: save it anew with save_pretrained.",
        ),
        Ladder(
            name="mt5",
            rungs=tuple(
                Rung(size=size, hub=f"google/mt5-{size}", with_decoder=millions)
                for size, millions in _MT5.items()
            ),
            licence="apache-2.0",
            note="Of each the encoder alone is read, about half of the published count. Another family than "
            "XLM-R: fit it with an intercept of its own.",
        ),
        _ladder("mbert", {"base": "google-bert/bert-base-multilingual-cased"}, None, "One size."),
        _ladder(
            "mmbert", {"small": "jhu-clsp/mmBERT-small", "base": "jhu-clsp/mmBERT-base"}, "mit", "Two sizes."
        ),
        _ladder(
            "eurobert",
            {size: f"EuroBERT/EuroBERT-{size}" for size in ("210m", "610m", "2.1B")},
            "apache-2.0",
            "Pretrained on 15 languages, so few of the benchmarks' languages were seen.",
        ),
        _ladder(
            "qwen3",
            {size: f"Qwen/Qwen3-{size}-Base" for size in ("0.6B", "1.7B", "4B", "8B", "14B")},
            "apache-2.0",
            "Decoder language models: causal unless the study says attention: bidirectional.",
        ),
        _ladder(
            "gemma3",
            {"270m": "google/gemma-3-270m", "1b": "google/gemma-3-1b-pt"},
            "gemma",
            "Decoder language models; the hub asks to agree to terms. Larger sizes also see images and are "
            "not read.",
        ),
    )
}

_OPTIONS = tuple(name for name in EncoderChoice.model_fields if name not in {"name", "source", "pretrain"})


def with_ladders(encoders: Iterable[Any]) -> list[Any]:
    """The encoders of a study as written, with one entry for each encoder of a ladder in its place.

    - ``{ladder: xlm-r}``: each of its sizes, or those in ``sizes``, with any other field of an encoder;
    - ``{name: mine, ladder: {shapes: [...], seeds: 3, text: [...], training: {...}}}``: each shape with each
      seed, called ``mine-4x128-s1`` (layers × width, seed); all other fields are those of ``pretrain``, so
      every size reads the same text and takes the same steps.

    Raises:
        ValueError: no such ladder or size, or sizes that would not see the same tokens.
    """
    found: list[Any] = []
    for given in encoders:
        if not isinstance(given, Mapping) or "ladder" not in given:
            found.append(given)
        elif isinstance(given["ladder"], Mapping):
            found += _made(given, given["ladder"])
        else:
            found += _named(given, str(given["ladder"]))
    return found


def _named(given: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    if name not in LADDERS:
        raise ValueError(str(unknown_name("ladder", name, LADDERS)))
    _require_fields(f"ladder '{name}'", given, ("ladder", "sizes", *_OPTIONS))
    rungs = {rung.size: rung for rung in LADDERS[name].rungs}
    sizes = given.get("sizes", tuple(rungs))
    if not isinstance(sizes, list | tuple) or not sizes:
        raise ValueError(f"ladder '{name}': sizes are a list of {', '.join(rungs)}, found {sizes!r}")
    for size in sizes:
        if str(size) not in rungs:
            raise ValueError(str(unknown_name(f"size of ladder '{name}'", str(size), rungs)))
        hub = rungs[str(size)].hub
        options = {option: given[option] for option in _OPTIONS if option in given}
        yield {"name": hub.rpartition("/")[2], "source": hub, **options}


def _made(given: Mapping[str, Any], ladder: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = str(given.get("name") or "")
    if not name:
        raise ValueError("a ladder that is made here needs a name")
    _require_fields(f"ladder '{name}'", given, ("name", "ladder", *_OPTIONS))
    if fixed := {"shape", "seed"} & set(ladder):
        raise ValueError(f"ladder '{name}': write {', '.join(sorted(f'{each}s' for each in fixed))}, a list")
    shapes, seeds = _shapes(name, ladder), _seeds(name, ladder.get("seeds", LEAST_SEEDS))
    _require_same_tokens(name, shapes, ladder)
    options = {option: given[option] for option in _OPTIONS if option in given}
    recipe = {field: value for field, value in ladder.items() if field not in {"shapes", "seeds"}}
    for shape in shapes:
        for seed in seeds:
            pretrain = {**recipe, "shape": shape.model_dump(exclude_unset=True), "seed": seed}
            yield {"name": f"{name}-{shape.layers}x{shape.hidden}-s{seed}", "pretrain": pretrain, **options}


def _shapes(name: str, ladder: Mapping[str, Any]) -> list[Shape]:
    given = ladder.get("shapes")
    if not isinstance(given, list | tuple) or len(given) < 2:
        raise ValueError(f"ladder '{name}' needs shapes, a list of two or more, found {given!r}")
    try:
        return [Shape.model_validate(each) for each in given]
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise ValueError(f"ladder '{name}': a shape's {place}: {in_words(problem)}") from None


def _seeds(name: str, given: object) -> list[int]:
    seeds = list(seeds_to(given)) if isinstance(given, int) and given >= LEAST_SEEDS else given
    whole = isinstance(seeds, list | tuple) and all(isinstance(seed, int) for seed in seeds)
    if not isinstance(seeds, list | tuple) or not whole or len({*seeds}) < LEAST_SEEDS:
        raise ValueError(
            f"ladder '{name}': seeds are a number or a list, {LEAST_SEEDS} at least for every size, found "
            f"{given!r}. Fewer tell size from chance too badly; name single encoders with pretrain instead"
        )
    return list(seeds)


def _require_same_tokens(name: str, shapes: list[Shape], ladder: Mapping[str, Any]) -> None:
    """Refuse sizes that would not be trained on the same tokens: lines are cut where positions end."""
    kinds = {shape.architecture for shape in shapes}
    if len(kinds) > 1:
        raise ValueError(
            f"ladder '{name}' mixes {' and '.join(sorted(kinds))}: its sizes must be of one kind"
        )
    training = ladder.get("training")
    usual = MaskedLm.model_fields["max_tokens"].default
    longest = training.get("max_tokens", usual) if isinstance(training, Mapping) else usual
    for shape in shapes:
        if isinstance(longest, int) and shape.max_tokens < longest:
            raise ValueError(
                f"ladder '{name}': the shape {shape.layers}x{shape.hidden} has {shape.max_tokens} positions, "
                f"and training reads lines of {longest}: it would see fewer tokens than the others"
            )


def _require_fields(what: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    names = tuple(known)
    for field in given:
        if field not in names:
            close = nearest(field, names)
            hint = f" Did you mean '{close}'?" if close else ""
            raise ValueError(f"{what} has no field '{field}'.{hint} Known fields: {', '.join(sorted(names))}")
