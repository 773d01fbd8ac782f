"""What charts say, read back from the SVG that goes into a page."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from stiltwalk.render.charts.chart import Chart, inline_svg


def parsed(chart: Chart) -> Element:
    """The root of the chart as it stands in a page, which has to be well-formed."""
    return ET.fromstring(inline_svg(chart))


def words(chart: Chart) -> list[str]:
    """All that is written in the chart, in order."""
    return [each.text or "" for each in parsed(chart).iter("text")]


def hovers(chart: Chart) -> list[str]:
    """All that is said where something is pointed at."""
    return [each.text or "" for each in parsed(chart).iter("title")][1:]
