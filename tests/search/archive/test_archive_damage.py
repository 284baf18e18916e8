"""
Files that change under a reader, or before it opens them: an answer or ``IndexDamaged``, and nothing else.

A changed byte in a large array is found by ``visti verify`` and not by a search, so answers are not compared here,
except where docs/architecture.md promises that they are right: stored articles, deletions, the commit, cut files.
"""

import json
import os
import random
import shutil
from pathlib import Path

import pytest

import search
from search.columnar.remains import Remains

# More: VISTI_DAMAGES=2000 pytest tests/search/archive/test_archive_damage.py
DAMAGES = int(os.environ.get("VISTI_DAMAGES", "25"))
QUERIES = ("Київ", "удар по Києву", '"прес-служба"', "а*", "-спорт", "energy OR спорт", "Зеленський у Києві", "")


def flip(path: Path, places: range, times: int) -> None:
    """Change bytes in the file itself, which who has mapped it sees."""
    with path.open("r+b") as file:
        for _ in range(times):
            place = random.choice(places)
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << random.randrange(8)]))


def answers(archive):
    """Return every article that searches show, by id; None where the archive says that it is damaged."""
    shown = {}
    for query in QUERIES:
        try:
            shown |= {hit.article.id: hit.article for hit in archive.search(query, limit=5).hits}
            archive.suggest("ки")
            archive.related("президент України", limit=2)
        except search.IndexDamaged as error:
            assert "visti verify" in str(error) and "visti repair" in str(error)
    return shown


@pytest.mark.parametrize("opened", ["before", "after"])
def test_changed_bytes_give_an_answer_or_damage_and_nothing_else(sample_index, tmp_path, opened):
    for number in range(DAMAGES):
        index = Path(shutil.copytree(sample_index, tmp_path / f"{number}"))
        segment = next(index.glob("*.segment"))
        archive = search.open(index) if opened == "before" else None
        if archive:
            answers(archive)
        flip(segment, range(segment.stat().st_size), random.choice((1, 5, 200)))
        try:
            answers(archive or search.open(index))
        except search.IndexDamaged:
            assert opened == "after"
        shutil.rmtree(index)


def test_changed_stored_articles_are_never_shown(sample_index, index_copy):
    with search.open(sample_index) as archive:
        before = answers(archive)
    segment = next(index_copy.glob("*.segment"))
    places = Remains(segment)._places
    stored = next(places[name] for name in ("stored", "stored.blocks") if name in places)
    with search.open(index_copy) as archive:
        flip(segment, range(stored.start, stored.start + stored.length), 50)
        shown = answers(archive)
    assert all(before[identifier] == article for identifier, article in shown.items() if identifier in before)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.999])
def test_cut_files_are_noticed_by_who_opens_them(index_copy, share):
    for file in [*index_copy.glob("*.segment"), index_copy / "visti.json"]:
        whole = file.read_bytes()
        file.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(search.IndexDamaged, match="visti repair"):
            search.open(index_copy)
        file.write_bytes(whole)
    search.open(index_copy).close()


def test_every_changed_byte_of_the_deletions_is_noticed_by_who_opens_them(index_copy):
    from indexer import delete_articles

    with search.open(index_copy) as archive:
        identifier = archive.search("Київ").hits[0].article.id
    delete_articles([identifier], index_copy)
    name = json.loads((index_copy / "visti.json").read_text())["segments"][0]["deletions"]["name"]
    whole = (index_copy / name).read_bytes()
    for place in range(len(whole)):
        flip(index_copy / name, range(place, place + 1), 1)
        with pytest.raises(search.IndexDamaged):
            search.open(index_copy)
        (index_copy / name).write_bytes(whole)


def test_wrong_arguments_are_not_taken_for_damage(sample_archive):
    with pytest.raises(ValueError) as caught:
        sample_archive.search("x", since="someday")
    assert not isinstance(caught.value, search.SearchError)
    with pytest.raises(search.UnsupportedLanguage):
        sample_archive.search("x", language="de")
