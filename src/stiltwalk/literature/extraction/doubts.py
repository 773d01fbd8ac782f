"""Doubts: words that only ask, hope, plan or set up, and so state no outcome."""

from __future__ import annotations

import re
from typing import Final

from stiltwalk.literature.extraction.cues import Cue
from stiltwalk.literature.extraction.suppositions import supposed

_PERSON: Final = r"(?:we|i|one|they|authors?|researchers?|you|readers?|studies|study|paper|work|section)"
_THINKING: Final = (
    r"(?:expect(?:ed|s)?|hypothesi[sz]ed?|conjectured?|assumed?|suspect(?:ed)?|believed?"
    r"|speculated?|predict(?:ed)?"
    r"|anticipated?|supposed?|hoped?|wonder(?:ed)?|intend(?:ed)?|aim(?:ed|s)?|want(?:ed)?"
    r"|plan(?:ned)?|ask(?:ed|s)?"
    r"|asking|seek|sought|would|explored?|explores|tested whether|attempt(?:ed|s)?|tr(?:y|ied|ies)"
    r"|set out|thought"
    r"|think|argued?|might|imagine|recommend(?:ed)?|suggest that (?:future|researchers|practitioners))"
)
_HOPES: Final = re.compile(
    rf"(?<!than )(?<!as )(?<!what )\b{_PERSON}(?: (?:had|have|would|do|also|therefore|then|thus"
    rf"|first|further|next"
    rf"|initially|originally|did not|do not|had not|cannot|can only|may)){{0,2}} {_THINKING}\b",
    re.IGNORECASE,
)
_INQUIRIES: Final = re.compile(
    r"\b(?:whether|how (?:much|far|well|many|often|strongly|little|these|this|the|it|to)"
    r"|(?:know|ask|asks|see|test|tests|check|examine|unclear|determine|wonder|find out|verify"
    r"|assess|doubt) if"
    r"|(?:not|hardly|never|less|far from|no longer|un|anything but)[ -]?(?:obvious|clear|known|certain"
    r"|evident|settled|understood) (?:which|what|whether|how|if|why|when|where)"
    r"|(?:promise|appeal|attraction|selling point|rationale|premise|motivation|point|advantage in principle)"
    r" (?:is|was|lies in|being) (?:that|to)\b"
    r"|to what extent|(?:doubt(?:s|ed)?|den(?:y|ies|ied)|question(?:s|ed)?|disput(?:e|es|ed)) that"
    r"|the (?:question|hypothesis|assumption|idea|hope|claim|belief|intuition"
    r"|conjecture|expectation)"
    r"(?: (?:is|was|of|that|behind|whether|why|how|which))"
    r"|(?:which|what|why|where)\b(?= [^,;]{0,60}\b(?:is|are|remains?) (?:unclear|unknown|open|left)))",
    re.IGNORECASE,
)
_PURPOSES: Final = re.compile(
    r"\b(?:(?:goal|aim|objective|purpose|motivation|ambition|challenge|question|idea|intention)s?"
    r"(?: of [\w -]{1,40})? (?:is|are|was|were)"
    r"|the task (?:is|was)"
    r"|future (?:work|research|studies)|further (?:work|research|studies)|(?:left|leave\w*) "
    r"(?:open|to|for|it|this|that)"
    r"|remains? (?:to be|an open|unclear|open|unknown)|is unclear|is unknown|is not known|it is "
    r"(?:often |commonly "
    r"|widely )?(?:assumed|hoped|tempting|plausible|possible|conceivable|unlikely|likely)|has "
    r"been (?:said|assumed"
    r"|suggested|hypothesi[sz]ed|argued|speculated|proposed|conjectured|claimed) that"
    r"|it (?:has been|is) (?:said|claimed|believed|argued)|(?:is|are|was|were) (?:expected"
    r"|supposed|thought|believed"
    r"|intended|meant|designed|assumed|hoped|likely|unlikely|needed|required|tempting|natural"
    r"|commonly held) (?:to|that)"
    r"|one (?:might|may|would|could))\b",
    re.IGNORECASE,
)
_TURN: Final = re.compile(
    r";|[,.:)] (?:but|yet|however|whereas|while|although|though|and (?:we )?(?:find|found|show"
    r"|observe|see|saw)|we find|we found"
    r"|we show|we observe)\b|\bbut\b|\band (?:we )?(?:find|found|show|observe|see|saw)\b|\bit "
    r"turns out\b|\bin fact\b"
    r"|\bfind(?:ing)? that\b|\bfound that\b|\bshow(?:s|ed|ing)? that\b|\bobserved? that\b|\bcontrary to\b",
    re.IGNORECASE,
)
_MODAL: Final = re.compile(
    r"\b(?:may|might|could|should|would|will|shall|must|can|cannot be expected)(?: (?!not "
    r"only\b)[\w'-]+){0,5}\s$",
    re.IGNORECASE,
)
_MODAL_ANYWHERE: Final = re.compile(r"\b(?:may|might|could|should|would|shall)\b", re.IGNORECASE)
_NOT_FOUND: Final = re.compile(
    r"\b(?:could|can)(?:not| not) (?:\w+ )?(?:be |detect|find|observe|see|confirm|replicate|reproduce"
    r"|measure|establish|identify)\b",
    re.IGNORECASE,
)
_NOT_CONFIRMED: Final = re.compile(
    r"[^,;:.()]{0,60}?\bcould not be (?:confirmed|replicated|reproduced|verified|observed|detected"
    r"|shown|established|found|seen)\b"
)
_FINDABLE: Final = re.compile(
    r"[^,;:.()]{0,80}?\bcould be (?:\w+ly )?(?:confirmed|replicated|reproduced|verified|observed"
    r"|detected|shown"
    r"|established|found|seen|measured|demonstrated)\b"
)
_CAN: Final = re.compile(r"\bcan(?: [\w'-]+){0,3}\s$", re.IGNORECASE)
_TO: Final = re.compile(
    r"\b(?P<governor>[\w-]+(?: [\w-]+)?) (?:not )?to(?: (?:\w+ly|also|further|even|not))?(?: "
    r"(?:help|and))?\s$",
    re.IGNORECASE,
)
_AT_START_TO: Final = re.compile(r"^(?:in order )?to(?: \w+ly)?\s$", re.IGNORECASE)
_STATES: Final = frozenset(
    """
    fail fails failed failing found shown seen observed reported appear appears appeared seem seems seemed
    tend tends tended continue continues continued proved proven unable able demonstrated enough
    proves turn turns
    sufficient known suffices managed manages turned
    """.split()
)
_GERUND_STATES: Final = re.compile(
    r"(?:, (?:\w+ly |thus |thereby |hence |even |in turn |also )?|\b(?:thus|thereby|hence|without"
    r"|while|not) )$",
    re.IGNORECASE,
)
_CONDITIONAL: Final = re.compile(r"^(?:if|should|were|suppose|assuming|provided)\b", re.IGNORECASE)
_RULE: Final = re.compile(
    r"^(?:higher|lower|larger|smaller)(?: \w+)?(?: values| scores| numbers)? (?:is|are|means?) better",
    re.IGNORECASE,
)
_SET_ASIDE: Final = re.compile(
    r"\b(?:rather than|instead of|far from|anything but|as opposed to)(?: (?!(?:is|are|was"
    r"|were)\b)[\w-]+){0,2}\s$",
    re.IGNORECASE,
)
_ORDER: Final = re.compile(
    r"^(?:(?:please|now|and|then|instead|also|always|in your \w+)\b,? )*(?:do not|don['\u2019]t|never"
    r"|report|say|state|claim|conclude|write|pretend|answer"
    r"|reply|output|respond|print|rate|assume|suppose|imagine|consider|let|see|compare|recall(?!@"
    r"| (?:in|at|is|was|for|rises|rose|drops|dropped|falls|fell|improve[sd])\b)"
    r"|ignore|disregard|remember)\b(?! (?:of|on|length|tables)\b)",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(
    r"\b(?:stop\w*|train\w*|halt\w*|continue\w*|wait\w*|end\w*|run|runs) (?:[\w,.-]+ ){0,6}(?:when"
    r"|until|once|if|as soon as|unless)\b[^,;]{0,80}$"
    r"|\b(?:called|considered|counted|deemed|regarded|marked|defined|treated)\b[^;]{0,60}\b(?:if"
    r"|when|where|once|unless)\b[^,;]{0,60}$|\buntil\b[^,;]{0,60}$",
    re.IGNORECASE,
)
_AIMED: Final = re.compile(
    r"\b(?:goal|aim|objective|purpose|hypothesis|question|criterion|requirement|target "
    r"value)s?(?: (?:of|for) [\w -]{1,40})?\s$",
    re.IGNORECASE,
)
_PROCEDURE: Final = re.compile(
    r"\b(?:computed|calculated|designed|powered|defined|chosen|counted|simulated|power|sufficient"
    r"|enough|able|required|needed|detectable) (?:for|to detect|as|to find|to see)(?: an?| "
    r"the)?(?: [\w-]+){0,3}\s$",
    re.IGNORECASE,
)
_MEASURED: Final = re.compile(
    r"^(?:(?!\b(?:when|if|after|once|that|where)\b)[^,;]){0,60}?\b(?:is|are|was|were|be)(?: "
    r"\w+ly)? (?:computed|called|deemed|measured|defined|calculated|tested|averaged"
    r"|estimated|assessed|evaluated|taken|counted|considered|expressed|normali[sz]ed|selected"
    r"|chosen|kept|used"
    r"|tried|picked|listed|plotted|described|discussed|given in|reported in|shown in|marked"
    r"|printed|set in bold)\b"
)
_REPORTED_IN: Final = re.compile(
    r"^(?:we|the (?:table|figure|section|paper|next section|appendix)|this (?:section|paper|chapter|appendix)"
    r"|(?:table|figure|section|fig\.?|appendix) [\w.]{1,5}) (?:also |then |further )?(?:report|list|give|plot"
    r"|compare|discuss|describe|measure|compute|define|study|investigate|analy[sz]e|examine|explore|consider"
    r"|evaluate|review|survey|present|summari[sz]e|count|address|look at|turn to|use|select|choose"
    r"|keep|train|focus)",
    re.IGNORECASE,
)


def asks(sentence: str) -> bool:
    """Whether the whole sentence is a question, an order, or a rule for reading numbers."""
    return sentence.rstrip(" \"'”\u2019)").endswith("?") or bool(
        _RULE.match(sentence) or _ORDER.match(sentence)
    )


def doubtful(sentence: str, cue: Cue, numbered: bool) -> bool:
    """Whether ``cue`` stands under words that ask, hope, plan, permit or describe a procedure.

    Args:
        sentence: the whole of it.
        cue: in it.
        numbered: whether an effect or a score is given for the cue, which some of these words cannot undo.
    """
    before, after = sentence[: cue.start], sentence[cue.end : cue.end + 120]
    if (cue.part == "noun" and _PROCEDURE.search(before)) or supposed(
        sentence, cue, before, sentence[cue.end :]
    ):
        return True
    if _AIMED.search(before) or _UNTIL.search(before) or _SET_ASIDE.search(before):
        return True
    if _framed(before) or _infinitive(before, cue) or (cue.part != "verb" and _MEASURED.match(after)):
        return True
    if (
        cue.part == "verb"
        and cue.text.lower().split()[0].endswith("ing")
        and not cue.text.lower().startswith("nothing")
        and not _GERUND_STATES.search(before)
    ):
        return True
    if (
        _MODAL.search(before)
        and not _NOT_FOUND.search(before)
        and not _NOT_CONFIRMED.match(after)
        and not (_CAN.search(before) and (numbered or cue.negated))
    ):
        return True
    if numbered:
        return False
    return bool(
        (_REPORTED_IN.match(sentence) and not _TURN.search(before))
        or (
            _MODAL_ANYWHERE.search(sentence)
            and not _TURN.search(sentence)
            and not _NOT_FOUND.search(before)
            and not (cue.negated and _FINDABLE.match(after))
        )
        or (_CONDITIONAL.match(sentence) and _MODAL_ANYWHERE.search(sentence))
    )


def _framed(before: str) -> bool:
    """Whether a question, a hope or a purpose opened in ``before`` and no turn of thought closed it."""
    for pattern in (_HOPES, _INQUIRIES, _PURPOSES):
        last = None
        for last in pattern.finditer(before):  # noqa: B007  the last one counts
            pass
        if last is not None and not _TURN.search(before, last.end()):
            return True
    return False


def _infinitive(before: str, cue: Cue) -> bool:
    """Whether the cue is an infinitive of purpose: ``to improve``, but not ``fails to improve``."""
    if cue.part != "verb":
        return False
    if _AT_START_TO.match(before):
        return True
    match = _TO.search(before[-60:])
    return match is not None and not _STATES & set(match["governor"].lower().split())
