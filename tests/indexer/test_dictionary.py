"""``visti dictionary``: the newsroom's own words, from a table to the index folder and back."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import IndexerError, add_words, dictionary, index_articles, listed_words, reindex, remove_words
from indexer.dictionary import read_table
from search.archive.dictionaries import OWN_NAME, Entry, read_own
from search.columnar.verify import verify_index
from search.errors import CommitFailed, IndexMissing, IndexUnavailable
from tests.indexer.trilingual import archive

CASES = json.loads((Path(__file__).parents[1] / "cases" / "dictionary" / "tables.json").read_text(encoding="utf-8"))
TABLE = "броня\tброня\tarmour, armor\nполк\tполк\tregiment\n".encode()


@pytest.fixture
def index(tmp_path):
    """Return a small index without a dictionary."""
    index_articles(archive(1), tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def filled(index):
    """Return the same index with two rows in its dictionary."""
    add_words(index, TABLE, "words.tsv")
    return index


def found(translations, term):
    return [each.term for each in translations.of(term)]


class TestTable:
    @pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
    def test_rows_and_errors(self, case):
        items = list(read_table(case["table"].encode(), "words.tsv"))
        errors = [item for item in items if isinstance(item, IndexerError)]
        assert [[list(cell) for cell in item.words] for item in items if isinstance(item, Entry)] == case["rows"]
        assert sorted({error.line for error in errors}) == case["errors"]
        assert all(str(error).startswith(f"words.tsv:{error.line}: ") for error in errors)

    @pytest.mark.parametrize("encoding", ["cp1251", "koi8-u", "utf-16"])
    def test_table_in_another_encoding_is_read(self, encoding):
        assert list(read_table("# Слова редакції\nполк\tполк\n".encode(encoding), "x")) == [
            Entry((("полк",), ("полк",), ()))
        ]

    def test_other_files_are_one_error(self):
        table = bytes(range(256)) * 20
        (error,) = read_table(table, "words.xls")
        assert isinstance(error, IndexerError) and "words.xls" in str(error)

    @given(st.text())
    def test_no_text_raises(self, text):
        for item in read_table(text.encode(errors="replace"), "x"):
            assert isinstance(item, Entry | IndexerError)


class TestWords:
    def test_every_language_leads_to_every_other(self, filled):
        translations = read_own(filled)
        assert found(translations, "uk:полк") == ["en:regiment", "ru:полк"]
        assert found(translations, "en:regiment") == ["ru:полк", "uk:полк"]
        assert set(found(translations, "ru:броня")) >= {"uk:броня"}
        assert {each.strength for each in translations.of("uk:броня")} == {1.0}

    def test_rows_that_are_there_are_passed_over(self, filled):
        before = (filled / OWN_NAME).read_bytes()
        change = add_words(filled, TABLE, "words.tsv")
        assert (change.added, change.rows) == (0, 2)
        assert (filled / OWN_NAME).read_bytes() == before

    def test_remove_takes_the_rows_that_have_a_word(self, filled):
        change = remove_words(filled, ["ARMOR"])
        assert (change.removed, change.rows) == (1, 1)
        assert listed_words(filled) == [Entry((("полк",), ("полк",), ("regiment",)))]

    def test_writer_keeps_it(self, filled):
        before = (filled / OWN_NAME).read_bytes()
        index_articles(archive(2, first=50), filled)
        assert (filled / OWN_NAME).read_bytes() == before
        assert verify_index(filled).problems == ()

    def test_reindex_keeps_it_as_it_is_words(self, filled, monkeypatch):
        for module in ("indexer.rebuild", "indexer.write", "search.archive.dictionaries"):
            monkeypatch.setattr(f"{module}.analysis_version", lambda: "rules-of-tomorrow")
        before = (filled / OWN_NAME).read_bytes()
        assert reindex(filled) == 3
        assert (filled / OWN_NAME).read_bytes() == before
        assert found(read_own(filled), "uk:полк")

    def test_full_disk_leaves_the_old_one(self, filled, monkeypatch):
        def full(descriptor):
            raise OSError(28, "No space left on device")

        before = (filled / OWN_NAME).read_bytes()
        monkeypatch.setattr("search.archive.dictionaries.os.fsync", full)
        with pytest.raises(CommitFailed, match="No space left"):
            add_words(filled, "танк\tтанк\n".encode(), "x")
        assert (filled / OWN_NAME).read_bytes() == before

    def test_damaged_one_is_not_written_over(self, filled):
        (filled / OWN_NAME).write_bytes(b"rubbish")
        with pytest.raises(IndexUnavailable, match="visti dictionary remove --all"):
            add_words(filled, TABLE, "words.tsv")
        assert (filled / OWN_NAME).read_bytes() == b"rubbish"

    def test_too_many_rows_are_left_out(self, index, monkeypatch):
        monkeypatch.setattr(dictionary, "MAX_ENTRIES", 1)
        change = add_words(index, TABLE, "words.tsv")
        assert (change.added, len(change.errors)) == (1, 1)

    def test_missing_index_is_named(self, tmp_path):
        with pytest.raises(IndexMissing):
            add_words(tmp_path / "none", TABLE, "words.tsv")


class TestCommand:
    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no endless file")
    def test_an_endless_file_is_no_table(self, visti, index):
        result = visti("dictionary", "add", "/dev/zero", "--index", index)
        assert result.exit_code == 1 and "larger than 16 MB" in result.stderr

    def test_add_list_remove(self, visti, index, tmp_path):
        file = tmp_path / "words.tsv"
        file.write_bytes(TABLE)
        assert "2 rows added" in visti("dictionary", "add", file, "--index", index).stdout
        listed = visti("dictionary", "list", "--index", index).stdout
        assert listed == "uk\tru\ten\n" + TABLE.decode()
        assert "1 removed" in visti("dictionary", "remove", "полк", "--index", index).stdout
        assert "is empty" in visti("dictionary", "remove", "--all", "--index", index).stdout
        assert read_own(index) is None

    def test_list_can_be_added_again(self, visti, filled):
        listed = visti("dictionary", "list", "--index", filled).stdout
        visti("dictionary", "remove", "--all", "--index", filled)
        visti("dictionary", "add", "-", "--index", filled, input=listed)
        assert visti("dictionary", "list", "--index", filled).stdout == listed

    def test_json(self, visti, filled):
        rows = json.loads(visti("dictionary", "list", "--json", "--index", filled).stdout)["rows"]
        assert rows[1] == {"uk": ["полк"], "ru": ["полк"], "en": ["regiment"]}
        change = json.loads(visti("dictionary", "add", "-", "--json", "--index", filled, input="танк\nкіт\tкот").stdout)
        assert change["added"] == 1 and change["errors"][0]["line"] == 1

    def test_errors_name_file_and_line_and_the_rest_goes_in(self, visti, index):
        result = visti("dictionary", "add", "-", "--index", index, input="танк\nполк\tполк\n")
        assert result.exit_code == 0
        assert "Left out: -:1: " in result.stderr and "1 row added" in result.stdout

    def test_nothing_to_take_is_a_problem(self, visti, index):
        assert visti("dictionary", "add", "-", "--index", index, input="танк\n").exit_code == 1

    @pytest.mark.parametrize(
        "arguments", [("add",), ("add", "a", "b"), ("list", "a"), ("remove",), ("remove", "--all", "a"), ("mend",)]
    )
    def test_wrong_usage(self, visti, index, arguments):
        assert visti("dictionary", *arguments, "--index", index).exit_code == 2

    def test_missing_file_is_named(self, visti, index):
        result = visti("dictionary", "add", "/nonexistent", "--index", index)
        assert result.exit_code == 1 and "/nonexistent" in result.stderr

    def test_statistics_count_the_rows(self, visti, filled):
        assert "own dictionary  rows 2" in visti("stats", "--index", filled).stdout

    def test_damaged_one_is_a_note(self, visti, filled):
        (filled / OWN_NAME).write_bytes(b"rubbish")
        result = visti("verify", "--index", filled)
        assert result.exit_code == 0 and "visti dictionary remove --all" in result.stderr
        assert visti("dictionary", "remove", "--all", "--index", filled).exit_code == 0
        assert visti("verify", "--index", filled).stderr == ""
