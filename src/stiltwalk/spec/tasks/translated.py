"""Translate-test: test sets machine-translated into English, for reference rows beside zero-shot ones.

The translations are XTREME's. A language's rows are tested by their English translations.
"""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Split, Task
from stiltwalk.spec.tasks.inference import NLI_LABELS, XTREME_TRANSLATION

_CAVEATS = {
    "translate-test": "tested on machine translations into English: no zero-shot transfer, a reference row"
}


def _translate_test(folder: str, name: str, title: str, labels: tuple[str, ...], trains_on: str) -> Task:
    languages = {
        "XNLI": "ar bg de el es fr hi ru sw th tr ur vi zh",
        "PAWSX": "de es fr ja ko zh",
    }[folder]
    return Task(
        name=name,
        title=title,
        type="sequence-classification",
        stages=("target",),
        layout="columns",
        columns=Columns(
            text_a="{translated1}",
            text_b="{translated2}",
            label="label",
            labels={"contradictory": "contradiction"},
            header=XTREME_TRANSLATION,
        ),
        labels=labels,
        splits={
            "test": Split(
                paths=(f"xtreme_translations/{folder}/translate-test/test-{{language}}-en-translated.tsv",),
                languages=tuple(languages.split()),
            )
        },
        trains_on=(trains_on,),
        scorer="accuracy",
        archives=("https://console.cloud.google.com/storage/browser/xtreme_translations",),
        licence="as the data it translates",
        citation="Hu et al. 2020, arXiv 2003.11080",
        caveats=_CAVEATS,
    )


TRANSLATED = (
    _translate_test("XNLI", "xnli-translate-test", "XNLI, translate-test", NLI_LABELS, "mnli"),
    _translate_test("PAWSX", "pawsx-translate-test", "PAWS-X, translate-test", ("0", "1"), "pawsx"),
)
