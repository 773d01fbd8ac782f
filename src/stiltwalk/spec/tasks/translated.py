"""XTREME's machine translations that are tasks of their own.

Translate-test: test sets translated into English, for reference rows beside zero-shot ones. A language's
rows are tested by their English translations.

Translate-train, where the task has training data of its own in the languages translated into: under the
task's own name that is read.
"""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Split, Task, Translated
from stiltwalk.spec.tasks.inference import NLI_LABELS, XTREME_BUCKET, XTREME_TRANSLATION

_TYDIQA = "xtreme_translations/TyDiQA-GoldP/translate-train"
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
        archives=(XTREME_BUCKET,),
        licence="as the data it translates",
        citation="Hu et al. 2020, arXiv 2003.11080",
        caveats=_CAVEATS,
    )


TRANSLATED = (
    _translate_test("XNLI", "xnli-translate-test", "XNLI, translate-test", NLI_LABELS, "mnli"),
    _translate_test("PAWSX", "pawsx-translate-test", "PAWS-X, translate-test", ("0", "1"), "pawsx"),
    Task(
        name="tydiqa-translated",
        title="TyDiQA-GoldP, English and its translations",
        type="question-answering",
        stages=("intermediate",),
        layout="squad",
        splits={
            "train": Split(
                paths=("tydiqa/tydiqa-goldp-v1.1-train/tydiqa-goldp-train-{code}.json",),
                instead=(("tydiqa/tydiqa-goldp-v1.1-train.json",),),
                ids="{code}-*",
                translated=(
                    # named as in TensorFlow Datasets' builder of TyDiQA; nobody says that ids are English's
                    Translated(
                        paths=(f"{_TYDIQA}/tydiqa.translate.train.en-{{language}}.json",),
                        layout="squad-translated",
                        languages=tuple("ar bn fi id ko ru sw te".split()),
                    ),
                ),
                expected={"en": 3696},
            ),
            "dev": Split(paths=("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa-goldp-dev-{code}.json",)),
        },
        scorer="squad1",
        codes={"en": "english"},
        made_from=("tydiqa",),
        archives=(XTREME_BUCKET,),
        licence="as the data it translates",
        citation="Clark et al. 2020, arXiv 2003.05002; Hu et al. 2020, arXiv 2003.11080",
    ),
)
