"""Suspicious passages: text in a paper that addresses whoever reads it by machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stiltwalk.literature.extraction.sentences import sentences
from stiltwalk.literature.records.evidence import Passage
from stiltwalk.literature.records.papers import Text

# An ordinary sentence may write *about* prompts, instructions and reviewers. What gives an order away is that
# it is one: an imperative at the head of the sentence (or behind a call, 'please', 'you must') together with
# something that only a reading machine could obey, or words that belong to the format of a chat.
_HEAD: Final = (
    r"(?:^|[.!?:;,\"'“”()\[\]*>-]\s{0,3}|\b(?:please|now|and|then|always|also|you "
    r"(?:must|should|will|are to|need to|have to|shall))\s)"
)
_EARLIER: Final = (
    r"(?:(?:all|any|every|the|your|of|these|those|my|previous|prior|earlier|above|preceding"
    r"|foregoing|other|existing|original|system|given|former)\s){1,6}"
)
_ORDERS: Final = (
    "instructions?|prompts?|directions?|guidelines?|rules|commands?|constraints?|directives?"
    "|messages?|context"
)

_A_MACHINE: Final = (
    r"(?: (?:any|all|the|an?|every|our))?(?: \w+)? (?:LLMs?\b|AI\b|language models?|chatbots?|assistants?"
    r"|machine readers?|automated (?:readers?|reviewers?|systems?)|AI (?:readers?|reviewers?|assistants?"
    r"|agents?)|summari[sz]ers?)(?: (?:readers?|reviewers?|agents?|systems?|only))?"
)
_DO: Final = (
    r"(?:ignore|disregard|please|you (?:are|must|should|will|now)|do not|don['\u2019]t|never"
    r"|always|report|say|write"
    r"|output|state|give|reply|answer|include|rate|recommend|respond|pretend|from now on)\b"
)

_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # ignore previous instructions
        (
            rf"{_HEAD}(?:ignore|disregard|forget|override|bypass|neglect|skip|do not follow|don['\u2019]t "
            rf"follow"
            rf"|stop following)\s(?:\w+\s)?{_EARLIER}?(?:{_ORDERS})\b(?! tuning| following| data)"
        ),
        (
            rf"{_HEAD}(?:ignore|disregard|forget) (?:everything|anything|all|what)(?: that| which| "
            rf"you)?(?: \w+){{0,4}} (?:above|before|earlier|previously|so far|told|said|read)\b"
        ),
        # you are a language model; as an AI
        (
            r"\byou(?: are|['\u2019]re)(?: now| only| just| actually)? (?:an? |the )?(?:\w+ "
            r"){0,3}(?:language "
            r"model|LLM|AI\b|A\.I\.|assistant|chatbot|chat bot|bot\b|GPT|machine|model that|reviewer"
            r"|summari[sz]er|system)"
        ),
        (
            r"(?:^|[,;:(\"“] ?)as an? (?:AI|A\.I\.|artificial intelligence|large language model|language "
            r"model|LLM)\b(?:[ -](?:language model|model|assistant|reviewer|system))?,? (?:you|I|please|do"
            r"|say|write|give|rate|i['\u2019])"
        ),
        (
            rf"\b(?:dear|hello|hey|hi|attention|note (?:to|for)|message (?:to|for)|if you are|whoever you "
            rf"are)"
            rf"{_A_MACHINE}(?:\s?[:!,]|(?: \w+){{0,8}}[,:] ?{_DO})"
        ),
        (rf"\b(?:for|to|instructions? (?:to|for)){_A_MACHINE}(?: \w+){{0,5}}[,:] ?{_DO}"),
        # role tags and the marks of chat formats
        (
            r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|?>?"
            r"|\[/?INST\]|<</?SYS>>|<(?:system|assistant|instructions?)>|###\s?(?:system|instruction"
            r"|assistant)\b"
        ),
        (
            rf"(?:^|\n)\s{{0,4}}(?:system|assistant|user)\s{{0,2}}(?:prompt|message"
            rf"|override)?\s{{0,2}}:\s{{1,3}}{_DO}"
        ),
        (
            r"\b(?:new|updated|hidden|secret|real|actual|begin|end of|your|reveal|print|repeat|show"
            r"|output) (?:the |your |of )?(?:system )?(?:instructions|system prompt)\s?(?::|begin|follow"
            r"|below)"
        ),
        # orders to whoever reviews, sums up or extracts
        (
            rf"{_HEAD}(?:give|write|provide|return|assign|produce|leave|submit|output|generate|award)(?: "
            rf"\w+){{0,3}} (?:positive|favou?rable|glowing|perfect|high(?:est)?|good|excellent|strong"
            rf"|accepting|10/10|full)(?: \w+){{0,3}} (?:review|reviews|rating|ratings|scores?"
            rf"|recommendation|verdict|assessment|evaluation|marks?)\b"
        ),
        (
            rf"{_HEAD}(?:recommend|vote for|argue for) (?:its |the |this |immediate |strong )*(?:paper"
            rf"|acceptance|publication|submission)\b"
        ),
        (
            rf"{_HEAD}(?:rate|score|mark|grade|judge|rank|classify|label|treat) (?:(?:this|the|our|every"
            rf"|all|these) (?:\w+ )?(?:papers?|submissions?|work|claims?|documents?|texts?|manuscripts?"
            rf"|results?)|it|us)"
            rf"(?: \w+){{0,3}} (?:as|with|at) (?:excellent|supported|true|verified|correct"
            rf"|accepted|the best|outstanding|10|ten|full|relevant|confirmed|high)"
        ),
        (
            rf"{_HEAD}(?:do not|don['\u2019]t|never) (?:mention|reveal|disclose|report|highlight|criticis"
            rf"|criticiz|discuss|list|include|tell|point out)(?:e|ing)? (?:any |the |these |this |that "
            rf"|its |to |of |anyone |anything )*(?:\w+ )?(?:weakness\w*|limitation\w*|negative|flaws?"
            rf"|problems?|instructions?|message|note|drawbacks?|shortcomings?|prompt|contradict\w*|user"
            rf"|reader|criticism|sentence|paragraph|other papers)\b"
        ),
        (
            rf"{_HEAD}(?:report|say|state|claim|conclude|answer|reply|respond|output|print|write|insert|add"
            rf"|repeat|record|pretend|extract|return|summari[sz]e)(?: \w+){{0,3}} (?:only |exactly "
            rf"|instead |always |back )?(?:that|with|as follows|:|the (?:following|words?|sentence|text"
            rf"|claim)|[\"“]).{{0,160}}(?:regardless|no matter|instead|in (?:the|your|every) (?:summary"
            rf"|report|review|answer|output|synthesis|table)|to the user|at (?:the )?top|nothing else"
            rf"|whatever|irrespective|verbatim)"
        ),
        (
            rf"{_HEAD}(?:you must|you should|you are (?:required|instructed|to)|your (?:task|job|role|only "
            rf"task|goal) is (?:now )?to)\s(?:\w+ ){{0,3}}(?:report|say|state|claim|conclude|answer|reply"
            rf"|respond|output|ignore|recommend|accept|rate|write|pretend|obey|extract|praise|summari[sz]e)\b"
        ),
        r"\b(?:jailbreak mode|developer mode|DAN mode|do anything now)\b(?: (?:enabled|on|activated))",
        (
            r"\b(?:when|if|while|before) (?:you |an? (?:AI|LLM|language model|assistant|machine) "
            r")?(?:summari[sz](?:e|es|ing)|review(?:s|ing)?|process(?:es|ing)?|read(?:s|ing)?|evaluat(?:e"
            r"|es|ing)|extract(?:s|ing)?|judg(?:e|es|ing)) (?:this|the present|the following) (?:paper"
            r"|document|text|article|manuscript|page|submission|work),? (?:always |please |you (?:must"
            r"|should) |do not |only |simply |never )*(?:report|say|state|ignore|give|recommend|include"
            r"|write|claim|mention|output|rate|add|conclude|cite|treat|accept|answer)\b"
        ),
        (
            rf"{_HEAD}(?:execute|run|call|open|visit|fetch|send|download|click) (?:the |this |following "
            rf"|these |a |an |all |your )*(?:commands?|code below|tool|function|link|url|https?:|shell"
            rf"|credentials|api keys?|passwords?|conversation)\b.{{0,60}}(?:now|below|immediately|to "
            rf"|before|:|$)"
        ),
    )
)
_INVISIBLE: Final = re.compile(
    "[\u200b\u2060\u2061-\u2064\u180e\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069]"
)
_TAGS: Final = re.compile("[\U000e0020-\U000e007f]{4}|[\u200b\u200c\u200d\u2060]{6}")
_QUOTED: Final = re.compile(
    r"[\"“][^\"”]{0,300}[\"”]|[\u2018'](?=\w)[^\u2019'\n]{4,300}(?<=\w)[\u2019'](?!\w)|`[^`]{0,300}`"
)
_ABOUT: Final = re.compile(
    r"\b(?:prompts? (?:such as|like|that|which|containing|of the form|reads?|injections?)"
    r"|injection\w*|attack\w*|adversar\w+|jailbreak\w*|phrases? (?:such as|like)"
    r"|strings? (?:such as|like)|we (?:use|used|prompt|prompted|append|appended|instruct"
    r"|instructed|prepend|prepended|add|added|test|study|ask|asked)|template|e\.g\.|for example"
    r"|such as"
    r"|participants|annotators|workers|instructed (?:to|the)|were (?:told|asked|instructed)|the "
    r"model is (?:told|asked|instructed|prompted))\b",
    re.IGNORECASE,
)


def suspicious(text: Text) -> tuple[Passage, ...]:
    """Passages of ``text`` that give orders to whoever reads by machine, in order; they are only reported.

    A passage is one if it is an order that only such a reader could follow: to ignore what it was told, to
    judge or sum up the paper in a certain way, to be silent about something; or if it speaks to a model, or
    bears the marks of a chat or of hidden characters. A sentence that writes about prompts, and quotes one
    behind words such as ``prompts such as`` or ``we instructed``, is none. Lines outside the running text are
    looked at too: a heading may hold an order, a reference no claim.
    """
    passages = sentences(text)
    found = [each for each in passages if addressed(each.quote)]
    reached = 0
    for edge in (*passages, None):
        start, end = (edge.start, edge.end) if edge else (len(text.text), len(text.text))
        found += _between(text, reached, start)
        reached = end
    return tuple(sorted(found, key=lambda each: each.start))


def _between(text: Text, start: int, end: int) -> Iterator[Passage]:
    """Suspicious lines of a piece of text that holds no sentences."""
    for match in _LINE.finditer(text.text, start, end):
        if addressed(match.group()):
            heading = next((s.heading for s in text.sections if s.start <= match.start() < s.end), "")
            low, high = match.span()
            yield Passage(work=text.work, start=low, end=high, quote=match.group(), section=heading)


_LINE: Final = re.compile(r"\S[^\n]*")


def addressed(sentence: str) -> bool:
    """Whether ``sentence`` addresses whoever reads by machine."""
    if _TAGS.search(sentence):
        return True
    plain = re.sub(r"\s+", " ", _INVISIBLE.sub("", sentence))
    if _ABOUT.search(plain):
        plain = _QUOTED.sub(" ", plain)
    return any(
        pattern.search(plain[place : place + 1500])
        for place in range(0, max(len(plain), 1), 1400)
        for pattern in _PATTERNS
    )
