"""How much text of each language encoders were pretrained on, where that is published.

CC-100, the text of XLM-R: Conneau et al. 2020, arXiv 1911.02116, appendix A, table 6 (GiB, uncompressed),
read in the transcription at github.com/mayhewsw/multilingual-data-stats (cc-100/cc-100.csv). Another table
there, of the 25 languages of mBART (cc-25/cc-25.csv), has the same figures. XLM-R XL and XXL read the same
text (Goyal et al. 2021, arXiv 2105.00572).

Left out: romanised text; Norwegian, which is not told apart as Bokmål and Nynorsk; languages that no task
here is in. Chinese is the simplified part, Burmese the larger of two rows, Kurdish Kurmanji.
"""

from __future__ import annotations

from collections.abc import Mapping

from stiltwalk.spec.ladders import LADDERS

_TABLE = """
af:1.3 am:0.8 ar:28 az:6.5 be:4.3 bg:57.5 bn:8.4 br:0.1 bs:0.1 ca:10.1 cs:16.3 cy:0.8 da:45.6 de:66.6
el:46.9 en:300.8 eo:0.9 es:53.3 et:6.1 eu:2 fa:111.6 fi:54.3 fr:56.8 fy:0.2 ga:0.5 gd:0.1 gl:2.9 gu:1.9
ha:0.3 he:31.6 hi:20.2 hr:20.5 hu:58.4 hy:5.5 id:148.3 is:3.2 it:30.2 ja:69.3 jv:0.2 ka:9.1 kk:6.4 km:1.5
ko:54.2 ku:0.4 la:2.5 lt:13.7 lv:8.8 mk:4.8 ml:7.6 mn:3 mr:2.8 ms:8.5 my:1.6 nl:29.3 pa:0.8 pl:44.6 pt:49.1
ro:61.4 ru:278 sk:23.2 sl:10.3 sq:5.4 sr:9.1 sv:85 sw:1.6 ta:12.2 te:4.7 th:71.7 tl:3.1 tr:20.9 ug:0.4
uk:84.6 ur:5.7 uz:0.7 vi:137.3 xh:0.1 yi:0.3 zh:46.9
"""

CC100_GIB: Mapping[str, float] = {
    code: float(size) for code, size in (entry.split(":") for entry in _TABLE.split())
}
"""Language → GiB."""

_READ_CC100 = frozenset(rung.hub for rung in LADDERS["xlm-r"].rungs)


def text_sizes(source: str | None) -> Mapping[str, float]:
    """Language → GiB of text that the encoder from ``source`` (a hub id) read; empty: not known here."""
    return CC100_GIB if source in _READ_CC100 else {}
