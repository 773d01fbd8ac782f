"""The ACL Anthology: its data are got once, searched here, and what is broken in them is named."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import git
import pytest

from stiltwalk.literature.records.papers import Paper
from stiltwalk.literature.services import acl, acl_papers
from stiltwalk.literature.services.acl import ACL
from stiltwalk.literature.services.acl_data import REPOSITORY
from stiltwalk.literature.services.polite import PoliteClient
from stiltwalk.literature.services.service import Page, ServiceError
from stiltwalk.spec.errors import UserError
from tests.literature.services import fake_acl

STILTS = Paper(
    source="acl",
    id="2020.aacl-main.1",
    title="English Intermediate-Task Training Improves Zero-Shot Cross-Lingual Transfer Too",
    authors=("Jason Phang", "Iacer Calixto"),
    year=2020,
    venue="Proceedings of 2020.aacl",
    kind="proceedings",
    doi="10.18653/v1/2020.aacl-main.56",
    abstract="Intermediate-task training improves XTREME by 5.4 points.",
    url="https://aclanthology.org/2020.aacl-main.1/",
    full_text=("https://aclanthology.org/2020.aacl-main.1.pdf",),
)
PARSING = Paper(source="acl", id="", title="Parsing Old Norse", year=2019, abstract="We parse sagas.")
LATER = Paper(source="acl", id="", title="Intermediate Languages", year=2022, abstract="Pivots translate.")


def _found(
    endpoint: str | Path,
    client: PoliteClient,
    words: str = "intermediate task training",
    since: int | None = None,
    until: int | None = None,
    limit: int = 100,
) -> list[Page]:
    return list(ACL.pages(words, since, until, limit, str(endpoint), client))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of three years."""
    papers = fake_acl.of_papers([STILTS, PARSING, LATER])
    return fake_acl.data_folder(tmp_path_factory.mktemp("acl"), papers)


@pytest.fixture
def client(tmp_path: Path) -> PoliteClient:
    """A client that has kept nothing."""
    return PoliteClient(tmp_path / "responses")


def test_the_best_match_comes_first_and_whole(folder: Path, client: PoliteClient) -> None:
    """Papers with none of the words are not found; the total counts the others."""
    [page] = _found(folder, client)
    assert page.papers[0] == STILTS
    assert [paper.title for paper in page.papers] == [STILTS.title, LATER.title]
    assert (page.total, page.unreadable) == (2, ())


def test_years_are_those_of_volumes(folder: Path, client: PoliteClient) -> None:
    """Both ends belong to the range."""
    assert [each.year for each in _found(folder, client, since=2021)[0].papers] == [2022]
    assert [each.year for each in _found(folder, client, until=2020)[0].papers] == [2020]
    assert _found(folder, client, since=2023)[0].papers == ()


def test_no_result_is_a_page_without_papers(folder: Path, client: PoliteClient) -> None:
    """A word that no paper has is no failure."""
    [page] = _found(folder, client, "quantum chromodynamics")
    assert (page.papers, page.total) == ((), 0)


def test_the_limit_holds_exactly_over_several_pages(tmp_path: Path, client: PoliteClient) -> None:
    """150 of 230: a page of 100 and one of 50; all have the word."""
    many = [LATER.model_copy(update={"title": f"Pivot {each}", "year": 2020}) for each in range(230)]
    pages = _found(fake_acl.data_folder(tmp_path, fake_acl.of_papers(many)), client, "pivot", limit=150)
    assert [len(page.papers) for page in pages] == [100, 50]
    assert {page.total for page in pages} == {230}
    assert len({paper.id for page in pages for paper in page.papers}) == 150


def test_a_repository_is_cloned_once_and_then_needs_no_network(tmp_path: Path, client: PoliteClient) -> None:
    """The second search works offline, with the repository gone; the page says how old the data are."""
    address = fake_acl.repository(tmp_path / "origin", fake_acl.of_papers([STILTS]))
    [first] = _found(address, client)
    assert first.papers == (STILTS,)
    assert first.at == fake_acl.CHANGED
    shutil.rmtree(tmp_path / "origin")
    assert _found(address, PoliteClient(client.responses, offline=True)) == [first]


def test_a_search_that_was_done_is_not_done_again(
    tmp_path: Path, client: PoliteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not while the data are the same; another query, and data of another day, are searched."""
    folder = fake_acl.data_folder(tmp_path, fake_acl.of_papers([STILTS, LATER]))
    file = folder / "xml" / "2020.aacl.xml"
    done: list[int | None] = []

    def counted(folder: Path, since: int | None, until: int | None) -> acl_papers.Entries:
        done.append(since)
        return acl_papers.read_entries(folder, since, until)

    monkeypatch.setattr(acl, "read_entries", counted)
    first = _found(folder, client, limit=1)
    assert _found(folder, client, limit=1) == first
    assert done == [None]
    _found(folder, client, limit=1, since=2019)
    os.utime(file, (4e9, 4e9))
    assert _found(folder, client, limit=1)[0].papers == first[0].papers
    assert done == [None, 2019, None]


def test_a_kept_search_that_is_broken_is_done_again(folder: Path, client: PoliteClient) -> None:
    """Cut short, changed, something else."""
    first = _found(folder, client)
    [file] = client.responses.glob("??/*.json")
    whole = file.read_text()
    for broken in (
        whole[:50],
        whole.replace('"title": "', '"titel": "'),
        "[]",
    ):
        assert broken != whole
        file.write_text(broken)
        assert _found(folder, client) == first


def test_what_a_killed_clone_left_is_deleted_after_a_day(tmp_path: Path, client: PoliteClient) -> None:
    """One of today may be another process's."""
    kept = client.responses / "acl-anthology"
    for name, at in (("unfinished-old", 1e9), ("unfinished-new", None)):
        (kept / name).mkdir(parents=True)
        (kept / name / "file").write_text("")
        if at is not None:
            os.utime(kept / name, (at, at))
    address = fake_acl.repository(tmp_path / "origin", fake_acl.of_papers([STILTS]))
    assert _found(address, client)[0].papers == (STILTS,)
    assert not (kept / "unfinished-old").exists()
    assert (kept / "unfinished-new").exists()


def test_without_git_the_library_says_so(
    tmp_path: Path, folder: Path, client: PoliteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot even be loaded; that is no traceback."""
    (tmp_path / "acl_anthology").mkdir()
    (tmp_path / "acl_anthology" / "__init__.py").write_text("raise ImportError('Bad git executable.')")
    for name in [each for each in sys.modules if each.split(".")[0] == "acl_anthology"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        ServiceError, match=r"cannot be loaded: 'Bad git executable\.'\. Install git, or leave acl"
    ):
        _found(folder, client)


@pytest.mark.parametrize("library", ["acl-anthology", "bm25s"])
def test_a_missing_library_says_how_to_install_it(
    tmp_path: Path, folder: Path, client: PoliteClient, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, library.replace("-", "_"), None)
    with pytest.raises(UserError, match=rf"needs the library {library}, .*'stiltwalk\[literature\]'"):
        _found(folder, client)


def test_offline_without_data_says_how_to_get_them(tmp_path: Path) -> None:
    """Nothing is cloned."""
    with pytest.raises(
        ServiceError,
        match=r"not on this machine, and this run is offline\. Run it once with a network, or get them with "
        r"'git clone --depth 1 https://github\.com/acl-org/acl-anthology\.git' and say --endpoint acl=FOLDER",
    ):
        _found(REPOSITORY, PoliteClient(tmp_path, offline=True))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("Cloning into x...\nfatal: no such host\n", "fatal: no such host"),
        ("fatal: no such host", "fatal: no such host"),
        ("\n", "GitCommandError"),
    ],
)
def test_what_git_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, said: str) -> None:
    """The last line with anything in it, without the quotation marks around all of it."""

    def failed(*_: object, **__: object) -> None:
        raise git.GitCommandError("clone", 128, stderr)

    monkeypatch.setattr(git.Repo, "clone_from", failed)
    with pytest.raises(ServiceError, match=rf"cannot be got from \S+: '{said}'\. Run it once"):
        _found("https://127.0.0.1:1/nowhere.git", PoliteClient(tmp_path))


def test_a_repository_that_cannot_be_reached_leaves_nothing_behind(tmp_path: Path) -> None:
    """The message says what git said and how to mend it, without the password in the address."""
    client = PoliteClient(tmp_path / "responses")
    with pytest.raises(ServiceError, match=r"cannot be got from file:///.*nowhere: '.*'\. Run it once"):
        _found((tmp_path / "nowhere").as_uri(), client)
    with pytest.raises(ServiceError) as raised:
        _found("https://me:secret@127.0.0.1:1/nowhere.git", client)
    assert "secret" not in str(raised.value)
    assert "git clone --depth 1 https://127.0.0.1:1/nowhere.git" in str(raised.value)
    assert [each for each in (tmp_path / "responses").rglob("*") if each.is_file()] == []


def test_a_repository_of_something_else_is_not_kept(tmp_path: Path, client: PoliteClient) -> None:
    """What holds no data is refused, and asked for anew the next time."""
    (tmp_path / "origin").mkdir()
    address = fake_acl.repository(tmp_path / "origin", {})
    shutil.rmtree(tmp_path / "origin" / "data" / "xml")
    from git import Repo

    with Repo(tmp_path / "origin") as repo:
        repo.git.add("--all")
        repo.index.commit("No data")
    for _ in range(2):
        with pytest.raises(ServiceError, match="neither it nor its folder data has a folder xml"):
            _found(address, client)


def test_a_folder_without_data_is_named(tmp_path: Path, client: PoliteClient) -> None:
    """The message says what was expected there."""
    with pytest.raises(ServiceError, match=f"no data of the ACL Anthology in {tmp_path}"):
        _found(tmp_path, client)
    (tmp_path / "xml").mkdir()
    with pytest.raises(ServiceError, match="its folder xml is empty"):
        _found(tmp_path, client)
    (tmp_path / "xml" / "a.xml").write_text("<a/>")
    with pytest.raises(ServiceError, match=r"are not whole: .*No such file"):
        _found(tmp_path, client)


def test_the_folder_of_the_repository_will_do_too(folder: Path, client: PoliteClient) -> None:
    """``data`` is found below it; without commits, the newest file says how old the data are."""
    os.utime(folder / "xml" / "2020.aacl.xml", (4e9, 4e9))
    [page] = _found(folder.parent, client)
    assert page.papers[0] == STILTS
    assert page.at == "2096-10-02T07:06:40+00:00"


def test_a_broken_collection_costs_no_other_its_place(tmp_path: Path, client: PoliteClient) -> None:
    """It is named with why, and what stands before the break is read."""
    papers = fake_acl.of_papers([STILTS, LATER])
    whole = fake_acl.written(STILTS, 1)
    papers["2021.aacl"] = fake_acl.collection(
        "2021.aacl",
        [
            fake_acl.volume([whole], 2021, collection="2021.aacl"),
            fake_acl.volume([whole.replace("</title>", "</b>")], 2021, collection="2021.aacl", name="short"),
        ],
    )
    [page] = _found(fake_acl.data_folder(tmp_path, papers), client)
    assert {paper.id for paper in page.papers} == {"2020.aacl-main.1", "2021.aacl-main.1", "2022.aacl-main.1"}
    [said] = page.unreadable
    assert said.startswith("The collection '2021.aacl' cannot be read further than its volume 'short': ")


def test_data_of_another_layout_are_refused_as_a_whole(tmp_path: Path, client: PoliteClient) -> None:
    """Where no file can be read, the library and the data do not belong together."""
    papers = {"2020.aacl": fake_acl.of_papers([STILTS])["2020.aacl"].replace("<pages>", "<sheets>")}
    papers["2020.aacl"] = papers["2020.aacl"].replace("</pages>", "</sheets>")
    with pytest.raises(
        ServiceError, match=r"not of the layout that this version of the library.*Update the lib"
    ):
        _found(fake_acl.data_folder(tmp_path, papers), client)


def test_data_of_a_newer_schema_are_read_without_a_warning(tmp_path: Path, client: PoliteClient) -> None:
    """Only what cannot be read is told."""
    folder = fake_acl.data_folder(tmp_path, fake_acl.of_papers([STILTS]))
    (folder / "xml" / "schema.rnc").write_text("# newer\n")
    assert _found(folder, client)[0].papers == (STILTS,)


def test_markup_becomes_text(tmp_path: Path, client: PoliteClient) -> None:
    """Protected capitals, emphasis, formulas, entities and paragraphs."""
    paper = STILTS.model_copy(
        update={
            "title": "<fixed-case>BERT</fixed-case> &amp; <i>Friends</i> with <tex-math>\\alpha</tex-math>",
            "abstract": "Transfer gains 5%.<par/>It <b>costs</b> nothing &lt;at all&gt;.",
        }
    )
    [page] = _found(fake_acl.data_folder(tmp_path, fake_acl.of_papers([paper])), client, "transfer")
    assert page.papers[0].title == "BERT & Friends with α"
    assert page.papers[0].abstract == "Transfer gains 5%.\n\nIt costs nothing <at all>."


@pytest.mark.parametrize(
    ("notice", "texts"),
    [("retracted", ("https://aclanthology.org/2020.aacl-main.1.pdf",)), ("removed", ())],
)
def test_retracted_and_removed_papers_are_told(
    tmp_path: Path, client: PoliteClient, notice: str, texts: tuple[str, ...]
) -> None:
    """A retracted paper can still be read; a removed one cannot."""
    more = f'<{notice} date="2021-01-01">Wrong.</{notice}>'
    entry = fake_acl.written(STILTS, 1, more=more)
    content = fake_acl.collection("2020.aacl", [fake_acl.volume([entry], 2020, collection="2020.aacl")])
    [page] = _found(fake_acl.data_folder(tmp_path, {"2020.aacl": content}), client)
    [paper] = page.papers
    assert paper.retracted
    assert paper.full_text == texts


def test_journals_languages_and_papers_without_a_text(tmp_path: Path, client: PoliteClient) -> None:
    """The journal's title comes from the venues; codes of languages have two letters."""
    entry = fake_acl.written(STILTS, 1, more="<language>fra</language>").replace('<pdf hash="69f9ea60"/>', "")
    content = fake_acl.collection(
        "2020.tacl", [fake_acl.volume([entry], 2020, collection="2020.tacl", name="1", journal=True)]
    )
    folder = fake_acl.data_folder(tmp_path, {"2020.tacl": content})
    [paper] = _found(folder, client)[0].papers
    assert (paper.venue, paper.kind, paper.language, paper.full_text) == (
        "Transactions of the ACL",
        "article",
        "fr",
        (),
    )
    (folder / "json" / "venues.json").write_text("{broken")
    afresh = PoliteClient(tmp_path / "other")
    assert _found(folder, afresh)[0].papers[0].venue == "Transactions, Volume 2020"


def test_a_paper_without_a_title_is_named(tmp_path: Path, client: PoliteClient) -> None:
    """It is passed over with a reason."""
    papers = [STILTS.model_copy(update={"title": " "})]
    [page] = _found(fake_acl.data_folder(tmp_path, fake_acl.of_papers(papers)), client)
    assert (page.papers, page.unreadable) == ((), ("Record '2020.aacl-main.1' has no title.",))


def test_the_query_says_how_papers_are_ranked() -> None:
    """To the letter: stems and years."""
    assert ACL.query("the training of parsers", None, None) == "BM25 of titles and abstracts: train parser"
    assert ACL.query("parsing", 2019, None).endswith(": pars, volumes of 2019 to any year")
    with pytest.raises(UserError, match=r"The ACL Anthology cannot be searched for 'of the'"):
        ACL.query("of the", None, None)
