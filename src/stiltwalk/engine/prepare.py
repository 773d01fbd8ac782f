"""Looks at the disk for everything a study needs, so that planning itself can stay pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from stiltwalk.compute.context import Place
from stiltwalk.data import sources
from stiltwalk.data.files import own_folder
from stiltwalk.data.load import cure, fingerprint
from stiltwalk.engine.adaptations import require_libraries, require_targets
from stiltwalk.engine.digests import DigestCache
from stiltwalk.engine.encoders import layers_of, locate_encoder, nature_in, packaged_encoder
from stiltwalk.engine.machine import this_machine
from stiltwalk.engine.soundness import Datum, require_sound
from stiltwalk.engine.translators import LocatedTranslator, locate_translator
from stiltwalk.plan.facts import EncoderFacts, Facts
from stiltwalk.plan.graph import build, build_evaluation
from stiltwalk.plan.nodes import Plan
from stiltwalk.plan.references import base, translator
from stiltwalk.plan.trainings import TrainStep
from stiltwalk.spec.encoders import EncoderChoice
from stiltwalk.spec.errors import DataError, UserError
from stiltwalk.spec.languages import SOURCE_LANGUAGE
from stiltwalk.spec.study import Study, catalogue_of
from stiltwalk.spec.targets import trained_languages, training_chain
from stiltwalk.spec.tasks import TASKS, Catalogue, find_task
from stiltwalk.store.bases import ADAPTERS
from stiltwalk.store.letting_go import require_kept
from stiltwalk.store.store import Store, read_artifact

Say = Callable[[str], None]


class Prepared(NamedTuple):
    """A plan, and where its ingredients lie on this machine."""

    plan: Plan
    place: Place


def prepare(
    study: Study,
    store: Store,
    data_dir: Path | None,
    tasks: Catalogue = TASKS,
    say: Say = lambda message: None,  # noqa: ARG005  nobody listens by default
) -> Prepared:
    """Find the data, encoders and vocabularies of ``study``, read the data once, and plan.

    Raises:
        UserError: something the study needs is not there, or is broken; says where, and how to mend it.
    """
    return prepare_with_facts(study, store, data_dir, tasks, say)[0]


def prepare_with_facts(
    study: Study, store: Store, data_dir: Path | None, tasks: Catalogue, say: Say
) -> tuple[Prepared, Facts]:
    """The same, and what was found.

    Raises:
        UserError: as :func:`prepare`.
    """
    tasks = catalogue_of(study, tasks)
    require_libraries(study)
    facts, place = _gather(study, wanted_data(study, tasks), Place(store, data_dir, {}, {}, tasks), say)
    _require_training_data(study, facts.data, place)
    require_targets(study, facts.encoders, place)
    return Prepared(build(study, facts, tasks), place), facts


def prepare_evaluation(
    study: Study,
    store: Store,
    data_dir: Path | None,
    tasks: Catalogue = TASKS,
    say: Say = lambda message: None,  # noqa: ARG005  nobody listens by default
) -> Prepared:
    """Plan the test of the study's one encoder; nothing is trained.

    Raises:
        UserError: the model, or every test file of a target, is not there, or a file is broken.
    """
    tasks = catalogue_of(study, tasks)
    facts, place = _gather(study, _test_data(study, tasks), Place(store, data_dir, {}, {}, tasks), say)
    return Prepared(build_evaluation(study, facts, tasks), place)


def _gather(study: Study, wanted: Iterable[Datum], place: Place, say: Say) -> tuple[Facts, Place]:
    """What there is of ``wanted``, and of the study's encoders and vocabularies; and where it lies."""
    data_dir, store = place.data_dir, place.store
    require_folder(data_dir)
    digests = DigestCache(store.cache / "digests.json")
    found = {
        (name, split, language): fingerprint(
            find_task(name, place.tasks), split, language, data_dir, digests.digest
        )
        for name, split, language in dict.fromkeys(wanted)
    }
    data = {datum: content for datum, content in found.items() if content is not None}
    vocabularies = {name: vocabulary_path(name, data_dir) for name in given_vocabularies(study)}
    hashes = {name: _vocabulary_hash(path, digests) for name, path in vocabularies.items()}
    encoders, folders = _given_encoders(study, store, digests)
    translators = _translators(study, digests)
    digests.keep()
    counts = require_sound(data, data_dir, store.cache / "sound.json", place.tasks, say)
    paths = {hashes[name]: path for name, path in vocabularies.items()}
    facts = Facts(
        data,
        encoders,
        hashes,
        {name: translator(found.fingerprint) for name, found in translators.items()},
        {name: found.directions for name, found in translators.items()},
        counts=counts,
        machine=this_machine() if study.measure else None,
        unaligned=_unaligned(study, data, place),
    )
    lying = {found.fingerprint: found.folder for found in translators.values()}
    return facts, replace(place, encoders=folders, vocabularies=paths, translators=lying)


def require_folder(data_dir: Path | None) -> None:
    """Refuse a data folder that does not exist.

    Raises:
        UserError: it does not.
    """
    if data_dir is not None and not data_dir.is_dir():
        raise UserError(
            f"The data folder {data_dir} does not exist. "
            "Give --data-dir the folder that holds the original files."
        )


def _translators(study: Study, digests: DigestCache) -> dict[str, LocatedTranslator]:
    """The study's models that translate, by the names that it gives them."""
    given = study.translation
    if given is None:
        return {}
    return {name: locate_translator(name, digests.digest) for name in given.sources}


def _given_encoders(
    study: Study, store: Store, digests: DigestCache
) -> tuple[dict[str, EncoderFacts], dict[str, Path]]:
    """Facts of every given encoder by its source, and content hash → folder of those outside the store."""
    facts: dict[str, EncoderFacts] = {}
    folders: dict[str, Path] = {}
    for encoder in study.encoders:
        if encoder.source is not None:
            facts[encoder.source], lying = given_encoder(encoder, encoder.source, store, digests)
            folders |= lying
    return facts, folders


def given_encoder(
    encoder: EncoderChoice, source: str, store: Store, digests: DigestCache
) -> tuple[EncoderFacts, dict[str, Path]]:
    """Facts of an encoder that comes from ``source``; and content hash → folder, if that is no finished step.

    Raises:
        UserError: it is nowhere to be found.
    """
    key = step_key(source, store)
    if key is not None:
        return _finished_encoder(store, key), {}
    found = locate_encoder(source, encoder.revision, digests.digest)
    facts = EncoderFacts(base(found.fingerprint), found.layers, found.sentences, found.nature)
    return facts, {found.fingerprint: found.folder}


def _finished_encoder(store: Store, key: str) -> EncoderFacts:
    """Facts of the encoder of a finished step."""
    require_kept(store.folder(key))
    model, step = store.folder(key) / "model", read_artifact(store, key).step
    trained = step.reading if isinstance(step, TrainStep) else None
    adapted = (model / ADAPTERS).exists()
    return EncoderFacts(key, layers_of(model), nature=nature_in(model), trained=trained, adapted=adapted)


def step_key(text: str, store: Store) -> str | None:
    """The finished step whose key begins with ``text`` (8 digits at least), if there is exactly one."""
    if not re.fullmatch(r"[0-9a-f]{8,64}", text):
        return None
    found = [path.name for path in store.root.glob(f"steps/{text[:2]}/{text}*") if store.has(path.name)]
    return found[0] if len(found) == 1 else None


def _test_data(study: Study, tasks: Catalogue) -> Iterator[Datum]:
    """What the targets are tested with: test data, and dev data where a threshold is tuned on it."""
    for target in study.targets:
        task = find_task(target.task, tasks)
        for code in target.languages or task.split(target.split).languages:
            yield task.name, target.split, code
            if task.scoring.tuned:
                yield task.name, "dev", code


def wanted_data(study: Study, tasks: Catalogue) -> Iterator[Datum]:
    """Every datum that a step of ``study`` may use."""
    for text in study.raw_text:
        for code in find_task(text, tasks).split("train").languages:
            yield text, "train", code
    for target in study.targets:
        for name in training_chain(target, tasks):
            for code in trained_languages(target, find_task(name, tasks)):
                yield name, "train", code
    yield from _beyond_english(study, tasks)
    for name in _trained_on(study, tasks):
        yield name, "train", SOURCE_LANGUAGE
        if "dev" in find_task(name, tasks).splits:
            yield name, "dev", SOURCE_LANGUAGE
    yield from _test_data(study, tasks)


def _beyond_english(study: Study, tasks: Catalogue) -> Iterator[Datum]:
    """Training data in other languages that its arms take where it is there."""
    for arm in study.intermediate:
        for name in arm.trained:
            known = find_task(name, tasks).split("train").every_language
            asked = known if arm.languages == "all" else [code for code in arm.languages if code in known]
            yield from ((name, "train", code) for code in asked if code != SOURCE_LANGUAGE)


def _unaligned(study: Study, data: Mapping[Datum, str], place: Place) -> frozenset[tuple[str, str]]:
    """Those of them, by task and language, whose examples do not translate the English ones of their ids."""
    return frozenset(
        (name, code)
        for name, split, code in dict.fromkeys(_beyond_english(study, place.tasks))
        if (name, split, code) in data
        and not sources.aligned(find_task(name, place.tasks), split, code, place.data_dir)
    )


def _trained_on(study: Study, tasks: Catalogue) -> Iterator[str]:
    yield from (name for arm in study.intermediate for name in arm.trained)
    for target in study.targets:
        yield from training_chain(target, tasks)


def _require_training_data(study: Study, data: Mapping[Datum, str], place: Place) -> None:
    """Refuse a study whose training files are not there, before anything is computed."""
    for name in dict.fromkeys(_trained_on(study, place.tasks)):
        if not any((task, split) == (name, "train") for task, split, _ in data):
            task = find_task(name, place.tasks)
            patterns = " or ".join(sources.wanted(task, "train", SOURCE_LANGUAGE))
            mend = f"Put the file there, {cure(task)}, or leave the task out."
            raise DataError(
                own_folder(task, place.data_dir) or "no data folder",
                None,
                f"holds no training data of '{name}': looked for {patterns} (gzipped or not). "
                f"{task.obtain or mend}",
            )
    for text in study.raw_text:
        if not any(name == text for name, _, _ in data):
            task = find_task(text, place.tasks)
            patterns = " or ".join(task.split("train").paths)
            folder = own_folder(task, place.data_dir) or "no data folder"
            raise DataError(folder, None, f"holds no text of '{text}': looked for {patterns}.")


def given_vocabularies(study: Study) -> list[str]:
    """Every vocabulary that an encoder of ``study`` is to be made with, as the study writes it."""
    return [e.pretrain.vocabulary for e in study.encoders if e.pretrain and e.pretrain.vocabulary]


def vocabulary_path(name: str, data_dir: Path | None) -> Path:
    """Where the vocabulary ``name`` lies: a packaged encoder's, or a file in the data folder."""
    packaged = packaged_encoder(name)
    return packaged / "tokenizer" / "tokenizer.json" if packaged else (data_dir or Path()) / name


def _vocabulary_hash(path: Path, digests: DigestCache) -> str:
    if not path.is_file():
        raise DataError(
            path, None, "there is no such vocabulary file. Name one in the data folder, or an absolute path."
        )
    return digests.digest(path)
