"""The archive through Whoosh's own API."""

from datetime import UTC, datetime

import pytest
import whoosh.query
from small_archive import ARTICLES, NOW, article
from whoosh.qparser import MultifieldParser, QueryParser
from whoosh.sorting import FieldFacet

import indexer
import search


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    path = tmp_path_factory.mktemp("whoosh")
    indexer.index_articles(ARTICLES, path)
    with search.open_whoosh(path, clock=lambda: NOW) as found:
        yield found


def found(searcher, query: str, field: str = "body") -> list[str]:
    """Return the ids that a query of Whoosh's language finds, sorted."""
    hits = searcher.search(QueryParser(field, searcher.schema).parse(query), limit=None)
    return sorted(hit["id"] for hit in hits)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("Києві", ["bridge.uk"]),
        ("Київ", []),  # a word is one form, as in Whoosh
        ("міст OR мост", ["bridge.ru", "bridge.uk", "undated.uk"]),
        ("kyiv NOT munitions", []),
        ("title:talks munition*", ["talks.en"]),
        ('"чотири роки"', ["bridge.uk"]),
        ('"роки чотири"', []),
        ('"міст будували"~3', ["bridge.uk"]),
        ("прес-служба", ["bridge.uk"]),
        ("м?ст", ["bridge.ru", "bridge.uk", "undated.uk"]),
        ("language:en", ["bridge.en", "talks.en"]),
        ("section:politics AND language:uk", ["talks.uk", "undated.uk"]),
        ("author:гриценко", ["bridge.ru", "bridge.uk"]),
        ("author_exact:'Олена Гриценко'", ["bridge.uk"]),
        ("published:[20240101 TO 20241231]", ["bridge.en", "bridge.ru", "bridge.uk"]),
        ("published:202301", ["talks.en", "talks.uk"]),  # both before midnight in UTC
        ("id:undated.uk", ["undated.uk"]),
    ],
)
def test_parser_of_whoosh(searcher, query, ids):
    assert found(searcher, query) == ids


def test_lemma_is_a_term_like_another(searcher):
    hits = searcher.search(whoosh.query.Term("body", "uk:київ"))
    assert [hit["id"] for hit in hits] == ["bridge.uk"]


def test_several_fields(searcher):
    query = MultifieldParser(["title", "body"], searcher.schema).parse("kyiv bridge")
    assert [hit["id"] for hit in searcher.search(query)] == ["bridge.en"]


def test_hit_has_the_fields_of_the_exchange_format(searcher):
    hit = searcher.search(whoosh.query.Term("id", "bridge.uk"))[0]
    assert hit.fields() == search.article_to_record(search.Article(**ARTICLES_BY_ID["bridge.uk"]))
    assert searcher.document(id="talks.en")["title"] == "Talks on bridges continue"


ARTICLES_BY_ID = {each.id: search.article_to_record(each) for each in ARTICLES}


def test_highlights(searcher):
    hit = searcher.search(QueryParser("body", searcher.schema).parse("чотири"))[0]
    assert '<b class="match term0">чотири</b>' in hit.highlights("body")


def test_newest_first_and_counts_by_section(searcher):
    newest = FieldFacet("published", reverse=True)
    hits = searcher.search(whoosh.query.Every(), sortedby=newest, groupedby="section", limit=None)
    assert [hits[0]["id"], hits[1]["id"], hits[-1]["id"]] == ["bridge.en", "bridge.ru", "undated.uk"]
    assert {name: len(numbers) for name, numbers in hits.groups("section").items()} == {"society": 3, "politics": 3}


class TestVisibility:
    HIDDEN = (
        article("open.en", body="plain"),
        article("withheld.en", body="secret", status="withheld", section="secret"),
        article("canceled.en", body="secret", status="canceled"),
        article("embargoed.en", body="secret", embargoed_until="2026-06-02"),
    )

    @pytest.fixture
    def path(self, build):
        return build(self.HIDDEN)

    def test_readers_see_no_trace_of_hidden_articles(self, path):
        with search.open_whoosh(path, clock=lambda: NOW) as searcher:
            assert found(searcher, "*") == found(searcher, "NOT nothing") == ["open.en"]
            assert found(searcher, "secret") == found(searcher, "id:withheld.en") == []
            assert searcher.doc_count_all() == 1 and searcher.document(id="withheld.en") is None
            assert list(searcher.lexicon("body")) == [b"en:plain", b"plain"] and list(searcher.lexicon("section")) == []

    def test_newsroom_sees_all(self, path):
        with search.open_whoosh(path, audience="newsroom", clock=lambda: NOW) as searcher:
            assert len(found(searcher, "secret")) == 3

    def test_refreshing_sees_a_new_commit_and_a_passed_embargo(self, path):
        times = iter((NOW, datetime(2026, 6, 3, tzinfo=UTC)))
        searcher = search.open_whoosh(path, clock=lambda: next(times))
        assert searcher.up_to_date() and searcher.refresh() is searcher
        indexer.index_articles([*self.HIDDEN, article("new.en", body="plain")], path)
        assert not searcher.up_to_date()
        with searcher.refresh() as fresh:
            assert found(fresh, "*") == ["embargoed.en", "new.en", "open.en"]


def test_missing_index_is_named(tmp_path):
    with pytest.raises(search.IndexMissing):
        search.open_whoosh(tmp_path / "none")
