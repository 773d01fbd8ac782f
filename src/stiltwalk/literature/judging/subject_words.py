"""Words of subjects: which say what it is, which change it, and which tell nothing."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from stiltwalk.literature.words import stems

PREPOSITION: Final = re.compile(
    r"(?<![\w-])(?:on|with|of|in|into|during|beside|besides|alongside|for|to|from|by|via|before|after|as|between|within|"
    r"through|using|at|over|where|when|that|which)(?![\w-])",
    re.IGNORECASE,
)
_SAME_WORD: Final = (
    (
        re.compile(r"\bmask(?:ed)?[- ]language[- ]model(?:l?ing|s)?(?: objective)?\b|\bMLM\b", re.IGNORECASE),
        "maskedlm",
    ),
    (
        re.compile(
            r"\bmulti[- ]?task(?:ing)?\b|\bmixtures?\b|\bmixed\b|\bjoint(?:ly)?\b|"
            r"\bat (?:once|the same time)\b|\btogether\b|\bsimultaneous(?:ly)?\b|"
            r"\bcombin(?:ed|ing|ations?)\b|\ball (?:of )?(?:the |our )?(?:\w+ ){0,2}tasks\b",
            re.IGNORECASE,
        ),
        " multitask ",
    ),
    (re.compile(r"\bpre[- ]?train(?:ing|ed)?\b", re.IGNORECASE), "pretraining"),
    (re.compile(r"\b(?:pre[- ]?)?fine[- ]?tun(?:ing|ed|e)\b", re.IGNORECASE), "finetuning"),
    (re.compile(r"\b(?:larger|largest|bigger|biggest|big|greater)\b", re.IGNORECASE), "large"),
    (re.compile(r"\b(?:smaller|smallest)\b", re.IGNORECASE), "small"),
    (re.compile(r"\bmore\b", re.IGNORECASE), "additional amount"),
    (re.compile(r"\b(?:additional|extra|further)\b", re.IGNORECASE), "additional"),
    (re.compile(r"\b(?:less|fewer)\b", re.IGNORECASE), "fewer"),
    (re.compile(r"\b(?:longer|longest|prolonged|prolonging)\b", re.IGNORECASE), "long"),
    (re.compile(r"\b(?:shorter|shortest)\b", re.IGNORECASE), "short"),
    (
        re.compile(
            r"\b(?:subsets?|fractions?|portions?|halves|(?:third|quarter|fifth|tenth|hundredth) of)\b|%",
            re.IGNORECASE,
        ),
        "half",
    ),
    (re.compile(r"\b(?:frozen|freez\w+)\b", re.IGNORECASE), "freeze"),
    (re.compile(r"\b(?:without|no|not|remov\w+|dropping|omitting|leaving out)\b", re.IGNORECASE), "lacking"),
    (re.compile(r"\bSTILTs?\b"), "intermediate"),
    (re.compile(r"\btranslat(?:es?|ed|ing) (?:in)?to (?=an?\b|the\b|no\b)", re.IGNORECASE), "to "),
)
PROPER: Final = re.compile(
    r"(?<![\w-])(?!(?:MLMs?|LMs?|PLMs?|LoRA|STILTs?|GPUs?|TPUs?|QA|IDs?|F1|EM|SEM|CI|SD|[APVH]\d{2,3})(?![\w-]))"
    r"(?=[\w-]*[A-Z][\w-]*[A-Z\d]|[A-Z]-[a-z])[A-Za-z][\w-]*[A-Za-z\d]"
)
"""A word with two capitals, or a capital and a digit, is a name of something, known or not."""

GENERAL: Final = (
    "train training task stage step phase first then data dataset set corpus model encoder approach method "
    "use using add adding added apply applying employ include continue introduce english supervised labelled "
    "labeled procedure effect advantage benefit gain choice best variant experiment version system "
    "intermediate finetuning one ones same full whole standard proposed source sentence example pair "
    "objective auxiliary target impact influence tuning switch switching move moving start starting begin "
    "beginning mixing amount single initial modest slight mere marginal moderate substantial considerable "
    "notable sizeable noticeable pronounced"
)
"""What does not tell one subject from another where no data set is named."""

AS_SUCH: Final = ("intermediate", "finetuning")
"""What is a subject of its own where nothing tells it further; the first that a subject has."""

SIZES: Final = "small large half fewer long short amount"
"""Modifiers that an amount says better: "larger batches of 2,048" and "batches of 2,048"."""

OF_DATA: Final = f"""
    {SIZES} translated translating translation multilingual multitask lacking back synthetic augmented
    shuffled noisy random distilled unlabelled unlabeled filtered balanced reversed epochs
"""
"""Words that make another subject of a data set that is named with them, wherever they stand."""

METHODS: Final = """
    maskedlm augmentation distillation adapter adapters lora prompt prompts prefix freeze unfreezing
    gradual vocabulary dropout smoothing batch batches checkpoint checkpoints averaging ensemble
    curriculum sorting order precision quantised pruning regularisation regularization alignment
    contrastive adversarial replay rehearsal rate rates decay schedule layers embeddings labels
"""
"""Words that do so too, and are a subject of their own where they are told first."""

MODIFIERS: Final = OF_DATA + METHODS

OTHERWISE: Final = re.compile(
    r"\b(?:instead of|rather than|in place of|as opposed to|unlike)\b.*", re.IGNORECASE
)
"""Behind it stands what the subject is not."""

ENCODER: Final = re.compile(r"\b(?:encoder|model)s?\b", re.IGNORECASE)
DATA: Final = re.compile(
    r"\b(?:data(?: ?sets?)?|examples?|corp(?:us|ora)|sets?|sentences|pairs)\b", re.IGNORECASE
)


@cache
def stem_set(words: str) -> frozenset[str]:
    """The stems of ``words``; made when they are first asked for."""
    return frozenset(stems(words))


def unified(text: str) -> str:
    """``text`` with one word for what several say."""
    for pattern, word in _SAME_WORD:
        text = pattern.sub(word, text)
    return text
