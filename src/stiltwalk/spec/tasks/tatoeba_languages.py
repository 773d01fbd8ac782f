"""Languages of LASER's Tatoeba test set, and how its file names write them."""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.languages import language

# LASER names the language itself where our code is that of a macrolanguage
_NARROWER = {"fa": "pes", "lv": "lvs", "ms": "zsm", "sw": "swh", "zh": "cmn"}

LASER_CODES: Mapping[str, str] = {
    code: _NARROWER.get(code, language(code).iso3)
    for code in (
        "af am ang ar arq arz ast awa az be ber bg bn br bs ca cbk ceb ch cs csb cy da de dsb dtp el eo es "
        "et eu fa fi fo fr fy ga gd gl gsw he hi hr hsb hu hy ia id ie io is it ja jv ka kab kk km ko ku "
        "kw kzj la lfn lt lv max mhr mk ml mn mr ms nb nds nl nn nov oc orv pam pl pms pt ro ru sk sl sq "
        "sr sv sw swg ta te th tk tl tr tt tzl ug uk ur uz vi war wuu xh yi yue zh"
    ).split()
}
"""The 112 languages paired with English: our code → the one in file names, ``tatoeba.CODE-eng.CODE``."""
