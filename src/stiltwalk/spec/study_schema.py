"""The JSON schema of study files, from which editors complete names and mark mistakes.

It is made of the records, with what a file may say more shortly than they do: a name for a record, a number
for a list, ladders, benchmarks, axes and scales. It is a first look: whether names fit together, only the
study's own checks can tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args

from stiltwalk.spec.analysis import Decision
from stiltwalk.spec.arms import Match
from stiltwalk.spec.axes import AXES, EVERYTHING, EXAMPLES, LANGUAGES, LAYERS, SHARE
from stiltwalk.spec.encoders import Pretrain
from stiltwalk.spec.ladders import LADDERS, LEAST_SEEDS
from stiltwalk.spec.languages import LANGUAGES as KNOWN_LANGUAGES
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.rates import RateRule
from stiltwalk.spec.recipes import RECIPES, Training
from stiltwalk.spec.scales import SCALED
from stiltwalk.spec.seeds import MOST_SEEDS
from stiltwalk.spec.study import Study
from stiltwalk.spec.tasks import TASKS, Catalogue
from stiltwalk.spec.tasks.benchmarks import BENCHMARKS

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_WRITTEN_NUMBER: Final[Schema] = {"type": "string", "pattern": r"^[+-]?[0-9.]+[eE][+-]?[0-9]+$"}
"""``2e-5``, which some readers of YAML take for text."""

_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 1}


def study_schema(tasks: Catalogue = TASKS) -> Schema:
    """The JSON schema of a study file, in the dialect 2020-12.

    Args:
        tasks: those whose names editors offer; a study may name others, which it declares itself.
    """
    whole = _without_titles(Study.model_json_schema())
    records: dict[str, Schema] = whole.pop("$defs")
    records |= _names(tasks) | {"Training": _without_titles(Training.model_json_schema())}
    for record in (*records.values(), whole):
        _describe(record)
    properties = whole["properties"]
    _say_names(records)
    _say_shortly(records, properties)
    properties["axes"] = _axes(records, properties["axes"])
    scale = {name: {"anyOf": [{"$ref": f"#/properties/{name}"}, {"type": "null"}]} for name in SCALED}
    records["Scale"] = {"type": "object", "additionalProperties": False, "properties": scale}
    properties["scales"] = {
        "type": "object",
        "description": "Sizes of the study, the default first; what one says takes the place of the study's.",
        "additionalProperties": {"$ref": "#/$defs/Scale"},
        "minProperties": 1,
    }
    whole["required"] = ["study"]
    whole["anyOf"] = [{"required": ["encoders", "targets"]}, {"required": ["scales"]}]
    numbered = _with_written_numbers(whole | {"$defs": records})
    return {"$schema": DIALECT, "title": "A study of stiltwalk"} | _pruned(numbered)


def schema_text(tasks: Catalogue = TASKS) -> str:
    """The same, as it lies in docs/study.schema.json."""
    return json.dumps(study_schema(tasks), indent=1, ensure_ascii=False) + "\n"


def _names(tasks: Catalogue) -> dict[str, Schema]:
    """Names that editors offer: of languages, and of tasks, where others may stand as well."""
    trained = [
        name
        for name, task in tasks.items()
        if task.scorer is not None and "train" in task.splits
        if SOURCE_LANGUAGE in task.split("train").languages
    ]
    return {
        "Language": {"enum": sorted(KNOWN_LANGUAGES)},
        "TrainedTask": _offered(trained),
        "TestedTask": _offered(name for name, task in tasks.items() if "target" in task.stages),
        "RawText": _offered(name for name, task in tasks.items() if "text" in task.stages),
    }


_LANGUAGE: Final[Schema] = {"$ref": "#/$defs/Language"}
_TRAINED: Final[Schema] = {"$ref": "#/$defs/TrainedTask"}


def _say_names(records: Mapping[str, Schema]) -> None:
    """Put names of tasks, recipes, hyper-parameters and languages where the records have any text."""
    arm, target = records["ArmChoice"]["properties"], records["TargetChoice"]["properties"]
    arm["task"] = _kept(arm["task"], {"anyOf": [_TRAINED, {"type": "null"}]})
    arm["tasks"] = _kept(arm["tasks"], {"type": "array", "items": _TRAINED})
    arm["training"] = _kept(arm["training"], {"$ref": "#/$defs/Training"})
    several = {"type": "array", "items": _LANGUAGE, "minItems": 1}
    everything = {"const": EVERYTHING}
    arm["languages"] = _kept(arm["languages"], {"anyOf": [several, everything, _LANGUAGE]})
    arm["back_translated"] = _kept(arm["back_translated"], {"anyOf": [_LANGUAGE, {"type": "null"}]})
    target["task"] = _kept(target["task"], {"$ref": "#/$defs/TestedTask"})
    target["trains_on"] = _kept(
        target["trains_on"], {"anyOf": [{"type": "array", "items": _TRAINED}, {"type": "null"}]}
    )
    target["languages"] = _kept(target["languages"], {"anyOf": [several, {"type": "null"}]})
    target["train_languages"] = _kept(target["train_languages"], {"anyOf": [several, everything]})
    for record in ("Pretrain", "MixedMaskedLm"):
        field = records[record]["properties"]["text"]
        records[record]["properties"]["text"] = _kept(
            field, {"type": "array", "items": {"$ref": "#/$defs/RawText"}, "minItems": 1}
        )
    recipe = records["RecipeChoice"]["properties"]
    recipe["name"] = _kept(recipe["name"], {"enum": sorted(RECIPES)})
    for stage in ("intermediate", "target"):
        recipe[stage] = _kept(recipe[stage], {"$ref": "#/$defs/Training"})
    recipe["tasks"] = _kept(
        recipe["tasks"], {"type": "object", "additionalProperties": {"$ref": "#/$defs/Training"}}
    )


def _say_shortly(records: dict[str, Schema], properties: dict[str, Schema]) -> None:
    """Let a word or a number stand where the study's own reading takes it for more."""
    for record, shorter in SHORT_RECORDS.items():
        records[record] = _or(records[record], shorter)
    sampling: Any = records["Sampling"]["anyOf"][0]
    sampling["properties"]["temperature"] = {"type": "number", "exclusiveMinimum": 0}
    records["ArmChoice"] = _or(records["ArmChoice"], _TRAINED)
    records["TargetChoice"] = _or(
        records["TargetChoice"], {"enum": sorted(BENCHMARKS)}, {"$ref": "#/$defs/TestedTask"}
    )
    records["EncoderChoice"] = _or(records["EncoderChoice"], _TEXT, *_ladders(records["EncoderChoice"]))
    # what a file says of a task of its own is filled in when it is read
    records["Task"] = {"anyOf": [_TEXT, {"type": "object", "required": ["name", "type"]}]}
    for (record, field), shorter in SHORT_FIELDS.items():
        fields = properties if record == "Study" else _object(records[record])["properties"]
        fields[field] = _or(fields[field], shorter)


SHORT_RECORDS: Mapping[str, Schema] = {
    "Adaptation": {"enum": ["full", "lora"]},
    "Analysis": {"enum": list(get_args(Decision))},
    "Measuring": {"type": "boolean"},
    "RateChoice": {"enum": list(get_args(RateRule))},
    "RecipeChoice": {"enum": sorted(RECIPES)},
    "Sampling": {"enum": ["proportional", "uniform"]},
    "Translation": _TEXT,
}
"""Record → what may stand in its place, beside encoders, arms, targets and axes."""

SHORT_FIELDS: Mapping[tuple[str, str], Schema] = {
    ("Study", "seeds"): {**_COUNT, "maximum": MOST_SEEDS},
    ("Study", "measure"): {"type": "boolean"},
    ("TargetChoice", "layers"): {"type": "integer", "minimum": 0},
    ("Measuring", "batches"): _COUNT,
    ("Measuring", "lengths"): _COUNT,
    ("Axis", "match"): {"enum": list(get_args(Match))},
}
"""Record and field → what may stand there for a list of one, or for a record."""


def _ladders(encoder: Schema) -> Iterator[Schema]:
    """An encoder's entry that stands for a whole ladder: a known one, or one that is made here."""
    options = {
        name: field
        for name, field in _object(encoder)["properties"].items()
        if name not in {"name", "source", "pretrain"}
    }
    sizes = sorted({rung.size for ladder in LADDERS.values() for rung in ladder.rungs})
    yield {
        "type": "object",
        "description": "Encoders of one family, in all sizes or in some.",
        "additionalProperties": False,
        "required": ["ladder"],
        "properties": {
            "ladder": {"enum": sorted(LADDERS)},
            "sizes": {"type": "array", "items": {"enum": sizes}, "minItems": 1},
            **options,
        },
    }
    pretrain = Pretrain.model_fields.keys() - {"shape", "seed"}
    made: Schema = {name: {"$ref": f"#/$defs/Pretrain/properties/{name}"} for name in sorted(pretrain)}
    made["shapes"] = {"type": "array", "items": {"$ref": "#/$defs/Shape"}, "minItems": 2}
    many = {"type": "array", "items": {"type": "integer"}, "minItems": LEAST_SEEDS}
    made["seeds"] = {"anyOf": [{"type": "integer", "minimum": LEAST_SEEDS}, many]}
    yield {
        "type": "object",
        "description": "Encoders made here from the same text, in several shapes with several seeds.",
        "additionalProperties": False,
        "required": ["name", "ladder"],
        "properties": {
            "name": _TEXT,
            "ladder": {
                "type": "object",
                "additionalProperties": False,
                "required": ["shapes", "text", "training"],
                "properties": made,
            },
            **options,
        },
    }


def _axes(records: dict[str, Schema], field: Schema) -> Schema:
    """The axes by name, each with the values that it can have."""
    axes = {name: _axis(name, records["Axis"], records["Training"]["properties"]) for name in AXES}
    return _kept(field, {"type": "object", "additionalProperties": False, "properties": axes})


def _axis(name: str, record: Schema, training: Mapping[str, Schema]) -> Schema:
    mix = {"type": "array", "items": _LANGUAGE, "minItems": 1}
    others: Mapping[str, Schema] = {
        LANGUAGES: {"anyOf": [_LANGUAGE, {"const": EVERYTHING}, mix]},
        LAYERS: {"anyOf": [{"type": "integer", "minimum": 0}, {"const": EVERYTHING}]},
        SHARE: {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    }
    value = others[name] if name in others else training[name]
    if name == EXAMPLES:
        value = _or(value, {"const": EVERYTHING})
    plain = {key: each for key, each in value.items() if key not in {"default", "description"}}
    values: Schema = {"anyOf": [{"type": "array", "items": plain, "minItems": 1}]}
    if name in {EXAMPLES, LANGUAGES, LAYERS}:
        values["anyOf"].append({"const": EVERYTHING})
    kept = {"values", *(() if name == LAYERS else ("arms",))}
    kept |= {"rate"} if name == "batch_size" else {"match"} if name == LANGUAGES else set()
    # a study that was written out says every field, with what it is by default
    idle = {"arms": {"type": "null"}, "rate": {"type": "null"}, "match": {"const": ["union"]}}
    fields = {
        field: {"$ref": f"#/$defs/Axis/properties/{field}"} if field in kept else idle[field]
        for field in record["properties"]
    }
    whole = record | {"properties": fields | {"values": values}}
    return {"anyOf": [*values["anyOf"], whole]}


def _offered(names: Iterable[str]) -> Schema:
    return {"anyOf": [{"enum": sorted(names)}, _TEXT]}


def _object(record: Schema) -> Schema:
    """The full form of a record, of which there may be shorter ones."""
    full: Schema = record["anyOf"][0] if "anyOf" in record else record
    return full


def _or(schema: Schema, *others: Schema) -> Schema:
    """``schema`` or one of ``others``, with its description and default in front."""
    said = {name: schema[name] for name in ("description", "default") if name in schema}
    rest = {name: value for name, value in schema.items() if name not in said}
    ways = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    return said | {"anyOf": [*ways, *(other for other in others if other not in ways)]}


def _kept(field: Schema, schema: Schema) -> Schema:
    """``schema`` with the description and default of ``field``."""
    return {name: field[name] for name in ("description", "default") if name in field} | schema


def _describe(record: Schema) -> None:
    """Move what a record's docstring says of its fields to the fields."""
    text, _, listed = record.get("description", "").partition("\n\nAttributes:\n")
    record["description"] = _in_one_line(text)
    for name, said in re.findall(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", listed, re.MULTILINE):
        if name in record.get("properties", {}):
            record["properties"][name] = {"description": _in_one_line(said)} | record["properties"][name]


def _in_one_line(text: str) -> str:
    return " ".join(text.replace("``None``", "``null``").replace("``", "`").split())


def _without_titles(schema: Any) -> Any:
    """Without the titles that only repeat the names of fields."""
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_titles(value)
        for name, value in schema.items()
        if name != "title" or not isinstance(value, str)
    }


def _with_written_numbers(schema: Any) -> Any:
    """With a text such as ``2e-5`` wherever a number may stand."""
    if isinstance(schema, list):
        return [_with_written_numbers(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_written_numbers(value) for name, value in schema.items()}
    return _or(found, _WRITTEN_NUMBER) if found.get("type") == "number" else found


def _pruned(schema: Schema) -> Schema:
    """Without records that nothing leads to any more."""
    records: dict[str, Schema] = schema["$defs"]
    reached: set[str] = set()
    waiting = [{name: value for name, value in schema.items() if name != "$defs"}]
    while waiting:
        for name in set(re.findall(r"#/\$defs/(\w+)", repr(waiting.pop()))) - reached:
            reached.add(name)
            waiting.append(records[name])
    return schema | {"$defs": {name: records[name] for name in sorted(reached)}}
