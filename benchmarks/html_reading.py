"""
How many pages of a news site are read in a second of one core, and what trafilatura costs in other settings.

    python -m benchmarks.html_reading [--pages 60]

The pages are made of the sample archive: an article among menus, teasers of other articles, inline scripts and styles,
JSON-LD and Open Graph, 60 to 120 kB as pages of news sites are. CPU time is measured, so that other work on the machine
counts little; every text must come out whole.
"""

import argparse
import html
import io
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from indexer.readers.charsets import decode_page
from indexer.readers.html import read_html
from search.article import Article

SAMPLE = Path(__file__).parents[1] / "examples" / "archive"
SITE = "https://news.example"
_CODE = (
    "window.__w=window.__w||[];__w.push({id:%d,slot:'s%d',sizes:[[300,250],[970,90]],lazy:!0});"
    "function f%d(a,b){return a?a.b(b):null}"
)


def articles() -> list[dict[str, Any]]:
    """Return the records of the sample archive."""
    paths = sorted(SAMPLE.glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def make_page(record: dict[str, Any], others: list[dict[str, Any]], chance: random.Random) -> bytes:
    """Return a page of a news site around one article."""
    linked = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": record["title"],
            "datePublished": record.get("published", "2026-01-01"),
            "author": [{"@type": "Person", "name": name} for name in record.get("authors", ())],
            "publisher": {"@type": "Organization", "name": "Visti Sample"},
        },
        ensure_ascii=False,
    )
    scripts = [f"<script>{_code(chance, 60)}</script>" for _ in range(chance.randint(3, 7))]
    head = (
        f'<meta charset="utf-8"><title>{html.escape(record["title"])} | Visti Sample</title>'
        f'<link rel="canonical" href="{record.get("url", SITE)}"><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{html.escape(record["title"])}">'
        f"<style>{'.block__item{margin:0 auto;padding:4px 8px;color:#222}' * chance.randint(100, 200)}</style>"
        f'<script type="application/ld+json">{linked}</script>{scripts[0]}'
    )
    paragraphs = "".join(
        f"<p>{html.escape(text)}</p>"
        + (f'<div class="ad-slot" id="ad-{number}"></div>{scripts[1]}' if number == 1 else "")
        for number, text in enumerate(record["body"].split("\n\n"))
    )
    article = (
        f'<article class="post"><header><h1>{html.escape(record["title"])}</h1><time>10:00</time></header>'
        f'<p class="lead">{html.escape(record.get("lead", ""))}</p><figure><img src="/i.jpg">'
        f'<figcaption>Photo</figcaption></figure><div class="post__text">{paragraphs}</div>'
        '<div class="tags"><a href="/t">tag</a></div></article>'
    )
    menu = "".join(
        f'<li class="menu__item"><a class="menu__link" href="/s/{n}">Section {n}</a></li>' for n in range(120)
    )
    teasers = "".join(map(_teaser, chance.sample(others, min(len(others), chance.randint(50, 90)))))
    body = (
        f'<header><nav><ul>{menu}</ul></nav></header><div class="layout"><main>{article}</main>'
        f'<aside class="sidebar">{teasers}</aside></div>'
        f'<section class="related">{teasers[: len(teasers) // 3]}</section>'
        f"<footer><ul>{menu}</ul></footer>{''.join(scripts[2:])}"
    )
    return f'<!DOCTYPE html><html lang="{record["language"]}"><head>{head}</head><body>{body}</body></html>'.encode()


def _code(chance: random.Random, count: int) -> str:
    return ";".join(
        _CODE % (chance.randrange(10**6), chance.randrange(99), chance.randrange(999)) for _ in range(count)
    )


def _teaser(record: dict[str, Any]) -> str:
    title, lead = html.escape(record["title"]), html.escape(record.get("lead", "")[:120])
    return (
        f'<div class="teaser"><a class="teaser__link" href="{record.get("url", SITE)}"><img src="/i.jpg" alt="">'
        f'<h3 class="teaser__title">{title}</h3></a><p class="teaser__text">{lead}</p>'
        '<span class="time">10:00</span></div>'
    )


def make_pages(count: int, seed: int = 1) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield records and their pages."""
    records, chance = articles(), random.Random(seed)
    for number in range(count):
        record = records[number % len(records)]
        yield record, make_page(record, records, chance)


def cpu_seconds(work: Callable[[bytes], object], pages: list[bytes]) -> float:
    """Return the CPU time of a work on all pages, the better of two runs."""
    return min(_run(work, pages) for _ in range(2))


def _run(work: Callable[[bytes], object], pages: list[bytes]) -> float:
    begun = time.process_time()
    for content in pages:
        work(content)
    return time.process_time() - begun


def texts_that_differ(made: list[tuple[dict[str, Any], bytes]]) -> list[str]:
    """Return the titles whose text did not come out whole, paragraph for paragraph."""
    wrong = []
    for record, content in made:
        article = next((each for each in read_html(io.BytesIO(content), "page") if isinstance(each, Article)), None)
        text = f"{article.lead}\n\n{article.body}".strip() if article else ""
        if text != f"{record.get('lead', '')}\n\n{record['body']}".strip():
            wrong.append(record["title"])
    return wrong


def main() -> None:
    """Print the figures."""
    import trafilatura

    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=60, help="how many pages are read (default: 60)")
    count = parser.parse_args().pages
    made = list(make_pages(count))
    pages = [content for _, content in made]
    sizes = sorted(map(len, pages))
    print(f"{count} pages of {sizes[0] / 1000:.0f} to {sizes[-1] / 1000:.0f} kB")
    works: dict[str, Callable[[bytes], object]] = {
        "read_html": lambda content: list(read_html(io.BytesIO(content), "page")),
        "character set only": decode_page,
        "trafilatura, fast, whole page": lambda content: trafilatura.bare_extraction(content, fast=True),
        "trafilatura, as it comes": lambda content: trafilatura.bare_extraction(content, with_metadata=True),
    }
    made_plain = [(record, _without_elements_of_html_5(content)) for record, content in made]
    print(f"texts that differ: {len(texts_that_differ(made))}, with div only {len(texts_that_differ(made_plain))}")
    for name, work in works.items():
        for kind, contents in (("", pages), (", div only", [content for _, content in made_plain])):
            seconds = cpu_seconds(work, contents)
            print(f"{name + kind:40} {seconds / count * 1000:7.2f} ms a page {count / seconds:8.0f} pages/s")


def _without_elements_of_html_5(content: bytes) -> bytes:
    """Return a page as many sites still are: nothing but its classes tells the article from the rest."""
    return re.sub(rb"(</?)(?:article|main|aside|nav|header|footer|section)\b", rb"\1div", content)


if __name__ == "__main__":
    main()
