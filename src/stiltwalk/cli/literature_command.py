"""The command literature: what others found, from databases and folders of papers to checked claims."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stiltwalk.cli import options
from stiltwalk.cli.options import JsonOption, OpenOption, StoreOption

QuestionArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[QUESTION]",
        help="What is asked, in English; or the name of a synthesis made before, to see it again. Left out: "
        "lists those that are kept.",
        show_default=False,
    ),
]
SourcesOption = Annotated[
    str | None,
    typer.Option(
        "--sources",
        metavar="NAMES",
        help="Databases to search, such as openalex,arxiv (default: all five; with --from none).",
    ),
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="DIR", help="A folder of papers: PDF, TXT, HTML, BibTeX; and its folders."
    ),
]
EndpointOption = Annotated[
    list[str] | None,
    typer.Option(
        "--endpoint",
        metavar="NAME=ADDRESS",
        help="Ask a database here, a mirror for instance; of acl a folder with its data; repeatable.",
    ),
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="Most records of one database.")]
QueryOption = Annotated[
    str,
    typer.Option(
        "--query", metavar="WORDS", help="What databases are asked (default: the question's words)."
    ),
]
SinceOption = Annotated[int | None, typer.Option("--since", metavar="YEAR", help="Leave out earlier papers.")]
UntilOption = Annotated[int | None, typer.Option("--until", metavar="YEAR", help="Leave out later papers.")]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--language", metavar="CODE", help="Read papers in this language; repeatable (default: en)."
    ),
]
NameOption = Annotated[
    str | None, typer.Option("--name", help="By which it is kept (default: made of the question).")
]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Ask nobody: use only what was fetched before.")
]
MaxAgeOption = Annotated[
    float | None,
    typer.Option(
        "--max-age",
        metavar="DAYS",
        min=0,
        help="Ask databases again for what is kept for longer (default: never).",
    ),
]
JudgeOption = Annotated[
    str,
    typer.Option(
        "--judge",
        metavar="NAME",
        help="Who holds claims against passages: lexical, an NLI model (folder, hub id or finished step), "
        "or module:function.",
    ),
]
EncoderOption = Annotated[
    str | None,
    typer.Option("--encoder", metavar="MODEL", help="Also search for evidence by this encoder's vectors."),
]
ReviewerOption = Annotated[
    list[str] | None,
    typer.Option("--reviewer", metavar="MODULE:FUNCTION", help="A further reviewer of yours; repeatable."),
]
ReportOption = Annotated[bool, typer.Option("--report/--no-report", help="End in a report of the synthesis.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Of the report (default: literature/NAME/report in the store)."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        epilog="Examples: stiltwalk literature 'Does intermediate training help zero-shot transfer?' "
        "--sources openalex,acl --limit 50; stiltwalk literature 'Does NLI help QA?' --from papers"
    )(literature)


def literature(
    question: QuestionArgument = None,
    sources: SourcesOption = None,
    papers: FromOption = None,
    endpoint: EndpointOption = None,
    limit: LimitOption = 100,
    query: QueryOption = "",
    since: SinceOption = None,
    until: UntilOption = None,
    language: LanguageOption = None,
    name: NameOption = None,
    offline: OfflineOption = False,
    max_age: MaxAgeOption = None,
    judge: JudgeOption = "lexical",
    encoder: EncoderOption = None,
    reviewer: ReviewerOption = None,
    report: ReportOption = True,
    out: OutOption = None,
    show: OpenOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What others found: searches papers, takes their claims, and holds each against the other papers.

    Everything that is fetched, read and judged is kept: stopped at any moment, the same command goes on.
    """
    from stiltwalk.cli.literature import command  # noqa: PLC0415  keeps --help quick
    from stiltwalk.cli.literature.asked import Asked, Shown  # noqa: PLC0415  the same

    asked = Asked(
        sources=sources,
        folder=papers,
        endpoints=tuple(endpoint or ()),
        limit=limit,
        query=query,
        since=since,
        until=until,
        languages=tuple(language or ("en",)),
        name=name,
        offline=offline,
        max_age=max_age,
        judge=judge,
        encoder=encoder,
        reviewers=tuple(reviewer or ()),
    )
    shown = Shown(report=report, out=out, opened=show, json=json)
    command.run(question, asked, shown, options.store_root(store))
