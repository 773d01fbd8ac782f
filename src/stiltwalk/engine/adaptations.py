"""Whether the libraries and layers are there that a study's way of training needs, before it begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from stiltwalk.compute.context import Place
from stiltwalk.engine.memory import model_folder
from stiltwalk.plan.facts import EncoderFacts
from stiltwalk.spec.adaptation import Lora
from stiltwalk.spec.encoders import Shape
from stiltwalk.spec.errors import StudyError, UserError
from stiltwalk.spec.extras import Library, not_installed
from stiltwalk.spec.study import Study


def require_libraries(study: Study) -> None:
    """Refuse a study that needs a library which is not installed, to train or to translate.

    Raises:
        UserError: it is not; says how to install it.
    """
    wanted: dict[Library, str] = {}
    for encoder in study.encoders:
        if encoder.adaptation.lora is not None:
            wanted["peft"] = f"Encoder '{encoder.name}': adaptation: lora"
    if study.execution.optimiser == "adamw-8bit":
        wanted["bitsandbytes"] = "execution.optimiser: adamw-8bit"
    if study.translation is not None and study.translation.backend == "ctranslate2":
        wanted["ctranslate2"] = "translation.backend: ctranslate2"
    for library, by in wanted.items():
        if find_spec(library) is None:
            raise not_installed(library, by)


def require_targets(study: Study, encoders: Mapping[str, EncoderFacts], place: Place) -> None:
    """Refuse targets of LoRA that name no layer of their encoder.

    Args:
        study: the study.
        encoders: source of a given encoder → its facts.
        place: where given encoders lie.

    Raises:
        StudyError: one of them names none; says which is nearest.
    """
    for encoder in study.encoders:
        lora = encoder.adaptation.lora
        if lora is None or isinstance(lora.targets, str):
            continue  # known by architecture, or all there are
        try:
            if encoder.pretrain is not None:
                _require_in_shape(encoder.pretrain.shape, lora)
            elif folder := model_folder(place, encoders[encoder.source or ""].parent):
                _require_in(folder, lora)
        except UserError as error:
            raise StudyError(f"Encoder '{encoder.name}': {error}") from None


def _require_in(folder: Path, lora: Lora) -> None:
    # brings in torch, which light commands do without
    from stiltwalk.compute.adapters import require_layers  # noqa: PLC0415

    require_layers(folder, lora)


def _require_in_shape(shape: Shape, lora: Lora) -> None:
    config = {"model_type": shape.architecture, "num_hidden_layers": shape.layers}
    with TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config), encoding="utf-8")
        _require_in(Path(folder), lora)
