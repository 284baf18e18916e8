"""Columns, facets and groups of a snapshot that follows another are those of one that was opened anew."""

import tempfile
from collections import Counter
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from archives import (
    ANALYSIS,
    GROUPS,
    IDS,
    LAYOUT,
    MOMENTS,
    SECTIONS,
    document,
    documents,
    ids_by_number,
    keyword_counts,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from search.columnar import collect, columns, merge_policy, tally
from search.columnar.collect import Order, Selection, ordered, value_counts
from search.columnar.columns import ALONE, COMMON, DerivedPart, Values
from search.columnar.document import microseconds
from search.columnar.growing import grown
from search.columnar.segment import Segment
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.tally import counts_of_mask
from search.columnar.value_rows import ValueRows
from search.columnar.writer import Writer

TAGS = ("x", "y", "ї")


def first_letters(segment: Segment) -> DerivedPart:
    """Return a column of the first letter of each id, which no file has."""
    letters = [identifier[:1] for identifier in segment.ids]
    table = sorted(set(letters))
    ordinals = np.array([table.index(letter) for letter in letters], dtype=np.int64)
    return DerivedPart(table, np.arange(len(letters) + 1), ordinals)


def columns_of(snapshot: Snapshot) -> dict:
    return {name: snapshot.keywords(name) for name in LAYOUT.keywords} | {
        "letter": snapshot.column("letter", first_letters)
    }


def seen(snapshot: Snapshot, masks: list[np.ndarray]) -> dict:
    """Return all that columns tell about a snapshot, by values: numbers of values and groups are not the same."""
    ids = ids_by_number(snapshot)
    told: dict = {"ids": ids, "moments": snapshot.moments("published").tolist()}
    told["lengths"] = [snapshot.lengths(name).tolist() for name in LAYOUT.text]
    told["means"] = [snapshot.mean_length(name) for name in LAYOUT.text]
    told["members"] = [snapshot.members(number) for number in range(snapshot.size)]
    told["groups"] = [snapshot.documents_of_group(group) for group in (*GROUPS, *IDS, "\ud800")]
    for name, column in columns_of(snapshot).items():
        texts = column.values.texts()
        told[name] = [[texts[number] for number in column.of_document(n)] for n in range(snapshot.size)]
        told[name, "single"] = column.is_single
        wanted = column.numbers(["x", "ї", "Світ", "a", "nowhere"])
        told[name, "having"] = column.having(wanted).tolist(), column.having_any().tolist()
        told[name, "spelt"] = column.having(column.values.spelt(["СВІТ", "strasse", "Y"])).tolist()
        told[name, "counts"] = [keyword_counts(snapshot, column, np.flatnonzero(mask)) for mask in masks]
        told[name, "tally"] = [tally_of(snapshot, name, column, mask) for mask in masks]
    return told


def tally_of(snapshot: Snapshot, name: str, column, mask: np.ndarray) -> dict:
    counts, texts = counts_of_mask(snapshot, name, column, mask), column.values.texts()
    pairs = zip(texts, counts.documents.tolist(), counts.groups.tolist(), strict=False)
    return {text: (documents, groups) for text, documents, groups in pairs if documents}


def counted_by_hand(snapshot: Snapshot, name: str, mask: np.ndarray) -> dict:
    column, groups = columns_of(snapshot)[name], snapshot.groups.tolist()
    texts, found = column.values.texts(), {}
    for number in np.flatnonzero(mask).tolist():
        for value in column.of_document(number):
            found.setdefault(texts[value], []).append(groups[number])
    return {value: (len(having), len(set(having))) for value, having in found.items()}


STEPS = st.one_of(
    st.tuples(st.just("put"), documents()),
    st.tuples(st.just("put"), documents()),
    st.tuples(st.just("delete"), st.sampled_from(IDS)),
    st.tuples(st.just("commit"), st.none()),
    st.tuples(st.just("commit"), st.none()),
    st.tuples(st.just("refresh"), st.sets(st.sampled_from(("section", "tag", "groups", "moments", "all")))),
)


def ask(snapshot: Snapshot, names: set[str]) -> None:
    """Ask for some columns, so that a later snapshot finds some and others not."""
    for name in names & {"section", "tag"}:
        counts_of_mask(snapshot, name, snapshot.keywords(name), snapshot.alive)
    if "groups" in names:
        assert len(snapshot.groups) == snapshot.size
    if "moments" in names:
        assert len(snapshot.moments("published")) == snapshot.size
    if "all" in names:
        seen(snapshot, [snapshot.alive])


@settings(max_examples=150, deadline=None)
@given(
    batch=st.lists(documents(), max_size=8),
    steps=st.lists(STEPS, max_size=25),
    factor=st.sampled_from((2, 3, 100)),
    share=st.sampled_from((0.0, 0.5, 1.1)),
    many=st.sampled_from((0, 8)),
    chosen=st.integers(0, 2**32 - 1),
)
def test_snapshot_that_follows_others_tells_what_a_new_one_tells(batch, steps, factor, share, many, chosen):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(merge_policy, "MERGE_FACTOR", factor)
        patched.setattr(columns, "MIN_KEPT_SHARE", share)
        patched.setattr(tally, "_MANY", many)  # 0: always from the counts before
        path = Path(folder)
        write(path, batch)
        snapshots = [open_snapshot(path)]
        with Writer(path, LAYOUT, ANALYSIS) as writer:
            for what, value in [*steps, ("commit", None), ("refresh", set())]:
                if what == "put":
                    writer.put(value)
                elif what == "delete":
                    writer.delete(value)
                elif what == "commit":
                    writer.commit()
                else:
                    ask(snapshots[-1], value)
                    snapshots.append(open_snapshot(path, snapshots[-1]))
        for snapshot in (snapshots[-1], snapshots[len(snapshots) // 2]):
            some = np.random.default_rng(chosen).random(snapshot.size) < 0.6
            masks = [snapshot.alive, snapshot.alive & some, np.zeros(snapshot.size, dtype=bool)]
            anew = Snapshot(snapshot.commit, snapshot.segments, [~snapshot.alive] if snapshot.size else [])
            told = seen(snapshot, masks)
            assert told == seen(anew, masks)
            for name in columns_of(snapshot):
                by_hand = [counted_by_hand(snapshot, name, mask) for mask in masks]
                assert told[name, "counts"] == told[name, "tally"] == by_hand


@pytest.fixture(params=["followed", "anew"])
def story_index(request, tmp_path):
    """Return a snapshot of a story in two segments: a and b share a section, c another; b and c share a tag."""
    first = [
        document("a", group="g", keywords={"section": ("War",), "tag": ("x",)}),
        document("b", group="g", keywords={"section": ("War",), "tag": ("y", "x")}),
        document("alone", keywords={"section": ("War",)}),
    ]
    second = [document("c", group="g", keywords={"section": ("Світ",), "tag": ("y",)})]
    write(tmp_path, first)
    before = open_snapshot(tmp_path)
    seen(before, [before.alive])
    write(tmp_path, second)
    return open_snapshot(tmp_path, before if request.param == "followed" else None)


def test_story_counts_once_for_a_value_that_several_of_its_versions_have(story_index):
    sections = keyword_counts(story_index, story_index.keywords("section"), np.arange(4))
    tags = keyword_counts(story_index, story_index.keywords("tag"), np.arange(4))
    assert sections == {"War": (3, 2), "Світ": (1, 1)}
    assert tags == {"x": (2, 1), "y": (2, 1)}


def test_kinds_say_what_a_value_is_to_its_group(story_index):
    column = story_index.keywords("section")
    assert column.kinds.tolist() == [0, 0, ALONE | COMMON, ALONE]


def test_story_of_thousands_of_versions_counts_once(tmp_path):
    """Among them are several values, so that neither the document nor the story gives the count."""
    write(tmp_path, [document(f"{n}", group="g", keywords={"tag": (TAGS[n % 2], "ї")}) for n in range(3000)])
    snapshot = open_snapshot(tmp_path)
    counts = keyword_counts(snapshot, snapshot.keywords("tag"), np.arange(0, 3000, 3))
    assert counts == {"x": (500, 1), "y": (500, 1), "ї": (1000, 1)}
    assert snapshot.members(7) == list(range(3000))


def test_older_snapshot_stays_what_it_was_while_later_ones_follow(tmp_path):
    write(tmp_path, [document(str(n), keywords={"tag": ("x",)}, moments={"published": n}) for n in range(40)])
    first = open_snapshot(tmp_path)
    before = seen(first, [first.alive])
    followers = []
    for turn in range(3):  # the second and third find the room behind the first one taken
        write(tmp_path, [document(f"new {turn}", group="0", keywords={"tag": (f"t{turn}", "x")})])
        followers.append(open_snapshot(tmp_path, first))
        seen(followers[-1], [followers[-1].alive])
    assert seen(first, [first.alive]) == before
    for follower in followers:
        anew = Snapshot(follower.commit, follower.segments, [~follower.alive])
        assert seen(follower, [follower.alive]) == seen(anew, [follower.alive])


def test_kinds_are_taken_over_from_the_last_snapshot_that_was_asked_for_them(tmp_path, monkeypatch):
    write(tmp_path, [document(str(n), group="g", keywords={"tag": ("x",)}) for n in range(9)])
    first = open_snapshot(tmp_path)
    assert set(first.keywords("tag").kinds.tolist()) == {COMMON}
    write(tmp_path, [document("new", keywords={"tag": ("x",)})])
    second = open_snapshot(tmp_path, first)
    assert second.keywords("tag").count == 1
    write(tmp_path, [document("newer", group="new", keywords={"tag": ("y",)})])
    third = open_snapshot(tmp_path, second)
    monkeypatch.setattr(third.grouping, "members_of_all", lambda groups: np.array([9, 10]))  # all that is looked at
    assert third.keywords("tag").kinds.tolist() == [COMMON] * 9 + [ALONE] * 2


def test_values_that_do_not_follow_each_other_are_damage(tmp_path):
    write(tmp_path, [document("a"), document("b")])
    snapshot = open_snapshot(tmp_path)
    for starts, ordinals in (([0, 2, 1], [0]), ([0, 1, 2], [0])):
        part = DerivedPart([b"x"], np.array(starts, dtype=np.uint32), np.array(ordinals, dtype=np.uint32))
        with pytest.raises(IndexError, match="do not follow"):
            snapshot.column("damaged", lambda segment, part=part: part)


def test_unchanged_segments_are_neither_read_nor_copied_again(tmp_path):
    write(tmp_path, [document(str(n), keywords={"tag": ("x",)}, moments={"published": n}) for n in range(100)])
    first = open_snapshot(tmp_path)
    seen(first, [])
    write(tmp_path, [document("new", keywords={"tag": ("y",)})])
    second = open_snapshot(tmp_path, first)
    assert np.shares_memory(first.moments("published"), second.moments("published"))
    assert np.shares_memory(first.groups, second.groups)
    assert np.shares_memory(first.keywords("tag").ordinals, second.keywords("tag").ordinals)
    assert first.keywords("tag").values is second.keywords("tag").values


def test_numbers_of_values_that_went_away_are_not_kept_for_ever(tmp_path):
    write(tmp_path, [document("a", keywords={"tag": ("x",)})])
    first = open_snapshot(tmp_path)
    first.keywords("tag")
    write(tmp_path, [document("a", keywords={"tag": ("y",)})])
    assert open_snapshot(tmp_path, first).keywords("tag").values.texts() == ["y"]


def test_wider_numbers_follow_narrow_ones(tmp_path):
    write(tmp_path, [document(str(n), keywords={"tag": (f"t{n}",)}) for n in range(250)])
    first = open_snapshot(tmp_path)
    assert first.keywords("tag").ordinals.dtype == np.uint8
    write(tmp_path, [document(f"more {n}", keywords={"tag": (f"more {n}",)}) for n in range(10)])
    second = open_snapshot(tmp_path, first).keywords("tag")
    assert second.ordinals.dtype == np.uint16
    assert second.values.texts()[259] == "more 9" and second.having([259]).nonzero()[0].tolist() == [259]


class TestValues:
    def test_number_of_a_value_never_changes(self):
        values = Values()
        assert values.numbered([b"b", b"a"]).tolist() == [0, 1]
        assert values.numbered([b"c", b"a"]).tolist() == [2, 1]
        assert values.texts() == ["b", "a", "c"] and values.number("c") == 2 and values.number("\ud800") is None

    def test_ranks_are_alphabetical_and_put_case_second(self):
        values = Values()
        values.numbered("б B a".encode().split())
        assert values.ranks().tolist() == [2, 1, 0]
        values.numbered("А b".encode().split())  # а Cyrillic one
        assert [values.texts()[n] for n in np.argsort(values.ranks())] == ["a", "B", "b", "А", "б"]

    def test_threads_number_alike(self):
        values, found = Values(), []

        def number(thread: int) -> None:
            for turn in range(200):
                table = [str((thread * 7 + turn + n) % 200).encode() for n in range(20)]
                found.extend(zip(values.numbered(table).tolist(), table, strict=True))

        threads = [Thread(target=number, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(set(found)) == list(enumerate(values.encoded(200)))


class TestGrowing:
    def test_one_of_two_that_follow_gets_the_room(self):
        dtype = np.dtype(np.int64)
        first = grown(None, 0, [np.arange(80)], dtype)
        one = grown(first, 80, [np.array([1])], dtype)
        other = grown(first, 80, [np.array([2])], dtype)
        assert np.shares_memory(first.array, one.array) and not np.shares_memory(first.array, other.array)
        assert one.array[-1] == 1 and other.array[-1] == 2 and len(first.array) == 80

    @pytest.mark.parametrize(("kept", "dtype"), [(79, np.int64), (80, np.int32)])
    def test_shorter_and_other_arrays_are_copied(self, kept, dtype):
        first = grown(None, 0, [np.arange(80)], np.dtype(np.int64))
        second = grown(first, kept, [np.array([7])], np.dtype(dtype))
        assert not np.shares_memory(first.array, second.array)
        assert second.array.tolist() == [*range(kept), 7] and second.array.dtype == dtype


@given(
    values=st.lists(st.lists(st.integers(0, 400), max_size=20), max_size=60),
    count=st.sampled_from((401, 70_000)),
    chosen=st.sets(st.integers(0, 59)),
)
def test_values_in_rows_are_counted_as_they_stand(values, count, chosen):
    starts = np.cumsum([0, *map(len, values)], dtype=np.uint32)
    ordinals = np.array([number for each in values for number in each], dtype=np.min_scalar_type(count - 1))
    documents = sorted(number for number in chosen if number < len(values))
    counts = ValueRows(starts, ordinals, count).counts(np.array(documents, dtype=np.int64))
    plain = Counter(number for document in documents for number in values[document])
    assert {number: counts[number] for number in np.flatnonzero(counts).tolist()} == plain
    assert len(counts) == count


@pytest.mark.parametrize("count", [255, 256, 257])  # where the number that no value has needs another type
def test_no_value_is_taken_for_the_end_of_a_row(count):
    ordinals = np.array([count - 1, 0, count - 1], dtype=np.min_scalar_type(count - 1))
    counts = ValueRows(np.array([0, 2, 3], dtype=np.uint32), ordinals, count).counts(np.array([0, 1]))
    assert (counts[0], counts[count - 1], counts.sum()) == (1, 2, 3)


@given(groups=st.lists(st.integers(0, 5), min_size=1, max_size=30), chosen=st.sets(st.integers(0, 29)))
def test_each_group_has_one_first_wherever_its_documents_stand(groups, chosen):
    with tempfile.TemporaryDirectory() as folder:
        batch = [document(f"{number:02d}", group=f"g{group}") for number, group in enumerate(groups)]
        write(Path(folder), batch[:10], *([batch[10:]] if batch[10:] else []))
        snapshot = open_snapshot(Path(folder))
    documents = np.array(sorted(number for number in chosen if number < len(groups)), dtype=np.int64)
    found = Selection(snapshot.grouping, documents)
    different = sorted({groups[number] for number in documents.tolist()})
    assert sorted(groups[number] for number in found.firsts.tolist()) == different
    assert found.count() == (len(documents), len(different))


@given(
    pairs=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=200),
    bits=st.sampled_from((0, 20, 62)),
)
def test_distinct_keys_are_those_of_a_set(pairs, bits):
    keys = np.array([(group << 32) + value + (group % 2 << bits) for group, value in pairs], dtype=np.int64)
    assert sorted(collect._distinct(keys).tolist()) == sorted(set(keys.tolist()))


def test_distinct_keys_that_want_the_same_slot(monkeypatch):
    monkeypatch.setattr(collect, "_SPREAD", np.uint64(0))
    assert sorted(collect._distinct(np.array([5, 3, 5, 4, 3])).tolist()) == [3, 4, 5]


@given(
    keys=st.lists(st.integers(-3, 60), min_size=1, max_size=300),
    number=st.integers(1, 40),
    sample=st.sampled_from((1, 10, 50)),
)
def test_best_keys_come_with_all_that_equal_the_last(keys, number, sample):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collect, "_SAMPLE", sample)
        patched.setattr(collect, "_SPARE_SAMPLED", 2)
        best = collect._best(np.array(keys), number)
    least = sorted(keys)[-number:][0]
    assert best.tolist() == [place for place, key in enumerate(keys) if key >= least]


def test_first_of_each_group_is_one_of_the_selection(tmp_path):
    write(tmp_path, [document(str(n), group=f"g{n % 3}") for n in range(9)])
    snapshot = open_snapshot(tmp_path)
    found = Selection(snapshot.grouping, np.array([1, 3, 4, 6]))
    assert sorted(snapshot.groups[found.firsts].tolist()) == sorted(set(snapshot.groups[[1, 3]].tolist()))
    assert found.is_first.sum() == 2 and set(found.firsts.tolist()) <= {1, 3, 4, 6}


@pytest.mark.parametrize("moment", [None, *MOMENTS])
def test_no_documents_have_no_values(tmp_path, moment):
    write(tmp_path, [document("a", keywords={"section": SECTIONS[:1]}, moments={"published": microseconds(moment)})])
    snapshot = open_snapshot(tmp_path)
    counts = value_counts(snapshot.keywords("section"), Selection(snapshot.grouping, np.empty(0, dtype=np.int64)))
    assert counts.documents.tolist() == counts.groups.tolist() == [0]
    order = Order(np.empty(0), ())
    assert ordered(snapshot, np.empty(0, dtype=np.int64), order, 3, grouped=True).tolist() == []
