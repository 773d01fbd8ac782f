"""Flaws: one thing spoilt at a time, and the checks, of whichever reviewers, that have to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from stiltwalk.analyse.evidence import EncoderSize
from stiltwalk.analyse.scores import REPEATS
from tests.analyse.audit.worlds import FIELDS, SIZES, World


class Flaw(NamedTuple):
    """A change for the worse.

    Attributes:
        name: in a few words.
        seen: ``reviewer: check`` of all that see it, and nothing else does.
        knobs: field of ``World`` → what it is turned to; those of ``fields`` are added to the study's.
        sound: knobs of the world that it is planted in, where that is not the sound one.
    """

    name: str
    seen: frozenset[str]
    knobs: Mapping[str, Any]
    sound: Mapping[str, Any] = {}

    def spoilt(self, world: World) -> World:
        """``world`` with the flaw in it."""
        fields = {**world.fields, **self.knobs.get("fields", {})}
        return replace(world, **{**self.knobs, "fields": fields})

    @property
    def touched(self) -> frozenset[str]:
        """The knobs that it turns, fields of the study among them."""
        return frozenset(name for name in self.knobs if name != "fields") | {
            f"fields.{name}" for name in self.knobs.get("fields", {})
        }


def _targets(names: str) -> list[dict[str, Any]]:
    return [{"task": name, "split": "dev"} for name in names.split()]


def _flaw(name: str, seen: str | Sequence[str], sound: Mapping[str, Any] | None = None, **knobs: Any) -> Flaw:
    named = [seen] if isinstance(seen, str) else seen
    return Flaw(name, frozenset(named), knobs, sound or {})


_SIX = [{"name": name, "source": f"x/{name}", "revision": "0123"} for name in "abcdef"]
_LADDER = {
    name: EncoderSize(2 * count, count, "one")
    for name, count in zip("abcdef", (1, 2, 4, 8, 16, 32), strict=True)
}
_UNKNOWN = {**_LADDER, "e": EncoderSize(9, None, "one"), "f": EncoderSize(9, None, "one")}
_OF_SIZE = {"fields": {"analysis": "size", "encoders": _SIX}, "sizes": _LADDER}
_AMOUNTS = [10, 20, 40, 80, 160, 320]
_OF_DATA = {
    "fields": {
        "analysis": "saturation",
        "encoders": FIELDS["encoders"][:1],
        "intermediate": ["qqp", {"task": "qqp", "name": "fixed", "training": {"steps": 9}}],
        "targets": _targets("xnli udpos"),
    },
    "axes": {"examples": _AMOUNTS},
    "retrieval": (),
}
_TRANSLATED = [*FIELDS["intermediate"], {"task": "qqp", "languages": "de"}]
_MIXED = {
    "fields": {"intermediate": [*_TRANSLATED, {"task": "qqp", "back_translated": "de"}]},
    "caveats": ("machine-translated",),
}
_PANX = _targets("xnli pawsx udpos mlqa bucc")
_FEW = {"task": "panx", "split": "dev", "languages": ["de", "en"]}
_BLIND = tuple((encoder, arm, seed) for encoder in "abc" for arm in ("none", "qqp") for seed in (1, 2))
_INVENTED = [*_targets("pawsx udpos panx mlqa bucc"), {"task": "pocket-entailment", "split": "dev"}]

FLAWS: tuple[Flaw, ...] = (
    _flaw("few seeds", "statistics: seeds", fields={"seeds": 3}),
    _flaw("noisy runs", "statistics: power", noise=1.0),
    _flaw("runs at chance", "statistics: collapsed runs", collapsed=_BLIND),
    _flaw("a seed is missing", "statistics: missing cells", unfinished=(("qqp", 5),)),
    _flaw("analysis put on record late", "statistics: frozen analysis", frozen="half"),
    _flaw("analysis changed", "statistics: frozen analysis", frozen="changed"),
    _flaw(
        "nothing on record",
        ["statistics: frozen analysis", "reproducibility: unchanged since the first run"],
        frozen=None,
    ),
    _flaw("looked too often", "statistics: looks", looks=("one", "two", "three")),
    _flaw("too few sizes", "statistics: points of the law", _OF_SIZE, sizes=_UNKNOWN),
    _flaw("too few amounts", "statistics: points of the law", _OF_DATA, axes={"examples": _AMOUNTS[:2]}),
    _flaw("no longer target", "statistics: controls", fields={"intermediate": FIELDS["intermediate"][:3]}),
    _flaw("steps grow with data", "statistics: controls", _OF_DATA, fields={"intermediate": ["qqp"]}),
    _flaw(
        "best arm chosen on test",
        "statistics: choice of the best arm",
        fields={"targets": ["panx"]},
        sound={"fields": {"targets": _targets("panx")}, "retrieval": ()},
    ),
    _flaw("own recipe", "protocol: recipe", fields={"recipe": "pocket"}),
    _flaw(
        "changed hyper-parameters",
        "protocol: hyper-parameters",
        fields={"recipe": {"name": "released", "target": {"learning_rate": 1e-3}}},
    ),
    _flaw(
        "tuned rates",
        "protocol: hyper-parameters",
        fields={"recipe": {"name": "released", "rates": {"target": [1e-5, 1e-4]}}},
    ),
    _flaw(
        "invented data",
        ["protocol: real data", "coverage: targets", "reporting: rehearsal"],
        fields={"targets": _INVENTED},
    ),
    _flaw(
        "cut training sets",
        "protocol: whole data",
        fields={"recipe": {"name": "released", "target": {"examples": 9}}},
    ),
    _flaw("cut test sets", "protocol: whole data", row_caveats="fewer-examples"),
    _flaw(
        "few languages of a target",
        "protocol: all languages",
        fields={
            "targets": [{"task": "xnli", "split": "dev", "languages": ["en", "de"]}, *FIELDS["targets"][1:]]
        },
    ),
    _flaw(
        "target training in other languages", "protocol: English alone", caveats=("trained-beyond-english",)
    ),
    _flaw("training data again", "protocol: repeated data", caveats=(REPEATS,)),
    _flaw("test texts in training", "protocol: overlap", overlap=4.0),
    _flaw("adapters", "protocol: encoders as published", caveats=("lora",)),
    _flaw("a target less", "coverage: targets", fields={"targets": _targets("xnli udpos panx mlqa bucc")}),
    _flaw(
        "a kind less",
        ["coverage: targets", "coverage: kinds of targets"],
        fields={"targets": _targets("xnli pawsx udpos panx bucc")},
    ),
    _flaw(
        "few languages",
        ["protocol: all languages", "coverage: languages", "coverage: families and scripts"],
        fields={"targets": [*_PANX, _FEW]},
    ),
    _flaw("languages seen in between", "coverage: unseen languages", spoken={"qqp": ("de",)}),
    _flaw("one family", "coverage: encoders", sizes={**SIZES, "c": EncoderSize(500, 400, "one")}),
    _flaw("two sizes", "coverage: encoders", sizes={**SIZES, "b": EncoderSize(200, 100, "one")}),
    _flaw(
        "an intermediate task less",
        "coverage: intermediate tasks",
        fields={"intermediate": ["qqp", "hellaswag", {"longer_by": "qqp"}, {"longer_by": "hellaswag"}]},
    ),
    _flaw("another version", "reproducibility: versions", versions={"torch": "3"}),
    _flaw("no versions", "reproducibility: versions", versions={}),
    _flaw("another device", "reproducibility: kind of device", device="cuda"),
    _flaw("half precision", "reproducibility: exact settings", fields={"execution": {"precision": "bf16"}}),
    _flaw(
        "no revision",
        "reproducibility: encoders by revision",
        fields={"encoders": [{"name": "a", "source": "x/a"}, *FIELDS["encoders"][1:]]},
    ),
    _flaw("own folder", "reproducibility: encoders by revision", origins={"a": "folder"}),
    _flaw("damaged file", "reproducibility: whole files", damage="results.parquet is missing"),
    _flaw("arms added later", "reproducibility: unchanged since the first run", design=("intermediate",)),
    _flaw("not kept", "reproducibility: resolved study", kept=False),
    _flaw("no question", "reporting: question", fields={"question": ""}),
    _flaw("no question mark", "reporting: question", fields={"question": "It helps."}),
    _flaw("wide margin", "reporting: margin", fields={"analysis": {"margin": 4.0}}),
    _flaw(
        "an arm not shown",
        ["statistics: missing cells", "reporting: every arm shown"],
        unfinished=(("none+steps-of-qqp", None),),
    ),
    _flaw("collapse not looked for", "reporting: collapse looked for", judged=False),
    _flaw("unexplained caveat", "reporting: caveats explained", caveats=("who-knows",)),
    _flaw(
        "retrieval alone",
        "reporting: without retrieval",
        retrieval=("xnli", "pawsx", "udpos", "panx", "mlqa", "bucc"),
    ),
    _flaw("costs not counted", "reporting: costs", counted=False),
    _flaw(
        "rehearsal not said",
        "reporting: rehearsal",
        {"fields": {"targets": _INVENTED, "scale": "pocket"}},
        fields={"scale": None},
    ),
    _flaw(
        "no back-translation",
        "statistics: controls",
        _MIXED,
        fields={"intermediate": _TRANSLATED},
    ),
)
