"""``visti learn``: what an archive teaches, who may teach it, and that a search never suffers from its file."""

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles, learn_translations
from indexer import learn as learning
from indexer.learn import LEAST_STORIES, gather, learned_pairs
from search.archive import dictionaries
from search.archive.dictionaries import LEARNED_NAME, dictionary_notices, read_learned
from search.columnar import commit
from search.columnar.verify import verify_index
from search.errors import CommitFailed, IndexMissing
from tests.indexer.trilingual import LANGUAGES, THINGS, archive, terms_of

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SECRET = [
    ("дракон", "дракон", "dragon"),
    ("гном", "гном", "gnome"),
    ("чаклун", "колдун", "wizard"),
    ("меч", "меч", "sword"),
]


def by_story(articles):
    stories = {}
    for article in articles:
        stories.setdefault(article.story, {})[article.language] = article
    return list(stories.values())


@pytest.fixture
def index(tmp_path):
    """Return an index of the archive in three languages."""
    index_articles(archive(), tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def learned(index):
    """Return the same index, with what it teaches beside it."""
    learn_translations(index)
    return index


@pytest.fixture(scope="module")
def translations():
    """Return what the archive in three languages teaches."""
    return dictionaries.Translations(learned_pairs(gather(by_story(archive()))))


class TestWhatIsLearned:
    @pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing[2])
    def test_first_translation_is_the_right_one(self, translations, thing):
        terms = terms_of(thing)
        for term in terms:
            best = {}
            for found in translations.of(term):
                best.setdefault(found.term[:2], found.term)
            assert set(best.values()) == set(terms) - {term}

    def test_nothing_but_right_pairs(self, translations):
        right = {(one, other) for thing in THINGS for one in terms_of(thing) for other in terms_of(thing)}
        assert {(pair.term, pair.translation) for pair in translations} <= right

    def test_strength_and_support_are_within_bounds(self, translations):
        assert len(translations)
        assert all(0 < pair.strength <= 1 and pair.support >= LEAST_STORIES for pair in translations)

    def test_what_only_one_story_shows_is_not_learned(self):
        alone = archive(1, things=SECRET, first=100)
        terms = {term for thing in SECRET for term in terms_of(thing)}
        pairs = list(learned_pairs(gather(by_story([*archive(), *alone]))))
        assert pairs and not {pair.term for pair in pairs} & terms

    def test_a_story_in_one_language_teaches_nothing(self):
        assert not list(learned_pairs(gather([{"uk": article} for article in archive() if article.language == "uk"])))

    def test_of_two_versions_in_one_language_that_with_the_lower_id_teaches(self, tmp_path):
        """Whatever came first: the others would make the same archive teach different things."""
        later = [replace(article, id=f"{article.id}.later", body="Зовсім інше.") for article in archive()]
        files = []
        for number, articles in enumerate((archive(), [*later, *archive()], [*archive(), *later])):
            path = tmp_path / str(number)
            index_articles(articles, path)
            learn_translations(path)
            files.append(set(read_learned(path)))
        assert files[0] == files[1] == files[2]

    def test_no_stories_teach_nothing(self):
        assert not list(learned_pairs(gather([])))

    def test_full_memory_ends_the_reading_not_the_run(self, monkeypatch):
        everything = set(learned_pairs(gather(by_story(archive()))))
        monkeypatch.setattr(learning, "MAX_WORDS", 200)
        some = set(learned_pairs(gather(by_story(archive()))))
        assert len(some) > 0 and max(pair.support for pair in some) < max(pair.support for pair in everything)

    @settings(max_examples=5, deadline=None)
    @given(st.randoms(use_true_random=False))
    def test_order_of_articles_makes_no_difference(self, tmp_path_factory, chance):
        articles = archive(12)
        mixed = list(articles)
        chance.shuffle(mixed)
        contents = []
        for each in (articles, mixed):
            path = tmp_path_factory.mktemp("order") / "index"
            index_articles(each, path)
            learn_translations(path)
            contents.append((path / LEARNED_NAME).read_bytes())
        assert contents[0] == contents[1]

    def test_text_of_any_kind_is_read(self):
        odd = [
            "",
            "\n\n",
            "слово " * 3000,
            "a.b.c.d " * 200,
            "\U0001f600 ... !?",
        ]
        articles = [
            replace(article, title=f"Заголовок {number}", body=random.Random(number).choice(odd))
            for number, article in enumerate(archive(8))
        ]
        list(learned_pairs(gather(by_story(articles))))


class TestWhoTeaches:
    """A reader must not learn from a pair what stands in an article that readers may not see."""

    def learned_with(self, tmp_path, hidden, clock=lambda: NOW):
        path = tmp_path / "index"
        index_articles([*archive(), *hidden], path)
        learn_translations(path, clock=clock)
        return {(pair.term, pair.translation, pair.support) for pair in read_learned(path)}

    @pytest.mark.parametrize(
        "fields",
        [{"status": "withheld"}, {"status": "canceled"}, {"embargoed_until": NOW + timedelta(minutes=1)}],
        ids=["withheld", "canceled", "embargoed"],
    )
    def test_hidden_articles_teach_nothing(self, tmp_path, fields):
        hidden = archive(10, things=[*SECRET, *THINGS], first=100, **fields)
        without = self.learned_with(tmp_path / "without", [])
        assert self.learned_with(tmp_path / "with", hidden) == without

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_one_hidden_version_does_not_teach_through_the_others(self, tmp_path, language):
        versions = archive(10, things=SECRET, first=100)
        hidden = [replace(a, status="withheld") if a.language == language else a for a in versions]
        learned = self.learned_with(tmp_path, hidden)
        secret = {terms_of(thing)[LANGUAGES.index(language)] for thing in SECRET}
        assert not {term for pair in learned for term in pair[:2]} & secret
        assert {term for pair in learned for term in pair[:2]} & {t for thing in SECRET for t in terms_of(thing)}

    def test_embargo_that_has_passed_hides_nothing(self, tmp_path):
        past = archive(10, things=SECRET, first=100, embargoed_until=NOW - timedelta(minutes=1))
        assert {pair[0] for pair in self.learned_with(tmp_path, past)} >= set(terms_of(SECRET[0]))


class TestFile:
    def test_says_what_it_is_of(self, learned):
        header, translations = dictionaries.decode_learned((learned / LEARNED_NAME).read_bytes())
        assert header.analysis == search.language.analysis_version()
        assert header.commit == commit.read_commit(learned).generation
        assert header.pairs == len(translations) > 0

    def test_learning_again_gives_the_same_file(self, learned):
        before = (learned / LEARNED_NAME).read_bytes()
        learn_translations(learned)
        assert (learned / LEARNED_NAME).read_bytes() == before

    def test_writer_keeps_it(self, learned):
        before = (learned / LEARNED_NAME).read_bytes()
        for number in range(3):
            index_articles(archive(2, first=200 + number), learned)
        assert (learned / LEARNED_NAME).read_bytes() == before
        assert verify_index(learned).problems == ()

    def test_repair_keeps_it(self, learned):
        (learned / "visti.json").write_text("{}", encoding="utf-8")
        before = (learned / LEARNED_NAME).read_bytes()
        search.repair(learned)
        assert (learned / LEARNED_NAME).read_bytes() == before

    def test_missing_index_is_named(self, tmp_path):
        with pytest.raises(IndexMissing):
            learn_translations(tmp_path / "none")
        assert not (tmp_path / "none").exists()

    @pytest.mark.parametrize("place", ["os.fsync", "pathlib.Path.replace"])
    def test_kill_while_writing_leaves_the_old_file(self, learned, place):
        before = (learned / LEARNED_NAME).read_bytes()
        index_articles(archive(5, first=300), learned)
        program = f"""
import os, pathlib, signal, sys
from indexer import learn
from search.archive import dictionaries
write = dictionaries.replace_file
def killed(*arguments):
    os.kill(os.getpid(), signal.SIGKILL)
def dying(path, name, content):
    {place} = killed
    write(path, name, content)
learn.replace_file = dying
learn.learn_translations(sys.argv[1])
"""
        ended = subprocess.run([sys.executable, "-c", program, learned], check=False, env=os.environ, timeout=60)
        assert ended.returncode == -signal.SIGKILL
        assert (learned / LEARNED_NAME).read_bytes() == before
        index_articles(archive(1, first=400), learned)  # what the killed one left is in nobody's way
        learn_translations(learned)
        assert (learned / LEARNED_NAME).read_bytes() != before
        assert [file.name for file in learned.glob("learned-*")] == [LEARNED_NAME]

    def test_full_disk_leaves_the_old_file(self, learned, monkeypatch):
        before = (learned / LEARNED_NAME).read_bytes()

        def full(descriptor):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("search.archive.dictionaries.os.fsync", full)
        with pytest.raises(CommitFailed, match="No space left"):
            learn_translations(learned)
        assert (learned / LEARNED_NAME).read_bytes() == before
        assert [file.name for file in learned.glob("learned-*")] == [LEARNED_NAME]


class TestCommand:
    def test_says_how_much_was_learned(self, visti, index):
        result = visti("learn", "--index", index)
        assert result.exit_code == 0, result.stderr
        assert "30 stories" in result.stdout and f"uk-en {len(THINGS)}" in result.stdout

    def test_json(self, visti, index):
        lesson = json.loads(visti("learn", "--json", "--index", index).stdout)
        assert lesson["stories"] == 30 and set(lesson["pairs"]) == {"uk-ru", "uk-en", "ru-en"}

    def test_two_versions_in_one_language_are_no_translation(self, visti, tmp_path):
        articles = [article for article in archive() if article.language == "uk"]
        again = [replace(article, id=f"{article.id}.again") for article in articles]
        index_articles([*articles, *again], tmp_path / "index")
        lesson = json.loads(visti("learn", "--json", "--index", tmp_path / "index").stdout)
        assert lesson["stories"] == 0 and not any(lesson["pairs"].values())

    def test_stories_in_one_language_are_no_error(self, visti, tmp_path):
        index_articles([article for article in archive() if article.language == "en"], tmp_path / "index")
        result = visti("learn", "--index", tmp_path / "index")
        assert result.exit_code == 0 and "nothing was learned" in result.stdout

    def test_interrupted_leaves_the_old_file(self, visti, learned, monkeypatch):
        before = (learned / LEARNED_NAME).read_bytes()

        def interrupted(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr(learning, "associate", interrupted)
        result = visti("learn", "--index", learned)
        assert result.exit_code == 1 and "run the same command again" in result.stderr
        assert (learned / LEARNED_NAME).read_bytes() == before

    def test_statistics_count_the_translations(self, visti, learned):
        rows = len(read_learned(learned))
        assert f"learned      translations {rows:,}" in visti("stats", "--index", learned).stdout
        assert json.loads(visti("stats", "--json", "--index", learned).stdout)["learned"]["rows"] == rows

    @pytest.mark.parametrize("command", ["verify", "stats", "repair"])
    def test_damaged_file_is_a_note_and_no_problem(self, visti, learned, command):
        (learned / LEARNED_NAME).write_bytes(b"rubbish")
        result = visti(command, "--index", learned)
        assert result.exit_code == 0
        assert f"visti learn --index {learned}" in result.stderr
        assert read_learned(learned) is None

    def test_pairs_of_another_analysis_are_not_used_after_a_reindex(self, visti, learned, monkeypatch):
        for module in ("search.archive.view", "search.archive.dictionaries", "indexer.rebuild", "indexer.write"):
            monkeypatch.setattr(f"{module}.analysis_version", lambda: "rules-of-tomorrow")
        result = visti("reindex", "--jobs", 1, "--index", learned)
        assert result.exit_code == 0, result.stderr
        assert "another analysis" in result.stderr and f"visti learn --index {learned}" in result.stderr
        assert read_learned(learned) is None
        assert dictionary_notices(learned)
