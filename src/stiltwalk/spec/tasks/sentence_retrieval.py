"""XTREME's retrieval targets: Tatoeba, whose files of LASER serve other records as well, and BUCC 2018."""

from __future__ import annotations

from stiltwalk.spec.columns import Columns
from stiltwalk.spec.task import Hub, Split, Task

_TATOEBA = tuple(
    "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl "
    "tr ur vi zh az lt pl ro uk".split()
)
_FEWER_PAIRS = {"jv": 205, "ka": 746, "kk": 575, "ml": 687, "sw": 390, "ta": 307, "te": 234, "th": 548}
_BUCC = ("de", "fr", "ru", "zh")

TATOEBA = Task(
    name="tatoeba",
    title="Tatoeba",
    type="sentence-retrieval",
    stages=("target",),
    layout="aligned-lines",
    splits={
        "test": Split(
            paths=("tatoeba/v1/tatoeba.{code}-eng.{code}", "tatoeba/v1/tatoeba.{code}-eng.eng"),
            languages=_TATOEBA,
            # the last five came with XTREME-R
            expected=dict.fromkeys(_TATOEBA[:-5], 1000) | _FEWER_PAIRS,
        ),
    },
    scorer="retrieval-accuracy",
    # LASER's file names use the individual language where ISO 639-3 also has a macrolanguage
    codes={"fa": "pes", "sw": "swh", "zh": "cmn"},
    hub=Hub(
        id="google/xtreme",
        config="tatoeba.{code}",
        splits={"test": "validation"},
        columns=Columns(text_a="{source_sentence}", text_b="{target_sentence}"),
    ),
    archives=("https://github.com/facebookresearch/LASER/archive/main.zip",),
    licence="CC BY 2.0 FR",
    citation="Artetxe and Schwenk 2019, arXiv 1812.10464",
    caveats={
        "layer-and-pooling": "depends on layer and pooling, which are stored with the row; "
        "nothing is tuned on it"
    },
)


def _bucc(part: str) -> Split:
    """One part of the shared task: the two sides and the gold pairs."""
    return Split(
        paths=tuple(
            f"bucc2018/{{language}}-en/{{language}}-en.{part}.{end}" for end in ("{language}", "en", "gold")
        ),
        languages=_BUCC,
    )


BUCC = Task(
    name="bucc",
    title="BUCC 2018",
    type="sentence-retrieval",
    stages=("target",),
    layout="bucc",
    # the shared task's sample and training data, whose gold pairs are public
    splits={"dev": _bucc("sample"), "test": _bucc("training")},
    scorer="mining",
    archives=tuple(
        f"https://comparable.limsi.fr/bucc2018/bucc2018-{code}-en.{part}-gold.tar.bz2"
        for code in _BUCC
        for part in ("sample", "training")
    ),
    licence="free for research, see the shared task's page",
    citation="Zweigenbaum et al. 2018",
    caveats={
        "mined-at-a-layer": "depends on layer and pooling, which are stored with the row; the threshold is "
        "tuned on dev, and so is the layer where several were read"
    },
)
