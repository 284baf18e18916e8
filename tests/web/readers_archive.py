"""The archive that the tests read: a few stories, texts that try to break out, and what readers must not see."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from search import Article, Status

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
NASTY = "</script><script>alert(1)</script> \"quoted\" 'single' & ]]> <b>bold</b>"
URL_ID = "https://example.org/news//2024/1?page=2#top"

#: Enough stories for three pages, with one word in common.
FILLERS = 23


def plain_spaces(text: str) -> str:
    """Return a text whose no-break spaces, with which dates and numbers are written, are plain ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def articles() -> Iterator[Article]:
    """Yield the archive: stories in several languages, texts that try to break out, and what readers must not see."""
    yield from _story_in_three_languages()
    yield Article(
        id="port.uk",
        language="uk",
        title="У порту Одеси відкрили новий причал",
        lead="Причал приймає перші судна.",
        body="Про це повідомили в Одесі.\n\nПерший рейс\n\nСудно вийшло з порту вранці.",
        published=datetime(2023, 5, 6, 9, tzinfo=UTC),
        section="economy",
        source="Порт",
        authors=("Ганна Щербак",),
        tags=("порти", "Одеса"),
    )
    yield Article(
        id="berth.uk",
        language="uk",
        title="Причал в Одесі ремонтують",
        body="Судно чекає в порту, доки готують причал. Перший рейс відклали.",
        published=datetime(2020, 9, 1, 9, tzinfo=UTC),
        source="Порт",
    )
    yield Article(
        id="nasty",
        language="en",
        title=f"Nasty {NASTY}",
        lead=f"Lead {NASTY}",
        body=f"Body {NASTY}",
        url="javascript:alert(1)",
        image_url="data:text/html,x",
        image_credit=NASTY,
        section=f"section {NASTY}",
        source=f"source {NASTY}",
        place=NASTY,
        authors=(f"author {NASTY}",),
        tags=(f"tag {NASTY}",),
        published=datetime(2021, 3, 1, 10, tzinfo=UTC),
    )
    yield Article(id=URL_ID, language="en", title="An address as an id", body="Its slashes are kept.", url=URL_ID)
    yield Article(id="a/../b", language="en", title="Dots in an id", body="A browser would resolve them away.")
    yield Article(id="untitled", language="uk", body="Матеріал без заголовка, але з текстом про погоду в горах.")
    yield Article(id="withheld", language="en", title="Withheld secret", body="secret", status=Status.WITHHELD)
    yield Article(
        id="embargoed", language="en", title="Embargoed secret", body="secret", embargoed_until=NOW + timedelta(days=1)
    )
    for number in range(FILLERS):
        yield Article(
            id=f"filler-{number}",
            language="en",
            title=f"Weekly bulletin {number}",
            body="The bulletin lists what happened in the week.",
            published=datetime(2022, 1, 1, 12, tzinfo=UTC) + timedelta(days=7 * number),
            section="society",
            source="Bulletin",
            authors=(f"Author {number}",),
        )


def _story_in_three_languages() -> Iterator[Article]:
    texts = {
        "uk": ("Рятувальники у Києві", "Рятувальники працювали в Києві всю ніч.", "Олена Гриценко", "рятувальники"),
        "ru": ("Спасатели в Киеве", "Спасатели работали в Киеве всю ночь.", "Елена Гриценко", "спасатели"),
        "en": ("Rescuers in Kyiv", "Rescuers worked in Kyiv all night.", "Olena Hrytsenko", "rescuers"),
    }
    for language, (title, body, author, tag) in texts.items():
        yield Article(
            id=f"rescuers.{language}",
            story="rescuers",
            language=language,
            title=title,
            body=body,
            published=datetime(2024, 7, 8, 15, 30, tzinfo=UTC),
            updated=datetime(2024, 7, 9, 8, tzinfo=UTC),
            url=f"https://example.org/rescuers/{language}",
            section="society",
            source="Visti",
            image_credit="Фото: ДСНС",
            authors=(author,),
            tags=(tag,),
        )
