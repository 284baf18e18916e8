"""The dictionaries beside an index: what is written is read, damage is as good as none, and news are noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.archive.dictionaries import (
    LEARNED_NAME,
    OWN_NAME,
    Entry,
    Pair,
    Translation,
    Translations,
    decode_learned,
    decode_own,
    dictionary_notices,
    encode_learned,
    encode_own,
    open_dictionaries,
    own_terms,
    read_learned,
    read_own,
    replace_file,
)
from search.language import analysis_version

terms = st.builds("{}:{}".format, st.sampled_from(["uk", "ru", "en"]), st.text("абвгabc-'", min_size=1, max_size=6))
strengths = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
pairs = st.lists(st.builds(Pair, terms, terms, strengths, st.integers(0, 10_000)), unique_by=lambda pair: pair[:2])

LEARNED = encode_learned(
    [
        Pair("uk:війна", "en:war", 0.9, 41),
        Pair("uk:війна", "ru:война", 0.95, 12),
        Pair("uk:військо", "en:armi", 0.4, 3),
    ],
    analysis_version(),
    7,
)
OWN = encode_own([Entry((("полк",), ("полк",), ("regiment", "force")))])


@pytest.fixture
def folder(tmp_path):
    """Return a folder with both dictionaries."""
    replace_file(tmp_path, LEARNED_NAME, LEARNED)
    replace_file(tmp_path, OWN_NAME, OWN)
    return tmp_path


@given(pairs)
def test_learned_pairs_come_back(learned):
    header, translations = decode_learned(encode_learned(learned, "rules-1", 5))
    assert (header.pairs, header.analysis, header.commit) == (len(learned), "rules-1", 5)
    assert set(translations) == set(learned)
    for pair in learned:
        expected = {Translation(*other[1:]) for other in learned if other.term == pair.term}
        assert set(translations.of(pair.term)) == expected


@given(pairs, st.randoms(use_true_random=False))
def test_sequence_of_pairs_makes_no_difference(learned, chance):
    mixed = list(learned)
    chance.shuffle(mixed)
    assert encode_learned(mixed, "a", 1) == encode_learned(learned, "a", 1)


def test_surest_comes_first(folder):
    assert [each.term for each in read_learned(folder).of("uk:війна")] == ["ru:война", "en:war"]


@pytest.mark.parametrize("term", ["uk:вій", "uk:війнa", "uk:війна\t", "війна", "", "\ud800", "en:war\n"])
def test_only_the_very_term_is_known(folder, term):
    assert read_learned(folder).of(term) == ()


@given(st.text())
def test_no_term_raises(term):
    assert Translations().of(term) == ()


@given(st.integers(0, len(LEARNED) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed(tmp_path_factory, place, change):
    folder = tmp_path_factory.mktemp("changed")
    content = bytearray(LEARNED)
    content[place] ^= change
    (folder / LEARNED_NAME).write_bytes(content)
    assert read_learned(folder) is None
    assert len(dictionary_notices(folder)) == 1


@given(st.integers(0, len(OWN) - 1), st.integers(1, 255))
def test_any_changed_byte_of_the_own_one_is_noticed(tmp_path_factory, place, change):
    folder = tmp_path_factory.mktemp("changed")
    content = bytearray(OWN)
    content[place] ^= change
    (folder / OWN_NAME).write_bytes(content)
    assert read_own(folder) is None
    assert len(dictionary_notices(folder)) == 1


@given(st.binary(max_size=200))
@pytest.mark.parametrize("name", [LEARNED_NAME, OWN_NAME])
def test_rubbish_is_as_good_as_none(tmp_path_factory, name, content):
    folder = tmp_path_factory.mktemp("rubbish")
    begun = b"# visti learned pairs " if name == LEARNED_NAME else b"# visti own dictionary "
    for rubbish in (content, begun + content + b"\n"):
        (folder / name).write_bytes(rubbish)
        opened = open_dictionaries(folder)
        assert opened.learned is opened.own is None


def test_cut_file_is_as_good_as_none(folder):
    for size in range(0, len(LEARNED), 7):
        (folder / LEARNED_NAME).write_bytes(LEARNED[:size])
        assert read_learned(folder) is None


def test_pairs_of_another_analysis_are_not_used(folder):
    (folder / LEARNED_NAME).write_bytes(encode_learned([Pair("uk:а", "en:b", 1.0, 2)], "rules-0", 1))
    assert read_learned(folder) is None
    assert "another analysis" in dictionary_notices(folder)[0]


def test_without_files_there_is_nothing_to_say(tmp_path):
    opened = open_dictionaries(tmp_path)
    assert opened.learned is opened.own is None
    assert dictionary_notices(tmp_path) == []
    assert open_dictionaries(tmp_path / "none").own is None


def test_same_files_are_not_read_again(folder):
    opened = open_dictionaries(folder)
    assert open_dictionaries(folder, opened) is opened


def test_new_file_is_read_and_the_other_kept(folder):
    before = open_dictionaries(folder)
    replace_file(folder, LEARNED_NAME, encode_learned([Pair("uk:мир", "en:peac", 0.7, 9)], analysis_version(), 8))
    after = open_dictionaries(folder, before)
    assert after.learned.of("uk:мир") and not after.learned.of("uk:війна")
    assert after.own is before.own
    (folder / LEARNED_NAME).unlink()
    assert open_dictionaries(folder, after).learned is None


def test_own_words_come_back():
    entries = [Entry((("полк",), (), ("regiment", "force"))), Entry((("а",), ("б",), ()))]
    assert decode_own(encode_own(entries)) == entries


def test_own_words_are_known_by_their_dictionary_form():
    assert own_terms("Києва", "uk") == ("uk:київ",)
    assert own_terms("прес-служба", "uk")
    assert own_terms("прес служба", "uk") == own_terms("", "uk") == own_terms("12", "uk") == ()
