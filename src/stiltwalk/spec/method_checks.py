"""Whether a study's ways of training change anything."""

from __future__ import annotations

from stiltwalk.spec.errors import StudyError
from stiltwalk.spec.study import Study
from stiltwalk.spec.targets import training_chain
from stiltwalk.spec.tasks import Catalogue


def check_methods(study: Study, tasks: Catalogue) -> None:
    """Refuse ways of training where nothing is trained.

    Raises:
        StudyError: there is such a one.
    """
    adapted = [encoder.name for encoder in study.encoders if encoder.adaptation.lora is not None]
    if adapted and not study.intermediate and not any(training_chain(t, tasks) for t in study.targets):
        raise StudyError(
            f"Encoder '{adapted[0]}': adaptation would change nothing: there is no arm and no target that is "
            "trained. Leave it out."
        )
