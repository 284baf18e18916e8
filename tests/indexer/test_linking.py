"""Linking by content: versions meet, copies meet, nothing else does; whenever they come, and whoever has decided."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

import indexer
import search
from indexer import index_articles, read_sources
from search import Article
from search.columnar.commit import publish_commit
from search.columnar.verify import verify_index

STORIES = ("sample-energy-01", "sample-energy-02", "sample-world-01", "sample-economy-02", "sample-defence-03")


@pytest.fixture(scope="session")
def articles(sample_source) -> list[Article]:
    """Return the articles of the sample archive, each with its story."""
    return [item for item in read_sources([sample_source]) if isinstance(item, Article)]


@pytest.fixture(scope="session")
def some(articles) -> list[Article]:
    """Return the versions of a few stories, without their stories."""
    return unlinked(article for article in articles if article.story in STORIES)


def unlinked(articles: Iterable[Article]) -> list[Article]:
    """Return articles as they come when nobody knows what story they are."""
    return [replace(article, story="") for article in articles]


def read(path: Path) -> list[Article]:
    """Return all articles of an index."""
    with search.open(path, audience="newsroom") as archive:
        return [hit.article for hit in archive.search("", group="none", limit=1_000).hits]


def pairs(articles: Iterable[Article]) -> set[tuple[str, str]]:
    """Return the ids of articles that are one story, by twos."""
    stories: dict[str, list[str]] = {}
    for article in articles:
        stories.setdefault(article.story, []).append(article.id)
    return {pair for ids in stories.values() for pair in combinations(sorted(ids), 2)}


def version_of(articles: Iterable[Article], identifier: str) -> Article:
    """Return the article with an id."""
    return next(article for article in articles if article.id == identifier)


class TestVersions:
    def test_most_versions_of_the_sample_archive_meet_and_nothing_else(self, articles, tmp_path):
        report = index_articles(unlinked(articles), tmp_path, link=True)
        found, true = pairs(read(tmp_path)), pairs(articles)
        assert found <= true
        assert len(found) >= 0.95 * len(true)
        assert report.linked == len(articles) - len({article.story for article in read(tmp_path)})

    def test_no_commit_shows_half_of_it(self, some, tmp_path, monkeypatch):
        shown = []

        def publish_and_look(path, commit):
            publish_commit(path, commit)
            with search.open(path, audience="newsroom") as archive:
                shown.append(archive.search("").stories)

        monkeypatch.setattr("search.columnar.writer.publish_commit", publish_and_look)
        index_articles(some, tmp_path, link=True)
        assert set(shown) == {0, len(STORIES)}
        assert not verify_index(tmp_path).problems

    @pytest.mark.parametrize("backwards", [False, True])
    def test_a_version_that_comes_later_joins_what_is_there(self, some, tmp_path, backwards):
        for article in reversed(some) if backwards else some:
            index_articles([article], tmp_path, link=True)
        assert {len(ids) for ids in groups(tmp_path).values()} == {3}

    def test_processes_change_nothing(self, some, tmp_path, monkeypatch):
        monkeypatch.setattr("indexer.parallel.WORTH_SHARING", 1)
        index_articles(some, tmp_path / "shared", link=True, jobs=2)
        index_articles(some, tmp_path / "alone", link=True)
        assert sorted(groups(tmp_path / "shared").items()) == sorted(groups(tmp_path / "alone").items())

    def test_indexing_again_changes_nothing(self, some, tmp_path):
        index_articles(some, tmp_path, link=True)
        for link in (True, False):
            report = index_articles(some, tmp_path, link=link)
            assert (report.unchanged, report.changed, report.linked) == (len(some), False, 0)

    def test_a_corrected_article_stays_in_its_story(self, some, tmp_path):
        index_articles(some, tmp_path, link=True)
        before = groups(tmp_path)
        report = index_articles([replace(some[0], title="Виправлено"), *some[1:]], tmp_path, link=True)
        assert (report.updated, report.unchanged) == (1, len(some) - 1)
        assert groups(tmp_path) == before

    def test_days_apart_they_are_strangers(self, some, tmp_path):
        one, other, *_ = some
        index_articles([one, replace(other, published=one.published + timedelta(days=30))], tmp_path, link=True)
        assert pairs(read(tmp_path)) == set()

    def test_without_the_switch_nothing_is_linked(self, some, tmp_path):
        index_articles(some, tmp_path)
        assert sorted(read(tmp_path), key=lambda each: each.id) == sorted(some, key=lambda each: each.id)

    def test_the_reason_is_kept(self, some, tmp_path):
        index_articles(some, tmp_path, link=True)
        story = search.story_of(tmp_path, some[0].id)
        links = [member.link for member in story.members]
        assert links.count(None) == 1  # the one that the others were linked to
        ids = {member.article.id for member in story.members}
        for link in filter(None, links):
            assert link.to in ids and 0.9 <= link.score <= 1 and link.by


def groups(path: Path) -> dict[str, list[str]]:
    """Return the ids of each story by its key."""
    found: dict[str, list[str]] = {}
    for article in sorted(read(path), key=lambda article: article.id):
        found.setdefault(article.story, []).append(article.id)
    return found


class TestWhatIsDecided:
    def test_a_story_that_is_given_is_never_touched(self, some, tmp_path):
        given = [replace(article, story=f"given-{number}") for number, article in enumerate(some)]
        report = index_articles(given, tmp_path, link=True)
        assert report.linked == 0
        assert sorted(read(tmp_path), key=lambda each: each.id) == sorted(given, key=lambda each: each.id)

    def test_archives_whose_articles_have_stories_pay_nothing(self, articles, tmp_path, monkeypatch):
        monkeypatch.setattr("search.archive.linking.Linker.moved", None)
        assert index_articles(articles, tmp_path, link=True).added == len(articles)

    def test_one_without_a_story_joins_one_that_is_given(self, some, tmp_path):
        uk, *others = (version_of(some, f"{STORIES[0]}.{language}") for language in ("uk", "ru", "en"))
        index_articles([replace(uk, story="given")], tmp_path, link=True)
        index_articles(others, tmp_path, link=True)
        assert {article.story for article in read(tmp_path)} == {"given"}

    def test_two_given_stories_are_not_made_one(self, some, tmp_path):
        uk, ru, en = (version_of(some, f"{STORIES[0]}.{language}") for language in ("uk", "ru", "en"))
        index_articles([replace(uk, story="one"), replace(en, story="other")], tmp_path, link=True)
        index_articles([ru], tmp_path, link=True)
        assert sorted(map(len, groups(tmp_path).values())) == [1, 2]

    def test_an_editor_who_has_split_is_not_overruled(self, some, tmp_path):
        index_articles(some, tmp_path, link=True)
        en = version_of(some, f"{STORIES[0]}.en")
        search.split_story(tmp_path, en.id, who="Olha")
        before = groups(tmp_path)
        changed = [replace(article, body=f"{article.body}\n\nДоповнено.") for article in some]
        for coming in (some, changed):
            index_articles(coming, tmp_path, link=True)
            assert groups(tmp_path) == before

    def test_a_second_version_in_a_language_is_refused(self, some, tmp_path):
        uk, en = (version_of(some, f"{STORIES[0]}.{language}") for language in ("uk", "en"))
        index_articles([uk, en], tmp_path, link=True)
        paragraphs = en.body.split("\n\n")
        rewritten = replace(
            en, id="rewritten", body="\n\n".join([*paragraphs[:-1], "Nobody else said anything today."])
        )
        half = replace(rewritten, body="\n\n".join(sentence for p in paragraphs for sentence in p.split(". ")[:1]))
        index_articles([half], tmp_path, link=True)
        assert sorted(map(len, groups(tmp_path).values())) == [1, 2]


class TestCopies:
    BODY = (
        "Уранці в порту зупинили роботу двох терміналів через шторм. Начальник порту Остап Гринько сказав, що судна "
        "чекатимуть на рейді, доки вітер не вщухне, а вантажі перенаправлять залізницею до сусідньої області."
    )

    def test_what_is_published_again_is_one_story(self, tmp_path):
        first = Article(id="first", language="uk", title="Шторм", body=self.BODY, published="2026-02-01")
        again = replace(first, id="again", source="Інше видання", title="У порту шторм", story="")
        index_articles([first], tmp_path, link=True)
        index_articles([again], tmp_path, link=True)
        assert {article.story for article in read(tmp_path)} == {"first"}
        assert search.story_of(tmp_path, "again").members[0].link.by == ("the same text",)

    def test_the_bulletin_of_the_next_day_is_another(self, tmp_path):
        bulletin = "За добу {} обстріли, {} пожеж, {} виїздів. " + self.BODY + " " + self.BODY.replace(" ", " не ")
        for number in range(3):
            body = bulletin.format(12 + number, 40 + number, 7 + number)
            article = Article(id=f"day-{number}", language="uk", title="Зведення", body=body, published="2026-02-01")
            index_articles([article], tmp_path, link=True)
        assert pairs(read(tmp_path)) == set()
        with search.open(tmp_path) as archive:
            assert len(archive.near_duplicates("day-0")) == 2

    def test_another_report_of_the_same_event_is_another_story(self, tmp_path):
        report = (
            "Через шторм у порту стоять два термінали. Остап Гринько каже, що судна на рейді, а вантажі везуть поїздом."
        )
        index_articles(
            [
                Article(id="one", language="uk", title="Шторм", body=self.BODY),
                Article(
                    id="two", language="uk", title="Шторм у порту", body=f"{report} {report[:60]} Далі буде видно."
                ),
            ],
            tmp_path,
            link=True,
        )
        assert pairs(read(tmp_path)) == set()


class TestKeeping:
    def test_a_repair_and_a_rebuilding_keep_why(self, some, tmp_path, monkeypatch):
        path = tmp_path / "index"
        index_articles(some, path, link=True)
        before = {id_: search.story_of(path, id_).as_dict() for ids in groups(path).values() for id_ in ids}
        segment = max(path.glob("*.segment"), key=lambda file: file.stat().st_size)
        content = bytearray(segment.read_bytes())
        content[len(content) // 3] ^= 0xFF  # somewhere in the lists made of the articles
        segment.write_bytes(content)
        search.repair(path)
        assert {id_: search.story_of(path, id_).as_dict() for id_ in before} == before
        for module in ("indexer.rebuild", "indexer.write", "search.archive.view"):
            monkeypatch.setattr(f"{module}.analysis_version", lambda: "another")
        assert indexer.reindex(path) == len(some)
        assert {id_: search.story_of(path, id_).as_dict() for id_ in before} == before

    def test_what_was_interrupted_before_it_was_linked_comes_again(self, some, tmp_path, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr("search.archive.linking.Linker.moved", interrupt)
            with pytest.raises(KeyboardInterrupt):
                index_articles(some, tmp_path, link=True)
        index_articles(some, tmp_path, link=True)
        assert {len(ids) for ids in groups(tmp_path).values()} == {3}


def interrupt(*_: object) -> None:
    """Stand in for a person who presses Ctrl-C."""
    raise KeyboardInterrupt


class TestCommand:
    def test_it_links_unless_told_not_to(self, visti, some, tmp_path):
        lines = tmp_path / "articles.jsonl"
        records = [{k: v for k, v in search.article_to_record(each).items() if k != "story"} for each in some]
        lines.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
        result = visti("index", lines, "--index", tmp_path / "index")
        assert f"{2 * len(STORIES)} put into a story by content" in result.stdout
        assert sorted(map(len, groups(tmp_path / "index").values())) == [3] * len(STORIES)
        visti("index", lines, "--index", tmp_path / "apart", "--no-link")
        assert len(groups(tmp_path / "apart")) == len(some)
        shown = visti("story", "show", some[0].id, "--index", tmp_path / "index").stdout
        assert shown.count("linked to") == 2 and "score" in shown

    def test_an_archive_that_was_there_before_is_linked_at_once(self, visti, some, tmp_path):
        index_articles(some, tmp_path)
        result = visti("story", "link", "--index", tmp_path)
        assert (result.exit_code, result.stdout) == (0, "10 articles put into a story by content.\n")
        assert sorted(map(len, groups(tmp_path).values())) == [3] * len(STORIES)
        assert json.loads(visti("story", "link", "--index", tmp_path, "--json").stdout) == {"linked": 0}
        assert index_articles(some, tmp_path).unchanged == len(some)
        assert visti("story", "link", "--index", tmp_path / "nowhere").exit_code == 1
