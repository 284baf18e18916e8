"""Whoosh's own matchers over our reader: a second opinion on the executor, and every question that Whoosh can ask."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import whoosh.query as q
from archives import ANALYSIS, IDS, LAYOUT, MOMENTS, RANKING, document, documents, ids_by_number, whoosh_leaves, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle, terms_of, text_of
from whoosh.matching import ReadTooFar
from whoosh.reading import ReaderClosed, TermNotFound
from whoosh.searching import Searcher
from whoosh.sorting import FieldFacet

from search.columnar.document import Layout, microseconds
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.whoosh_reader import WhooshReader
from search.columnar.whoosh_schema import schema_of
from search.columnar.writer import Writer


@pytest.fixture
def snapshot(tmp_path) -> Snapshot:
    """Return three documents in two segments; number 1 (``b``) is deleted."""
    first = document("a", "кит ки кит", keywords={"section": ("War",), "tag": ("x", "y")})
    moment = {"published": microseconds(MOMENTS[2])}
    write(tmp_path, [first, document("b", "bat")], [document("c", "ки", moments=moment, keywords={"tag": ("x",)})])
    with Writer(tmp_path, LAYOUT, ANALYSIS) as writer:
        writer.delete("b")
        writer.commit()
    return open_snapshot(tmp_path)


@pytest.fixture
def reader(snapshot) -> WhooshReader:
    return WhooshReader(snapshot, record=lambda stored: {"stored": stored.decode()})


def ids_found(reader: WhooshReader, tree) -> list[str]:
    """Return the ids of what Whoosh finds, every document in turn."""
    with Searcher(reader, closereader=False) as searcher:
        found = sorted(searcher.docs_for_query(tree))
        ids = [term.decode() for term in reader.lexicon("id")]
        numbers = {reader.postings("id", identifier).id(): identifier for identifier in ids}
        return sorted(numbers[number] for number in found)


def grown(inner):
    """Draw trees of the shapes that Whoosh answers rightly."""
    several = st.lists(inner, min_size=1, max_size=3)
    excluding = st.builds(lambda some, no: q.And([*some, q.Not(no)]), several, inner)
    return several.map(q.And) | several.map(q.Or) | excluding | st.builds(q.ConstantScoreQuery, inner)


class TestSecondOpinion:
    """Whoosh answers these shapes rightly; it does not AndNot, Require, a Not alone, nor DisjunctionMax."""

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        batches=st.lists(st.lists(documents(), max_size=5), max_size=3),
        trees=st.lists(st.recursive(whoosh_leaves(), grown, max_leaves=6), min_size=8, max_size=8),
    )
    def test_whoosh_and_the_executor_find_the_same_documents(self, batches, trees):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), *batches)
            snapshot = open_snapshot(Path(folder))
        ids, reader = ids_by_number(snapshot), WhooshReader(snapshot)
        for tree in trees:
            ours = sorted(ids[number] for number in Executor(snapshot, RANKING).matches(tree).documents)
            assert ids_found(reader, tree) == ours, tree

    @settings(max_examples=40, deadline=None)
    @given(
        batch=st.lists(documents(), max_size=8, unique_by=lambda each: each.id), hidden=st.sets(st.sampled_from(IDS))
    )
    def test_nothing_tells_of_what_may_not_be_seen(self, batch, hidden):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), batch)
            snapshot = open_snapshot(Path(folder))
        visible = np.array([identifier not in hidden for identifier in ids_by_number(snapshot)], dtype=bool)
        reader = WhooshReader(snapshot, visible=visible, record=lambda stored: {"stored": stored})
        seen = [each for each in batch if each.id not in hidden]
        assert [fields["stored"] for _, fields in reader.iter_docs()] == [each.stored for each in seen]
        assert reader.doc_count() == reader.doc_count_all() == len(seen)
        assert list(reader.lexicon("id")) == sorted(each.id.encode() for each in seen)
        for name in LAYOUT.text:
            terms = [terms_of(text_of(each, name)) for each in seen]
            assert list(reader.lexicon(name)) == sorted({term.encode() for many in terms for term in many})
            assert reader.field_length(name) == sum(len(text_of(each, name)) for each in seen)
        for name in LAYOUT.keywords:
            values = {value.encode() for each in seen for value in each.keywords.get(name, ())}
            assert list(reader.lexicon(name)) == sorted(values)
        everything = {each.id for each in seen}
        assert set(ids_found(reader, q.Every())) == set(ids_found(reader, q.Not(q.NullQuery))) == everything
        without = q.Not(q.Term("body", "a"))
        assert (
            set(ids_found(reader, without)) == Oracle({each.id: each for each in seen}, RANKING).scores(without).keys()
        )


class TestReader:
    def test_counts_only_what_is_there(self, reader):
        assert (reader.doc_count(), reader.doc_count_all(), reader.has_deletions()) == (2, 2, False)
        assert list(reader.all_doc_ids()) == [0, 1] and not reader.is_deleted(1)
        assert [fields["stored"] for fields in reader.all_stored_fields()] == ["a: кит ки кит", "c: ки"]

    def test_terms(self, reader):
        assert list(reader.lexicon("body")) == ["ки".encode(), "кит".encode()]
        assert list(reader.expand_prefix("body", "кит")) == ["кит".encode()]
        assert list(reader.terms_from("section", "A")) == [("section", b"War")]
        assert [term for term in reader.all_terms() if term[0] == "tag"] == [("tag", b"x"), ("tag", b"y")]
        assert [term for term, _ in reader if term[0] == "id"] == [("id", b"a"), ("id", b"c")]
        assert reader.indexed_field_names() == ["body", "id", "published", "section", "tag", "title"]
        assert list(reader.field_terms("published")) == [MOMENTS[2].replace(tzinfo=None)]

    def test_membership(self, reader):
        assert ("body", "кит") in reader and ("id", b"a") in reader
        for term in [
            ("body", "bat"),
            ("id", "b"),
            ("nowhere", "x"),
            ("body", b"\xff"),
            ("tag", "z"),
            ("published", b""),
        ]:
            assert term not in reader

    def test_figures_of_a_term(self, reader):
        info = reader.term_info("body", "ки")
        assert (info.weight(), info.doc_frequency(), info.max_weight()) == (2.0, 2, 1.0)
        assert (info.min_length(), info.max_length(), info.min_id(), info.max_id()) == (1, 3, 0, 1)
        assert reader.term_info("tag", "y").max_length() == 1
        assert (reader.frequency("body", "кит"), reader.doc_frequency("body", "кит")) == (2, 1)

    def test_unknown_term_has_no_frequency_and_no_figures(self, reader):
        assert reader.frequency("body", "bat") == reader.doc_frequency("body", "bat") == 0
        with pytest.raises(TermNotFound):
            reader.term_info("body", "bat")
        with pytest.raises(TermNotFound):
            reader.lexicon("nowhere")

    def test_lengths(self, reader):
        assert [reader.doc_field_length(number, "body") for number in (0, 1)] == [3, 1]
        assert [function("body") for function in (reader.min_field_length, reader.max_field_length)] == [1, 3]
        assert reader.min_field_length("title") == reader.max_field_length("title") == reader.field_length("tag") == 0
        assert reader.doc_field_length(0, "tag", 7) == 7

    def test_columns(self, reader):
        assert list(reader.column_reader("section")) == ["War", ""]
        assert list(reader.column_reader("published")) == [None, MOMENTS[2].replace(tzinfo=None)]
        assert not reader.has_column("tag") and not reader.has_column("body")  # several values, no values
        with pytest.raises(KeyError, match="tag"):
            reader.column_reader("tag")

    def test_no_vectors(self, reader):
        assert not reader.has_vector(0, "body")
        with pytest.raises(KeyError, match="vectors"):
            reader.vector(0, "body")

    def test_corrections_and_fuzzy_terms(self, reader):
        assert set(reader.corrector("body").suggest("кита")) == {"кит", "ки"}
        assert set(reader.terms_within("body", "ки", 1)) == {"ки", "кит"}
        assert set(reader.terms_within("body", "к", 1, prefix=5)) == {"ки"}

    def test_cursor(self, reader):
        cursor = reader.cursor("body")
        assert (cursor.text(), cursor.is_valid()) == ("ки", True)
        assert cursor.find("кит") == cursor.term() == "кит".encode() and cursor.term_info().weight() == 2.0
        assert (cursor.next(), cursor.text(), cursor.is_valid()) == (None, None, False)
        with pytest.raises(TermNotFound):
            cursor.term_info()

    def test_closed_reader_says_so(self, reader):
        reader.close()
        for ask in (lambda: reader.stored_fields(0), lambda: ("body", "кит") in reader):
            with pytest.raises(ReaderClosed):
                ask()

    def test_schema_names_whole_values_apart_from_words(self):
        layout = Layout(text=("author",), keywords=("author", "section"), moments=())
        assert sorted(schema_of(layout).names()) == ["author", "author_exact", "id", "section"]


class TestMatcher:
    def test_walks_through_postings(self, reader):
        matcher = reader.postings("body", "ки")
        assert (matcher.id(), matcher.weight(), matcher.score(), matcher.value_as("positions")) == (0, 1.0, 1.0, [1])
        other = matcher.copy()
        matcher.next()
        assert (matcher.id(), matcher.value_as("positions"), other.id()) == (1, [0], 0)
        matcher.next()
        assert not matcher.is_active()
        with pytest.raises(ReadTooFar):
            matcher.next()
        matcher.reset()
        assert list(matcher.all_ids()) == [0, 1] and matcher.is_active()

    def test_skips(self, reader):
        matcher = reader.postings("body", "ки")
        matcher.skip_to(1)
        assert matcher.id() == 1
        matcher.skip_to(0)
        assert matcher.id() == 1  # never back
        matcher.skip_to(2)
        assert not matcher.is_active()

    def test_values(self, reader):
        matcher = reader.postings("body", "кит")
        assert matcher.value_as("positions") == matcher.format.decode_positions(matcher.value()) == [0, 2]
        assert (matcher.value_as("frequency"), matcher.value_as("weight")) == (2, 2.0)
        assert matcher.value_as("position_boosts") == [(0, 1), (2, 1)]
        assert [span.start for span in matcher.spans()] == [0, 2]
        assert reader.postings("tag", "x").value_as("frequency") == 1
        assert not reader.postings("tag", "x").supports("positions")

    def test_all_postings(self, reader):
        assert ("section", b"War", 0, 1.0, b"") in list(reader.iter_postings())


class TestSearcher:
    def test_scores_are_those_of_whoosh(self, reader):
        with Searcher(reader, closereader=False) as searcher:
            hits = searcher.search(q.Term("body", "кит"))
        idf, tf, length, mean = np.log(2 / (1 + 1)) + 1, 2, 3, 4 / 2
        assert [hit.score for hit in hits] == [
            pytest.approx(idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / mean)))
        ]

    def test_sorts_by_a_moment_with_what_has_none_last(self, reader):
        with Searcher(reader, closereader=False) as searcher:
            for reverse in (False, True):
                facet = FieldFacet("published", reverse=reverse)
                assert [hit["stored"][0] for hit in searcher.search(q.Every(), sortedby=facet)] == ["c", "a"]

    def test_groups_by_single_and_by_several_values(self, reader):
        with Searcher(reader, closereader=False) as searcher:
            found = searcher.search(q.Every(), groupedby=["section", FieldFacet("tag", allow_overlap=True)])
        assert found.groups("section") == {"War": [0], "": [1]}
        assert found.groups("tag") == {"x": [0, 1], "y": [0]}

    def test_aware_moments_are_converted(self, reader):
        east = datetime.fromisoformat("2024-01-03T02:00:00+02:00")
        assert east.astimezone(UTC) == MOMENTS[2]
        assert ids_found(reader, q.Term("published", east)) == ["c"]
