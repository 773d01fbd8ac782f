"""Hooks of mkdocs: pages from the repository's root, roles in docstrings, and a look at what pages load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]
FROM_ROOT: Final = {"changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}
"""Page → the file at the root that it shows."""

_ROLE = re.compile(r":(?:mod|func|class|meth|data):<code>~?([^<]+)</code>")
_LOADED = re.compile(r"""<(?:script|img|iframe|link(?=[^>]*stylesheet))[^>]*(?:src|href)=["']?(https?:)?//""")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie at the root of the repository."""
    for page, source in FROM_ROOT.items():
        text = (ROOT / source).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Roles of docstrings, such as ``:func:`run```, as plain code."""
    del page, config, files
    return _ROLE.sub(r"<code>\1</code>", html)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """The page as it is, if it loads nothing from elsewhere.

    Raises:
        PluginError: it has a script, a style or an image with an address.
    """
    del config
    found = _LOADED.search(output)
    if found is not None:
        raise PluginError(f"{page.file.src_path} loads something from elsewhere: {found[0]}")
    return output
