"""Citations: each style by examples that a librarian can read, and files that reference managers read back."""

import json
import re
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from readers_archive import NASTY, URL_ID

from search import Article
from web.presenters.citations import FORMATS, STYLES, Source, citation_key, citations, person

CASES = Path(__file__).parents[1] / "cases" / "web" / "citations"
WRITERS = {key: each.write for key, each in (*STYLES.items(), *FORMATS.items())}

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


def read_case(path: Path) -> tuple[Source, dict[str, str]]:
    head, *parts = re.split(r"^\[([a-z-]+)\]\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    fields: dict[str, object] = dict(line.split(": ", 1) for line in head.splitlines() if line)
    for name in ("authors", "tags"):
        fields[name] = str(fields.get(name, "")).split("; ") if name in fields else []
    address, accessed = str(fields.pop("address")), date.fromisoformat(str(fields.pop("accessed")))
    expected = {style: text.rstrip("\n") for style, text in zip(parts[::2], parts[1::2], strict=True)}
    return Source(Article(**fields), address, accessed), expected  # type: ignore[arg-type]


EXAMPLES = [
    pytest.param(source, style, expected, id=f"{path.stem}-{style}")
    for path in sorted(CASES.glob("*.txt"))
    for source, styles in [read_case(path)]
    for style, expected in styles.items()
]


@pytest.mark.parametrize(("source", "style", "expected"), EXAMPLES)
def test_an_example(source: Source, style: str, expected: str) -> None:
    assert WRITERS[style](source).replace("\r\n", "\n").rstrip() == expected


def test_every_style_has_an_example() -> None:
    assert {example.values[1] for example in EXAMPLES} == set(WRITERS)


@pytest.mark.parametrize(
    ("author", "family", "given"),
    [
        ("Олена Гриценко", "Гриценко", "Олена"),
        ("Гриценко Олена Іванівна", "Гриценко", "Олена Іванівна"),
        ("Олена Іванівна Гриценко", "Гриценко", "Олена Іванівна"),
        ("Гриценко О.", "Гриценко", "О."),
        ("О. Гриценко", "Гриценко", "О."),
        ("Reuters", "Reuters", ""),
        ("BBC News", "BBC News", ""),
        ("Прес-служба мерії", "Прес-служба мерії", ""),
        ("Studio 24", "Studio 24", ""),
    ],
)
def test_family_names_are_told_only_where_they_are_sure(author: str, family: str, given: str) -> None:
    assert person(author) == (family, given)


def sources() -> st.SearchStrategy[Source]:
    articles = st.builds(
        Article,
        id=st.just("some.id"),
        language=st.sampled_from(["uk", "ru", "en"]),
        title=texts.filter(str.strip),
        lead=texts,
        source=st.none() | texts,
        authors=st.lists(texts, max_size=5),
        tags=st.lists(texts, max_size=3),
        published=st.none() | st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),
    )
    return st.builds(Source, articles, st.just("https://example.org/a"), st.dates(date(1990, 1, 1)))


@settings(deadline=None, max_examples=60)
@given(sources())
def test_bibtex_is_read_back(source: Source) -> None:
    fields = read_bibtex(FORMATS["bibtex"].write(source))
    assert untex(fields["title"].removeprefix("{").removesuffix("}")) == " ".join(source.article.title.split())
    assert len(split_authors(fields.get("author", ""))) == len(source.article.authors)
    assert fields["url"] == source.address
    assert ("year" in fields) is (source.article.published is not None)


@settings(deadline=None, max_examples=60)
@given(sources())
def test_ris_is_read_back(source: Source) -> None:
    written = FORMATS["ris"].write(source)
    lines = written.split("\r\n")
    assert lines[0] == "TY  - NEWS" and lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert [line[6:] for line in lines if line.startswith("TI")] == [" ".join(source.article.title.split())]
    assert len([line for line in lines if line.startswith("AU")]) == len(source.article.authors)


@settings(deadline=None, max_examples=60)
@given(sources())
def test_csl_json_is_read_back_and_every_text_is_one_line(source: Source) -> None:
    (item,) = json.loads(FORMATS["csl-json"].write(source))
    assert item["title"] == " ".join(source.article.title.split())
    assert len(item.get("author", [])) == len(source.article.authors)
    for citation in citations(source):
        assert len(citation.text.splitlines()) == 1
        assert source.address in citation.text


def read_bibtex(text: str) -> dict[str, str]:
    """Read one entry as BibTeX does: values reach to the brace that closes them, whatever stands before a brace."""
    assert re.match(r"@misc\{[\w.-]+,\n", text)
    fields, place = {}, text.index(",") + 1
    while match := re.compile(r"\s*,?\s*(\w+) = \{").match(text, place):
        depth, place = 1, match.end()
        start = place
        while depth:
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            place += 1
        fields[match[1]] = text[start : place - 1]
    assert text[place:].strip() == "}"
    return fields


def split_authors(text: str) -> list[str]:
    """Split at each "and" that stands in no braces."""
    names, depth, words = [], 0, []
    for word in text.split(" "):
        if word == "and" and not depth:
            names.append(" ".join(words))
            words = []
            continue
        words.append(word)
        depth += word.count("{") - word.count("}")
    return [*names, " ".join(words)] if text else []


def untex(text: str) -> str:
    names = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~"}
    names["textasciicircum"] = "^"
    return re.sub(r"\\(?:([a-z]+)\{\}|([&%$#_]))", lambda found: names[found[1]] if found[1] else found[2], text)


def test_keys_are_words_and_differ() -> None:
    ids = ("port.uk", URL_ID, "порт", "a/../b", "a-b", "x" * 200, "x" * 201)
    keys = [citation_key(Article(id=each, language="uk", title="Порт")) for each in ids]
    assert len(set(keys)) == len(ids) and keys[0] == "port.uk"
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,60}", key) for key in keys)


@pytest.mark.parametrize("style", WRITERS)
@pytest.mark.parametrize("article_id", ["rescuers.uk", URL_ID, "a/../b", "nasty", "untitled"])
def test_any_article_is_cited(client: FlaskClient, style: str, article_id: str) -> None:
    response = client.get("/cite?" + urlencode({"id": article_id, "style": style}))
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    assert "http://localhost/article" in text or "https://example.org/" in text
    assert response.headers["Content-Type"].endswith("charset=utf-8")
    if style in FORMATS:
        assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert NASTY not in response.headers.get("Content-Disposition", "")


@pytest.mark.parametrize(
    "query",
    ["", "id=rescuers.uk", "id=rescuers.uk&style=mla", "style=apa", "id=none&style=apa", "id=withheld&style=ris"],
)
def test_what_cannot_be_cited_is_not_there(client: FlaskClient, query: str) -> None:
    response = client.get("/cite?" + query)
    assert response.status_code == 404
    assert "secret" not in response.get_data(as_text=True)


def test_an_embargoed_article_is_cited_by_nobody(client: FlaskClient) -> None:
    assert client.get("/cite?id=embargoed&style=bibtex").status_code == 404
