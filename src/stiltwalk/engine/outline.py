"""Planning what is not on this machine: placeholders for data and models, and published counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import try_to_load_from_cache
from huggingface_hub.errors import HFValidationError

from stiltwalk.compute.context import Place
from stiltwalk.data import sources
from stiltwalk.data.load import fingerprint
from stiltwalk.engine.digests import DigestCache
from stiltwalk.engine.encoder_sizes import local_encoder, published_sizes
from stiltwalk.engine.machine import this_machine
from stiltwalk.engine.missing import Missing, absent
from stiltwalk.engine.prepare import (
    Prepared,
    given_encoder,
    given_vocabularies,
    prepare_with_facts,
    require_folder,
    step_key,
    vocabulary_path,
    wanted_data,
)
from stiltwalk.engine.soundness import Datum, require_sound
from stiltwalk.engine.translators import locate_translator
from stiltwalk.plan.facts import Directions, EncoderFacts, Facts
from stiltwalk.plan.graph import build
from stiltwalk.plan.references import base, translator
from stiltwalk.spec.encoder_configs import KNOWN_CONFIGS
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.reading import nature_of
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.store.store import Store

Say = Callable[[str], None]


class Outline(NamedTuple):
    """A plan, and what it was made without: the keys of steps that need any of that will be others.

    Attributes:
        prepared: the plan, and where things lie that are here.
        facts: what the plan was made from.
        missing: what is not here.
    """

    prepared: Prepared
    facts: Facts
    missing: Missing


def outline(
    study: Study,
    store: Store,
    data_dir: Path | None,
    tasks: Catalogue = TASKS,
    say: Say = lambda message: None,  # noqa: ARG005  nobody listens by default
) -> Outline:
    """Plan ``study`` as it would run; where that needs what is not on this machine, plan it nevertheless.

    Nothing is fetched but an encoder of which nothing is known. What is here is used; of what is not, every
    language that a task's record lists counts as there.

    Raises:
        UserError: the study could not be planned if everything were here; or a file that is here is broken.
    """
    require_folder(data_dir)
    if not any(_absent_encoder(encoder, store) for encoder in study.encoders):
        try:
            return Outline(*prepare_with_facts(study, store, data_dir, tasks, say), Missing())
        except UserError:
            found = _without(study, store, data_dir, tasks, say)
            if not found.missing:
                raise
            return found
    return _without(study, store, data_dir, tasks, say)


def _without(study: Study, store: Store, data_dir: Path | None, tasks: Catalogue, say: Say) -> Outline:
    """The plan of ``study``, with placeholders for all that is not here."""
    tasks = catalogue_of(study, tasks)
    place = Place(store, data_dir, {}, {}, tasks)
    digests = DigestCache(store.cache / "digests.json")
    found = {datum: _content(datum, place, digests) for datum in dict.fromkeys(wanted_data(study, tasks))}
    here = {datum: content for datum, content in found.items() if content is not None}
    gone = tuple(datum for datum, content in found.items() if content is None)
    facts, folders = _encoders(study, store, digests)
    hashes, vocabularies = _vocabularies(study, data_dir, digests)
    translators, directions, lying = _translators(study, digests)
    digests.keep()
    counts = require_sound(here, data_dir, store.cache / "sound.json", tasks, say)
    known = Facts(
        {datum: here.get(datum) or absent(*datum) for datum in found},
        facts,
        hashes,
        translators,
        directions,
        counts=counts | {datum: count for datum in gone if (count := published_count(datum, tasks))},
        machine=this_machine() if study.measure else None,
        unaligned=frozenset(_unaligned(study, here, place)),
    )
    missing = Missing(
        gone,
        tuple(encoder.name for encoder in study.encoders if _absent_encoder(encoder, store)),
        tuple(name for name, there in translators.items() if there == translator(absent(name))),
        tuple(name for name, there in hashes.items() if there == absent(name)),
    )
    place = replace(place, encoders=folders, vocabularies=vocabularies, translators=lying)
    return Outline(Prepared(build(study, known, tasks), place), known, missing)


def published_count(datum: Datum, tasks: Catalogue) -> int | None:
    """How many examples a split has in a language as it was published; ``None``: its record does not say.

    What is translated has as many as the English.
    """
    name, split, language = datum
    rule = find_task(name, tasks).split(split)
    if rule.made is not None:
        return rule.made.examples
    own = rule.expected.get(language)
    translated = language not in rule.languages
    return rule.expected.get(SOURCE_LANGUAGE) if own is None and translated else own


def _content(datum: Datum, place: Place, digests: DigestCache) -> str | None:
    name, split, language = datum
    task = find_task(name, place.tasks)
    if place.data_dir is None and task.generator is None and task.folder is None:
        return None
    try:
        return fingerprint(task, split, language, place.data_dir, digests.digest)
    except DataError:  # some of its files are there and others are not
        return None


def _unaligned(study: Study, here: Mapping[Datum, str], place: Place) -> Iterator[tuple[str, str]]:
    """Training data of arms that does not translate the English; of what is not here its record tells."""
    for name in dict.fromkeys(task for arm in study.intermediate for task in arm.trained):
        task = find_task(name, place.tasks)
        rule = task.split("train")
        for code in rule.every_language:
            if code == SOURCE_LANGUAGE:
                continue
            if (name, "train", code) in here:
                aligned = sources.aligned(task, "train", code, place.data_dir)
            else:
                aligned = rule.made is not None or any(
                    each.aligned for each in rule.translated if code in each.languages
                )
            if not aligned:
                yield name, code


def _absent_encoder(encoder: EncoderChoice, store: Store) -> bool:
    """Whether it is a given encoder that is not here, but whose shape is known."""
    source = encoder.source
    if source is None or published_sizes(source) is None or step_key(source, store) is not None:
        return False
    return local_encoder(source, encoder.revision) is None


def _encoders(
    study: Study, store: Store, digests: DigestCache
) -> tuple[dict[str, EncoderFacts], dict[str, Path]]:
    """Facts of every given encoder by its source, and content hash → folder of those that are here."""
    facts: dict[str, EncoderFacts] = {}
    folders: dict[str, Path] = {}
    for encoder in study.encoders:
        source = encoder.source
        if source is None:
            continue
        if _absent_encoder(encoder, store):
            sizes = published_sizes(source)
            assert sizes is not None, "known by name"
            nature = nature_of(KNOWN_CONFIGS.get(source, {}))
            facts[source] = EncoderFacts(base(absent(source)), sizes.layers, nature=nature)
        else:
            facts[source], lying = given_encoder(encoder, source, store, digests)
            folders |= lying
    return facts, folders


def _vocabularies(
    study: Study, data_dir: Path | None, digests: DigestCache
) -> tuple[dict[str, str], dict[str, Path]]:
    """Vocabulary → what it goes by, and content hash → file of those that are here."""
    paths = {name: vocabulary_path(name, data_dir) for name in given_vocabularies(study)}
    hashes = {name: digests.digest(path) if path.is_file() else absent(name) for name, path in paths.items()}
    return hashes, {hashes[name]: path for name, path in paths.items() if path.is_file()}


def _translators(
    study: Study, digests: DigestCache
) -> tuple[dict[str, str], dict[str, Directions], dict[str, Path]]:
    """Translator → what it goes by, and its directions; content hash → folder of those that are here."""
    names: dict[str, str] = {}
    directions: dict[str, Directions] = {}
    folders: dict[str, Path] = {}
    for name in study.translation.sources if study.translation else ():
        if not _is_here(name):
            names[name] = translator(absent(name))
            continue
        found = locate_translator(name, digests.digest)
        names[name], directions[name] = translator(found.fingerprint), found.directions
        folders[found.fingerprint] = found.folder
    return names, directions, folders


def _is_here(translator_name: str) -> bool:
    if Path(translator_name).expanduser().is_dir():
        return True
    name, _, revision = translator_name.partition("@")
    try:
        return isinstance(try_to_load_from_cache(name, "config.json", revision=revision or None), str)
    except HFValidationError:
        return False
