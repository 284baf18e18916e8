"""The explanation of a score, worked out for one document, and the score that the executor gives are the same."""

import os
import tempfile
from math import log
from pathlib import Path

import pytest
import whoosh.query
from archives import RANKING, document, documents, ids_by_number, own_leaves, trees, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Oracle

from search.columnar import merge_policy
from search.columnar.execute import Executor
from search.columnar.explain import Explainer, Explanation
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.work import LOOK_UP, MAX_POSTINGS
from search.query import leaves

# More of them: VISTI_ORACLE_EXAMPLES=5000 pytest tests/search/columnar/test_columnar_explain.py
EXAMPLES = int(os.environ.get("VISTI_ORACLE_EXAMPLES", "60"))

CONSTANTS = (0.0, 2.0)  # what ``trees`` draws
FIRST = st.lists(documents(), min_size=4, max_size=8, unique_by=lambda each: each.id)
BATCHES = st.tuples(FIRST, st.lists(documents(), max_size=4))  # what the second replaces is deleted
# Common words besides all kinds of leaves, so that several parts of a tree match one document.
WORDS = st.builds(
    leaves.Word,
    st.just(("title", "body")),
    st.lists(
        st.builds(leaves.Form, st.sampled_from(("a", "ab", "ки", "b")), st.sampled_from((1.0, 0.4))), min_size=1
    ).map(tuple),
)
LEAVES = st.one_of(own_leaves(), WORDS, WORDS)
LIMITS = st.sampled_from((MAX_POSTINGS, MAX_POSTINGS, 4 * LOOK_UP, LOOK_UP + 2, 0))


def explained(snapshot: Snapshot, executor: Executor, tree) -> dict[int, Explanation]:
    """Return the explanations of all documents that have one."""
    explainer = Explainer(snapshot, RANKING, executor, tree)
    found = {number: explainer.explain(number) for number in range(snapshot.size)}
    return {number: explanation for number, explanation in found.items() if explanation is not None}


def check_arithmetic(explanation: Explanation) -> None:
    """Work out a value from what stands below it, as a reader would."""
    facts, values = explanation.facts, [part.value for part in explanation.parts]
    match explanation.kind:
        case "sum" | "most":
            expected = sum(values)
        case "best":
            expected = max(values)
        case "word" | "sequence" | "beginning":
            expected = facts["idf"] * max(values)
            n, having = facts["articles"], facts["having"]
            assert facts["idf"] == pytest.approx(log(1 + (n - having + 0.5) / (having + 0.5)))
        case "form":
            assert facts["pooled"] == pytest.approx(sum(values))
            pooled, k1 = facts["pooled"], facts["k1"]
            assert facts["saturated"] == pytest.approx(pooled * (k1 + 1) / (k1 + pooled))
            expected = facts["weight"] * facts["saturated"]
        case "field":
            expected = facts["frequency"] * facts["factor"]
            relative = facts["length"] / facts["mean_length"]
            assert facts["factor"] == pytest.approx(facts["weight"] / (1 - facts["b"] + facts["b"] * relative))
        case "boost":
            expected = facts["factor"] * values[0]
        case "constant":
            assert not values and explanation.value in CONSTANTS
            return
        case "filter":
            assert not values
            expected = 0.0
    assert explanation.value == pytest.approx(expected, rel=1e-12)
    for part in explanation.parts:
        check_arithmetic(part)


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(batches=BATCHES, asked=st.lists(trees(LEAVES), min_size=4, max_size=8), limit=LIMITS)
def test_explanation_agrees_with_executor_and_oracle(batches, asked, limit):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(merge_policy, "MERGE_FACTOR", 100)  # merging drops deletions
        write(Path(folder), *batches)
        snapshot, ids = open_snapshot(Path(folder)), ids_by_number(open_snapshot(Path(folder)))
        oracle = Oracle({each.id: each for batch in batches for each in batch}, RANKING)
        for tree in asked:
            executor = Executor(snapshot, RANKING, limit)
            matches = executor.matches(tree)
            found = explained(snapshot, executor, tree)
            assert list(found) == matches.documents.tolist()
            values = [explanation.value for explanation in found.values()]
            assert values == pytest.approx(matches.scores.tolist(), rel=1e-9, abs=1e-12)
            if not executor.left_out:
                expected = oracle.scores(tree)
                assert {ids[number]: each.value for number, each in found.items()} == pytest.approx(expected, abs=1e-6)
            for explanation in found.values():
                check_arithmetic(explanation)


@pytest.fixture
def snapshot(tmp_path):
    """Return three documents; the first has «кит» twice in five words, the second has none of it."""
    title = {"title": [[("кит",)]], "body": [[("кит",), ("кит",), ("a",), ("b",), ("ab",)]]}
    write(tmp_path, [document("1", text=title), document("2", "a"), document("3", "a кит ки")])
    return open_snapshot(tmp_path)


def test_every_number_of_a_word(snapshot):
    word = leaves.Word(("title", "body"), (leaves.Form("кит", 0.5, "lemma"), leaves.Form("absent")))
    found = Explainer(snapshot, RANKING, Executor(snapshot, RANKING), word, {word: "Китів"}).explain(0)
    assert (found.kind, found.text) == ("word", "Китів")
    assert found.facts == {"idf": pytest.approx(log(1 + 1.5 / 2.5)), "articles": 3, "having": 2}
    (form,) = found.parts
    title, body = form.parts
    assert (title.text, title.facts["frequency"], title.facts["length"], title.facts["mean_length"]) == (
        "title",
        1,
        1,
        1,
    )
    assert (body.text, body.facts["frequency"], body.facts["length"], body.facts["mean_length"]) == ("body", 2, 5, 3)
    assert title.value == 3.0
    assert body.value == pytest.approx(2 / (0.25 + 0.75 * 5 / 3))
    pooled = 3 + 2 / 1.5
    assert form.facts["pooled"] == pytest.approx(pooled)
    assert (form.text, form.facts["by"], form.facts["weight"]) == ("кит", "lemma", 0.5)
    assert found.value == pytest.approx(log(1.6) * 0.5 * pooled * 2.2 / (1.2 + pooled))


def test_forms_stand_with_the_best_first(snapshot):
    word = leaves.Word(("body",), (leaves.Form("a", 0.4), leaves.Form("b", 1.0)))
    found = Explainer(snapshot, RANKING, Executor(snapshot, RANKING), word).explain(0)
    assert [form.text for form in found.parts] == ["b", "a"]


def test_worth_of_a_sequence_is_that_of_its_least_worthy_slot(snapshot):
    slots = (leaves.Form("a"), leaves.Form("кит", 0.4)), (leaves.Form("b", 0.7, "glossary"), leaves.Form("ab", 0.2))
    found = Explainer(snapshot, RANKING, Executor(snapshot, RANKING), leaves.Sequence(("body",), slots)).explain(0)
    assert (found.kind, found.text) == ("sequence", "a b")
    assert (found.parts[0].facts["weight"], found.parts[0].facts["by"]) == (0.7, "glossary")


def test_best_of_several_counts(snapshot):
    words = [leaves.Word(("body",), (leaves.Form(term, weight),)) for term, weight in (("b", 0.3), ("b", 1.0))]
    found = Explainer(snapshot, RANKING, Executor(snapshot, RANKING), whoosh.query.DisjunctionMax(words)).explain(0)
    assert found.kind == "best" and found.value == found.parts[0].value > found.parts[1].value


def test_what_is_not_required_adds_its_score(snapshot):
    required, optional = (leaves.Word(("body",), (leaves.Form(term),)) for term in ("a", "ки"))
    tree = whoosh.query.AndMaybe(required, optional)
    found = explained(snapshot, Executor(snapshot, RANKING), tree)
    assert {number: len(each.parts) for number, each in found.items()} == {0: 1, 1: 1, 2: 2}
    assert found[2].value == pytest.approx(Executor(snapshot, RANKING).matches(tree).scores[2])


def test_deleted_document_has_no_explanation_and_is_not_counted(tmp_path):
    write(tmp_path, [document(identifier, "a b") for identifier in "123"], [document("2", "b")])
    word = leaves.Word(("body",), (leaves.Form("a"),))
    found = explained(open_snapshot(tmp_path), Executor(open_snapshot(tmp_path), RANKING), word)
    assert list(found) == [0, 2]
    assert found[0].facts == {"idf": pytest.approx(log(1 + 1.5 / 2.5)), "articles": 3, "having": 2}


def test_what_most_of_the_words_tell(snapshot):
    words = [leaves.Word(("body",), (leaves.Form(term),)) for term in ("a", "ки")]
    most = leaves.Most(tuple(words), 0.2, whoosh.query.Every())
    found = explained(snapshot, Executor(snapshot, RANKING), most)
    everywhere, rare = log(1 + 0.5 / 3.5), log(1 + 2.5 / 1.5)
    assert list(found) == [2]
    assert found[2].facts["share"] == pytest.approx(1.0)
    loose = explained(snapshot, Executor(snapshot, RANKING), leaves.Most(tuple(words), 0.1, whoosh.query.Every()))
    assert list(loose) == [0, 1, 2]
    assert loose[0].facts["share"] == pytest.approx(everywhere / (everywhere + rare))
    assert loose[0].facts["parts"] == 2 and len(loose[0].parts) == 1


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (leaves.Keyword("tag", ("x", "y")), "tag: x, y"),
        (leaves.Identifier("1"), "id: 1"),
        (leaves.Identifier("1", group=True), "story: 1"),
        (whoosh.query.Every(), "everything"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_filter_is_named_and_adds_nothing(tmp_path, leaf, text):
    write(tmp_path, [document("1", "a", keywords={"tag": ("X",)})])
    found = explained(open_snapshot(tmp_path), Executor(open_snapshot(tmp_path), RANKING), leaf)
    assert found == {0: Explanation("filter", text, 0.0, {})}


KEPT, TOO_MUCH = (leaves.Word(("body",), (leaves.Form(term),)) for term in ("a", "кит"))


@pytest.mark.parametrize(
    "tree",
    [
        whoosh.query.And([KEPT, TOO_MUCH], boost=3.0),
        whoosh.query.And([KEPT, whoosh.query.Not(TOO_MUCH)]),
        whoosh.query.Or([KEPT, whoosh.query.And([TOO_MUCH])]),
        whoosh.query.DisjunctionMax([KEPT, TOO_MUCH]),
        whoosh.query.AndNot(KEPT, TOO_MUCH),
        whoosh.query.Or([KEPT, whoosh.query.AndNot(TOO_MUCH, KEPT)]),
        whoosh.query.AndMaybe(KEPT, TOO_MUCH),
        whoosh.query.And([KEPT, whoosh.query.AndMaybe(TOO_MUCH, whoosh.query.Every())]),
        whoosh.query.Require(KEPT, TOO_MUCH),
        whoosh.query.Or([KEPT, whoosh.query.Require(TOO_MUCH, KEPT)]),
        whoosh.query.Or([KEPT, whoosh.query.ConstantScoreQuery(TOO_MUCH, 2.0)]),
        leaves.Most((KEPT, TOO_MUCH), 0.5, whoosh.query.Every()),
        whoosh.query.And([KEPT, leaves.Most((TOO_MUCH,), 0.5, whoosh.query.Every())]),
        whoosh.query.And([KEPT, leaves.Most((KEPT,), 0.5, TOO_MUCH)]),
    ],
    ids=repr,
)
def test_leaf_that_is_left_out_is_not_explained(snapshot, tree):
    executor = Executor(snapshot, RANKING, LOOK_UP + 5)
    matches = executor.matches(tree)
    assert executor.left_out == [TOO_MUCH] and len(matches)
    found = explained(snapshot, executor, tree)
    assert list(found) == matches.documents.tolist()
    assert [each.value for each in found.values()] == pytest.approx(matches.scores.tolist())


def test_leaf_of_whoosh_is_not_explained(snapshot):
    tree = whoosh.query.Term("body", "a")
    with pytest.raises(TypeError, match="Term is not a query that is explained"):
        Explainer(snapshot, RANKING, Executor(snapshot, RANKING), tree).explain(0)
