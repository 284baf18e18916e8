"""A query that would read too much loses whole parts, is exact for the rest, and says what was left out."""

import pytest
import whoosh.query
from archives import RANKING, document, write

from search.columnar.execute import Executor
from search.columnar.snapshot import open_snapshot
from search.columnar.work import LOOK_UP, PASSING_OVER, TooMuchWork, Work
from search.query import leaves


def word(*terms: str) -> leaves.Word:
    return leaves.Word(("body",), tuple(leaves.Form(term) for term in terms))


RARE, OTHER = word("rare"), word("other")
BROAD = leaves.Beginning(("body",), "w")  # stands for 2,000 postings
MANY = 2_000
LIMIT = 1_900  # room for three words, each with a look at the dictionary, not for what is broad


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """Return 100 articles of 20 different words each; the first has a rare one too, the second another."""
    path = tmp_path_factory.mktemp("index")
    words = " ".join(f"w{number}" for number in range(20))
    rare = {0: " rare", 1: " other rare", 2: " other"}
    write(path, [document(f"{number:03d}", words + rare.get(number, "")) for number in range(100)])
    return open_snapshot(path)


@pytest.mark.parametrize(
    ("tree", "as_if"),
    [
        (whoosh.query.And([RARE, BROAD]), RARE),
        (whoosh.query.And([BROAD, whoosh.query.Not(RARE)]), whoosh.query.Not(RARE)),
        (whoosh.query.And([RARE, whoosh.query.Not(BROAD)]), RARE),
        (whoosh.query.And([RARE, whoosh.query.And([BROAD])]), RARE),
        (whoosh.query.Or([BROAD, RARE, OTHER]), whoosh.query.Or([RARE, OTHER])),
        (whoosh.query.DisjunctionMax([RARE, BROAD]), RARE),
        (whoosh.query.AndNot(RARE, BROAD), RARE),
        (whoosh.query.AndNot(BROAD, RARE), whoosh.query.Not(RARE)),
        (whoosh.query.AndMaybe(RARE, BROAD), RARE),
        (whoosh.query.AndMaybe(BROAD, RARE), RARE),
        (whoosh.query.Require(RARE, BROAD), RARE),
        (whoosh.query.Require(BROAD, RARE), whoosh.query.ConstantScoreQuery(RARE, 0.0)),
    ],
    ids=repr,
)
def test_part_that_is_too_much_is_left_out_as_if_it_had_not_been_typed(snapshot, tree, as_if):
    executor = Executor(snapshot, RANKING, LIMIT)
    found, expected = executor.matches(tree), Executor(snapshot, RANKING).matches(as_if)
    assert executor.left_out == [BROAD]
    assert found.documents.tolist() == expected.documents.tolist()
    assert found.scores.tolist() == pytest.approx(expected.scores.tolist())


@pytest.mark.parametrize(
    "tree",
    [
        BROAD,
        whoosh.query.Not(BROAD),
        whoosh.query.And([BROAD]),
        whoosh.query.Or([BROAD, whoosh.query.Not(BROAD)]),
        whoosh.query.ConstantScoreQuery(BROAD, 1.0),
    ],
    ids=repr,
)
def test_nothing_is_found_when_nothing_is_left(snapshot, tree):
    executor = Executor(snapshot, RANKING, LIMIT)
    assert len(executor.matches(tree)) == 0
    assert executor.left_out == [BROAD]


def test_nothing_is_left_out_within_the_limit(snapshot):
    executor = Executor(snapshot, RANKING, MANY)
    assert len(executor.matches(BROAD)) == 100
    assert executor.left_out == []


def test_each_query_has_the_whole_limit(snapshot):
    executor = Executor(snapshot, RANKING, LOOK_UP + 2)
    assert len(executor.matches(RARE)) == len(executor.matches(OTHER)) == 2
    both = Executor(snapshot, RANKING, LOOK_UP + 2)
    assert len(both.matches(whoosh.query.Or([RARE, OTHER, RARE]))) == 2
    assert both.left_out == [OTHER]


@pytest.mark.parametrize(
    ("leaf", "work"),
    [
        (whoosh.query.Prefix("body", "w"), MANY),
        (whoosh.query.Wildcard("body", "w*1"), PASSING_OVER * 64 + LOOK_UP * 2 + 200),
        (whoosh.query.Regex("body", "w.?1$"), PASSING_OVER * 64 + LOOK_UP * 2 + 200),
        (whoosh.query.FuzzyTerm("body", "w1", maxdist=1, prefixlength=1), None),
        (whoosh.query.TermRange("body", "w", "x"), PASSING_OVER * 64 + LOOK_UP * 20 + MANY),
        (whoosh.query.Phrase("body", ["w0", "w1"]), 400),
        (leaves.Sequence(("body",), ((leaves.Form("w0"),), (leaves.Form("w1"),))), LOOK_UP * 2 + 400),
        (whoosh.query.Wildcard("id", "0?0"), PASSING_OVER * 128 + LOOK_UP * 10),
    ],
    ids=repr,
)
def test_every_kind_of_leaf_is_limited(snapshot, leaf, work):
    whole = Executor(snapshot, RANKING).matches(leaf)
    assert len(whole)
    if work is not None:
        enough = Executor(snapshot, RANKING, work)
        assert enough.matches(leaf).documents.tolist() == whole.documents.tolist() and not enough.left_out
    short = Executor(snapshot, RANKING, 100 if work is None else work - 1)
    assert len(short.matches(leaf)) == 0
    assert short.left_out == [leaf]


def test_positions_count_too(tmp_path):
    write(tmp_path, [document("a", "w0 w1 " * 500)])
    phrase = whoosh.query.Phrase("body", ["w0", "w1"])
    executor = Executor(open_snapshot(tmp_path), RANKING, 900)
    assert len(executor.matches(phrase)) == 0 and executor.left_out == [phrase]
    assert len(Executor(open_snapshot(tmp_path), RANKING, 1_002).matches(phrase)) == 1


def test_work_that_is_refused_costs_nothing():
    work = Work(10)
    with pytest.raises(TooMuchWork):
        work.spend(11)
    work.spend(10)
    with pytest.raises(TooMuchWork):
        work.spend(1)
