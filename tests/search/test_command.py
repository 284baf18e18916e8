"""The subcommands that only read: what they print, where, and with which exit status."""

import json
import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import search

# The contract of docs/architecture.md: scripts rely on these names. More may come, none may go.
PAGE_KEYS = {"query", "total", "stories", "hits", "facets", "interpretation", "suggestion", "relaxations"}
HIT_KEYS = {"id", "story", "language", "title", "url", "published", "section", "score", "snippet", "versions"}
HIT_EXTRA_KEYS = {"matched"}
PRIOR_KEYS = {"authors", "source", "relation", "nearest", "why"}
VERSION_KEYS = {"id", "language", "title", "url", "published"}
FACETS = {"language", "section", "source", "author", "tag", "month"}
STATISTICS_KEYS = {"articles", "stories", "languages", "sections", "sources"}

ARTICLE = "sample-energy-01.uk"


def found(result):
    """Return the JSON object that a search printed, which stands alone on standard output."""
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1, "one object on one line"
    return json.loads(result.stdout)


class TestSearch:
    def test_prints_counts_then_results_with_their_ids(self, visti, sample_index):
        result = visti("search", "греблі Каховської", "--index", sample_index)
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0].endswith("version") or result.stdout.splitlines()[0].endswith("versions")
        assert ARTICLE in result.stdout
        assert result.stderr == ""

    def test_json_is_the_object_of_the_contract(self, visti, sample_index):
        page = found(visti("search", "Каховської", "--json", "--index", sample_index))
        assert set(page) == PAGE_KEYS
        assert set(page["facets"]) == FACETS
        for hit in page["hits"]:
            assert set(hit) == HIT_KEYS | HIT_EXTRA_KEYS
            assert hit["versions"] and all(set(version) == VERSION_KEYS for version in hit["versions"])

    def test_json_is_the_object_of_the_library(self, visti, sample_index, sample_archive):
        by_command = found(visti("search", "гребля", "--json", "--sort", "newest", "--index", sample_index))
        by_library = json.loads(json.dumps(sample_archive.search("гребля", sort="newest").as_dict()))
        for page in (by_command, by_library):
            for hit in page["hits"]:
                del hit["score"]  # freshness depends on the clock
        assert by_command == by_library

    def test_every_form_of_a_name_finds_the_others(self, visti, sample_index):
        totals = {
            form: found(visti("search", form, "--json", "--language", "uk", "--index", sample_index))["total"]
            for form in ("Херсон", "Херсона", "Херсону")
        }
        assert len(set(totals.values())) == 1 and min(totals.values()) > 0, totals

    def test_several_words_need_no_quotes(self, visti, sample_index):
        apart = visti("search", "Каховська", "гребля", "--json", "--index", sample_index)
        together = visti("search", "Каховська гребля", "--json", "--index", sample_index)
        assert found(apart)["query"] == found(together)["query"] == "Каховська гребля"

    def test_query_that_begins_with_a_minus_stands_after_two_of_them(self, visti, sample_index):
        without = found(visti("search", "--json", "--index", sample_index, "--", "-гребля"))
        everything = found(visti("search", "", "--json", "--index", sample_index))
        assert 0 < without["total"] < everything["total"]

    def test_empty_query_finds_everything(self, visti, sample_index, sample_archive):
        assert found(visti("search", "", "--json", "--index", sample_index))["total"] == sample_archive.count()

    def test_nothing_found_is_done_and_no_problem(self, visti, sample_index):
        result = visti("search", "нісенітницястовідсоткова", "--index", sample_index)
        assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "0 stories, 0 versions")

    @pytest.mark.parametrize("language", ["uk", "ua", "ru", "en"])
    def test_language_filter(self, visti, sample_index, language):
        page = found(visti("search", "", "--language", language, "--json", "--limit", "100", "--index", sample_index))
        assert page["hits"]
        assert {hit["language"] for hit in page["hits"]} == {"uk" if language == "ua" else language}

    def test_repeated_filter_takes_either_value(self, visti, sample_index):
        counts = [
            found(visti("search", "", *filters, "--json", "--index", sample_index))["total"]
            for filters in (
                ("--section", "energy"),
                ("--section", "sport"),
                ("--section", "energy", "--section", "sport"),
            )
        ]
        assert counts[0] and counts[1] and counts[2] == counts[0] + counts[1]

    def test_filters_are_blamed_only_if_there_would_be_results_without_them(self, visti, sample_index):
        blame = "nothing fits all the filters"
        assert blame in visti("search", "гребля", "--source", "Nobody", "--index", sample_index).stderr
        assert blame not in visti("search", "рептилоїди", "--source", "Nobody", "--index", sample_index).stderr

    @pytest.mark.parametrize("facet", ["section", "source", "author", "tag"])
    def test_filter_gives_the_count_that_the_facet_promised(self, visti, sample_index, facet):
        promised = found(visti("search", "", "--json", "--index", sample_index))["facets"][facet][0]
        page = found(visti("search", "", f"--{facet}", promised["value"], "--json", "--index", sample_index))
        assert page["total"] == promised["count"]

    def test_dates_take_in_the_whole_of_the_period_that_is_named(self, visti, sample_index):
        page = found(
            visti("search", "", "--since", "2023-06", "--until", "2023-06", "--json", "--limit", "100",
                  "--index", sample_index)
        )  # fmt: skip
        assert page["hits"]
        assert [month["value"] for month in page["facets"]["month"] if month["selected"] or month["count"]]
        assert all("2023-05-31T21" <= hit["published"] < "2023-06-30T21" for hit in page["hits"])

    def test_sorting_by_date(self, visti, sample_index):
        dates = {
            order: [
                hit["published"]
                for hit in found(
                    visti("search", "", "--sort", order, "--group", "none", "--limit", "1000", "--json",
                          "--index", sample_index)
                )["hits"]
            ]
            for order in ("newest", "oldest")
        }  # fmt: skip
        assert dates["newest"] == sorted(dates["newest"], reverse=True)
        assert dates["oldest"] == sorted(dates["oldest"])

    def test_grouping_changes_what_a_result_is_and_no_count(self, visti, sample_index):
        stories = found(visti("search", "", "--limit", "1000", "--json", "--index", sample_index))
        versions = found(visti("search", "", "--limit", "1000", "--group", "none", "--json", "--index", sample_index))
        assert (stories["total"], stories["stories"]) == (versions["total"], versions["stories"])
        assert len(stories["hits"]) == stories["stories"]
        assert len(versions["hits"]) == versions["total"] > stories["stories"]

    def test_pages_make_up_the_whole(self, visti, sample_index):
        def ids(*options):
            page = found(visti("search", "", *options, "--json", "--index", sample_index))
            return [hit["id"] for hit in page["hits"]]

        whole = ids("--limit", "25")
        assert len(whole) == 25
        assert ids("--limit", "10") + ids("--limit", "10", "--offset", "10") + ids(
            "--limit", "5", "--offset", "20"
        ) == whole  # fmt: skip

    def test_explain_shows_how_each_word_was_read(self, visti, sample_index):
        plain = visti("search", "Херсоні", "--index", sample_index).stdout
        explained = visti("search", "Херсоні", "--explain", "--index", sample_index).stdout
        assert "Read as: Херсоні" in explained and "uk: херсон" in explained
        assert "Read as" not in plain

    def test_explain_works_out_the_score_of_each_result(self, visti, sample_index):
        lines = visti("search", "Херсоні", "--explain", "--index", sample_index).stdout.splitlines()
        places = [number for number, line in enumerate(lines) if " · sample-" in line]
        scores = [lines[place].rpartition(" · ")[2] for place in places]
        explained = [next(line for line in lines[place:] if " × freshness " in line) for place in places]
        assert places and [float(line.split()[0]) for line in explained] == pytest.approx(
            [float(s) for s in scores], abs=0.006
        )

    def test_explain_adds_an_object_to_each_hit_of_the_json(self, visti, sample_index):
        options = ("search", "Херсоні", "--since", "2022", "--json", "--index", sample_index)
        plain, explained = found(visti(*options)), found(visti(*options, "--explain"))
        assert plain["hits"]
        for hit, unexplained in zip(explained["hits"], plain["hits"], strict=True):
            explanation = hit.pop("explanation")
            assert explanation["value"] == pytest.approx(hit.pop("score"), abs=1e-6)
            assert explanation["parts"][0]["facts"].keys() >= {"term", "by", "weight"}
            del unexplained["score"]  # freshness depends on the clock
        assert explained == plain

    def test_misspelt_word_gets_a_suggestion(self, visti, sample_index):
        result = visti("search", "собопр", "--index", sample_index)
        assert "Did you mean: собор" in result.stdout

    def test_what_was_not_understood_is_noted_on_standard_error(self, visti, sample_index):
        result = visti("search", 'Херсон "незакрита', "--json", "--index", sample_index)
        assert result.exit_code == 0
        assert "Note: " in result.stderr and "Note" not in result.stdout.partition('"interpretation"')[0]
        assert found(result)["interpretation"]["notices"]

    def test_a_reading_is_switched_off_by_the_name_that_is_printed(self, visti, sample_index):
        def shown(*arguments):
            return visti("search", "гребля", "--group", "none", *arguments, "--index", sample_index).stdout

        line = next(line for line in shown().splitlines() if "[glossary:гребля]" in line)
        assert line.startswith("  гребля → ") and "dam" in line
        off = shown("--without", "across", "--without", "glossary:гребля")
        assert "[glossary:гребля] off" in off
        assert "glossary" not in shown("--no-bridges")
        totals = [
            found(visti("search", "гребля", "--json", *arguments, "--index", sample_index))["total"]
            for arguments in ((), ("--without", "glossary"), ("--no-bridges",))
        ]
        assert totals[0] > totals[1] >= totals[2] > 0

    def test_readings_and_looser_searches_are_lines(self, visti, sample_index, sample_archive, monkeypatch):
        page = sample_archive.search("мир")
        moments = datetime(2026, 11, 15, 22, tzinfo=UTC), datetime(2026, 11, 22, 22, tzinfo=UTC)
        read = replace(
            page.interpretation,
            words=(),
            corrections=(search.Correction("layout:ghbdtn", "layout", "ghbdtn", "привіт", False),),
            dates=(search.DateReading("dates:минулого тижня", "минулого тижня", *moments, True),),
        )
        looser = (search.Relaxation("filters", "", "мир", ("section",), 3, 1),)
        read_page = replace(page, hits=(), interpretation=read, relaxations=looser)
        monkeypatch.setattr(search.Archive, "search", lambda *_, **__: read_page)
        assert visti("search", "мир", "--index", sample_index).stdout.splitlines()[1:] == [
            "Finds more: мир (leaving out section): 1 story, 3 versions",
            "Also read as (--without NAME switches one off):",
            "  ghbdtn → привіт  [layout:ghbdtn] off",
            "  минулого тижня → 2026-11-16 to 2026-11-22  [dates:минулого тижня]",
        ]

    def test_filter_that_nothing_fits_is_noted(self, visti, sample_index):
        result = visti("search", "", "--section", "Енергетика-2", "--index", sample_index)
        assert result.exit_code == 0
        assert "visti stats" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "must_contain"),
        [
            ((), "QUERY"),
            (("x", "--language", "de"), "use uk (or ua), ru or en"),
            (("x", "--since", "вчорашній"), "2024-05-17"),
            (("x", "--until", "2024-13"), "2024-05-17"),
            (("x", "--sort", "best"), "'newest'"),
            (("x", "--group", "site"), "'story'"),
            (("x", "--limit", "-1"), "x>=0"),
            (("x", "--limit", "ten"), "ten"),
            (("x", "--offset", "-1"), "x>=0"),
            (("x", "--langauge", "uk"), "--language"),
        ],
    )
    def test_wrong_value_is_wrong_usage_and_says_what_is_right(self, visti, sample_index, arguments, must_contain):
        result = visti("search", "--index", sample_index, *arguments)
        assert result.exit_code == 2
        assert must_contain in result.stderr
        assert result.stdout == ""

    def test_letters_that_the_terminal_lacks_are_written_as_numbers(self, visti_program, sample_index):
        environment = os.environ | {"PYTHONIOENCODING": "latin-1", "VISTI_INDEX": str(sample_index)}
        result = subprocess.run([visti_program, "search", "Херсон"], env=environment, capture_output=True, check=False)
        assert result.returncode == 0, result.stderr
        assert b"\\u0425" in result.stdout


class TestRelated:
    def related(self, result):
        assert result.exit_code == 0, result.output
        return [hit["story"] for hit in json.loads(result.stdout)["hits"]]

    def test_takes_the_id_of_an_article_and_leaves_its_story_out(self, visti, sample_index):
        stories = self.related(visti("related", ARTICLE, "--json", "--index", sample_index))
        assert stories and "sample-energy-01" not in stories

    def test_takes_a_text_as_file_and_on_standard_input(self, visti, sample_index, sample_archive, tmp_path):
        text = sample_archive.get(ARTICLE).body
        draft = tmp_path / "чернетка.txt"
        draft.write_text(text, encoding="utf-8")
        of_file = self.related(visti("related", draft, "--json", "--index", sample_index))
        of_input = self.related(visti("related", "-", "--json", "--index", sample_index, input=text))
        assert of_file == of_input
        assert of_file[0] == "sample-energy-01", "the text is nearest to the article that it was taken from"

    def test_hits_have_the_keys_of_a_search(self, visti, sample_index):
        result = visti("related", ARTICLE, "--limit", "1", "--json", "--index", sample_index)
        hits = json.loads(result.stdout)["hits"]
        assert len(hits) == 1
        assert all(set(hit) == HIT_KEYS | HIT_EXTRA_KEYS | PRIOR_KEYS for hit in hits)

    def test_says_what_a_story_is_to_the_draft_and_which_sentences_are_new(self, visti, sample_index, sample_archive):
        text = sample_archive.get(ARTICLE).body + "\n\nУ Жашкові відкрили музей паперових зміїв і кав'ярню на даху."
        result = visti("related", "-", "--sentences", "--index", sample_index, input=text)
        assert "THE SAME TEXT" in result.stdout and "The same story, by date:" in result.stdout
        assert "  new       У Жашкові" in result.stdout and "  reported  " in result.stdout

    def test_takes_an_address_of_the_archive_and_fetches_no_other(self, visti, sample_index, sample_archive):
        article = next(hit.article for hit in sample_archive.search("", limit=50).hits if hit.article.url)
        by_address = visti("related", article.url + "#top", "--json", "--index", sample_index)
        assert json.loads(by_address.stdout) == json.loads(
            visti("related", article.id, "--json", "--index", sample_index).stdout
        )
        other = visti("related", "https://example.org/none", "--index", sample_index)
        assert other.exit_code == 1 and "no article of the archive has the address" in other.stderr

    def test_a_draft_in_another_language_is_noticed(self, visti, sample_index):
        draft = "Die Regierung hat in der Nacht beschlossen, das Kraftwerk bei Saporischschja wieder zu eröffnen."
        result = visti("related", "-", "--index", sample_index, input=draft)
        assert result.exit_code == 0 and "does not look Ukrainian, Russian or English" in result.stderr

    def test_text_without_kin_says_so(self, visti, sample_index):
        result = visti("related", "-", "--index", sample_index, input="abracadabra hocus pocus")
        assert (result.exit_code, result.stdout) == (0, "Nothing in the archive is near to it.\n")

    @pytest.mark.parametrize("source", ["no-such-thing", "", "a\0b", "a\udcff"])
    def test_nonsense_names_the_command_that_finds_an_id(self, visti, sample_index, source):
        result = visti("related", source, "--index", sample_index)
        assert result.exit_code == 1
        assert "neither the id of an article" in result.stderr and "visti search" in result.stderr
        assert result.stdout == ""

    @pytest.mark.parametrize("text", ["", " \n\t"])
    def test_no_text_is_a_problem(self, visti, sample_index, text):
        result = visti("related", "-", "--index", sample_index, input=text)
        assert result.exit_code == 1
        assert "standard input has no text in it" in result.stderr

    def test_binary_file_is_refused(self, visti, sample_index, tmp_path):
        path = tmp_path / "picture.jpg"
        path.write_bytes(bytes(range(256)) * 100)
        result = visti("related", path, "--index", sample_index)
        assert result.exit_code == 1 and "picture.jpg is no text" in result.stderr


class TestStats:
    def test_json_has_the_figures_of_the_archive(self, visti, sample_index, sample_archive):
        figures = json.loads(visti("stats", "--json", "--index", sample_index).stdout)
        assert figures.keys() >= STATISTICS_KEYS
        assert figures["articles"] == sample_archive.count()
        assert sum(figures["languages"].values()) == sample_archive.count()

    def test_text_names_the_languages_and_sections(self, visti, sample_index):
        text = visti("stats", "--index", sample_index).stdout
        assert "uk " in text and "energy " in text and "2022-03-04" in text
        assert "\nmonths       2026-09 5, 2026-06 3, " in text, "the newest first"

    def test_all_figures_begin_in_one_column(self, visti, index_copy):
        assert visti("learn", "--index", index_copy).exit_code == 0
        lines = visti("stats", "--index", index_copy).stdout.splitlines()
        assert lines[-1].startswith("learned ") and lines[-2].startswith("kept out ")
        column = len(lines[0]) - len(lines[0].removeprefix("articles").lstrip())
        assert all(line[column - 1] == " " and line[column] != " " for line in lines), lines


class TestVerify:
    def test_sound_index(self, visti, sample_index, sample_archive):
        result = visti("verify", "--index", sample_index)
        assert (result.exit_code, result.stderr) == (0, "")
        assert f"{sample_archive.count()} articles: sound" in result.stdout

    def test_json(self, visti, sample_index, sample_archive):
        figures = json.loads(visti("verify", "--json", "--index", sample_index).stdout)
        assert figures["problems"] == []
        assert figures["documents"] == sample_archive.count()

    def test_one_changed_byte_is_found(self, visti, index_copy):
        segment = next(index_copy.glob("*.segment"))
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
        result = visti("verify", "--index", index_copy)
        assert result.exit_code == 1
        assert segment.name in result.stdout
        assert f"visti repair --index {index_copy}" in result.stderr


READING = [("search", "x"), ("related", "x"), ("stats",), ("verify",)]


class TestIndexThatCannotBeRead:
    @pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
    def test_missing_folder_names_the_command_that_builds_one(self, visti, tmp_path, command):
        result = visti(*command, "--index", tmp_path / "none")
        assert result.exit_code == 1
        assert f"visti index SOURCE --index {tmp_path / 'none'}" in result.stderr
        assert result.stdout == ""
        assert not (tmp_path / "none").exists()

    @pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
    def test_foreign_folder_is_named_as_such(self, visti, tmp_path, command):
        (tmp_path / "letter.doc").touch()
        result = visti(*command, "--index", tmp_path)
        assert result.exit_code == 1
        assert "letter.doc" in result.stderr

    @pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
    def test_file_in_place_of_a_folder_is_wrong_usage(self, visti, tmp_path, command):
        file = tmp_path / "index.zip"
        file.touch()
        result = visti(*command, "--index", file)
        assert result.exit_code == 2
        assert "is a file" in result.stderr

    @pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
    def test_cut_segment_names_the_commands_that_help(self, visti, index_copy, command):
        segment = next(index_copy.glob("*.segment"))
        os.truncate(segment, segment.stat().st_size // 2)
        result = visti(*command, "--index", index_copy)
        assert result.exit_code == 1
        assert f"visti repair --index {index_copy}" in result.stderr
        assert "Traceback" not in result.stderr

    @pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
    def test_garbled_commit_file(self, visti, index_copy, command):
        (index_copy / "visti.json").write_text('{"format": 1, "generation"', encoding="utf-8")
        result = visti(*command, "--index", index_copy)
        assert result.exit_code == 1
        assert "visti.json" in result.output

    def test_traceback_is_shown_when_asked_for(self, visti, tmp_path):
        result = visti("--traceback", "stats", "--index", tmp_path / "none")
        assert result.exit_code == 1
        assert type(result.exception).__name__ == "IndexMissing"


class TestFrame:
    def test_environment_variable_names_the_index(self, visti, sample_index):
        assert visti("stats", VISTI_INDEX=str(sample_index)).exit_code == 0

    def test_option_goes_before_the_environment_variable(self, visti, sample_index, tmp_path):
        result = visti("stats", "--index", sample_index, VISTI_INDEX=str(tmp_path / "none"))
        assert result.exit_code == 0

    def test_folder_index_is_the_default(self, visti, sample_index, tmp_path, monkeypatch):
        (tmp_path / "index").symlink_to(sample_index)
        monkeypatch.chdir(tmp_path)
        assert visti("stats").exit_code == 0

    def test_empty_environment_variable_is_none(self, visti, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        result = visti("stats", VISTI_INDEX="")
        assert "visti index SOURCE --index index" in result.stderr

    def test_every_subcommand_of_the_design_is_there(self, visti):
        listed = visti("--help").stdout.partition("Commands:")[2]
        assert {line.split()[0] for line in listed.splitlines() if line.strip()} >= {
            "index", "search", "related", "serve", "stats", "verify", "delete", "reindex", "repair", "learn",
            "dictionary", "quotes",
        }  # fmt: skip

    @pytest.mark.parametrize("arguments", [("serach",), ()], ids=["unknown", "none"])
    def test_no_subcommand_is_wrong_usage(self, visti, arguments):
        result = visti(*arguments)
        assert result.exit_code == 2
        assert "Usage: visti" in result.stderr

    def test_version(self, visti):
        assert visti("--version").stdout.startswith("visti, version ")


class TestProgram:
    """The installed program, as a shell runs it."""

    def run(self, program: str, *arguments: object, **options):
        return subprocess.run(
            [program, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False, timeout=60, **options
        )

    def test_result_and_exit_status(self, visti_program, sample_index):
        result = self.run(visti_program, "search", "Херсон", "--json", "--index", sample_index)
        assert (result.returncode, result.stderr) == (0, "")
        assert json.loads(result.stdout)["total"]

    @pytest.mark.parametrize(
        ("arguments", "status"), [(("stats", "--index", "/nonexistent"), 1), (("stats", "--indx", "x"), 2)]
    )
    def test_failure(self, visti_program, arguments, status):
        result = self.run(visti_program, *arguments)
        assert result.returncode == status
        assert "Error: " in result.stderr and "Traceback" not in result.stderr
        assert result.stdout == ""

    def test_pipe_that_is_closed_early_is_no_problem(self, visti_program, sample_index):
        """As ``visti search ... | head -c 1`` does: more is printed than a pipe holds, and nobody reads it."""
        arguments = [visti_program, "search", "", "--group", "none", "--limit", "1000", "--json"]
        with subprocess.Popen(
            [*arguments, "--index", str(sample_index)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdout.read(1)
            process.stdout.close()
            complaints = process.stderr.read()
        assert (process.returncode, complaints) == (0, b"")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
    @pytest.mark.parametrize("command", ["stats", "export"])
    def test_a_full_disk_behind_standard_output_is_told(self, visti_program, sample_index, command):
        with Path("/dev/full").open("wb") as full:
            arguments = [visti_program, command, "--index", str(sample_index)]
            result = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        assert result.returncode == 1
        assert "No space left on device" in result.stderr and "Traceback" not in result.stderr

    def test_bytes_that_are_no_text_are_a_query_too(self, visti_program, sample_index):
        arguments = [os.fsencode(visti_program), b"search", b"\xff\xfe", b"--index", os.fsencode(sample_index)]
        result = subprocess.run(arguments, capture_output=True, check=False, timeout=60)
        assert result.returncode == 0, result.stderr

    def test_it_stands_beside_the_interpreter(self, visti_program):
        assert Path(visti_program).name == "visti"
