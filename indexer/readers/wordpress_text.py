"""
The text of a WordPress post as it stands in the database: HTML with comments for blocks, shortcodes, and bare lines
that WordPress itself makes paragraphs of when it shows them (wpautop).
"""

import re

from indexer.readers.html_text import html_paragraphs
from indexer.readers.page_head import photo_in

_LINE_END = re.compile(r"\r\n?")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
#: Shortcodes whose content is no text of the article: captions, addresses of media, code.
_CLOSED = re.compile(
    r"\[(caption|wp_caption|embed|audio|video|playlist|gallery|code|php|contact-form-7)\b[^\]]*\].*?\[/\1\]", re.DOTALL
)
#: Other shortcodes: with attributes, closed, underlined or known. A word in brackets alone is the author's: [sic].
_SHORTCODE = re.compile(
    r"\[(?:/[a-z][\w-]*|[a-z][\w-]*(?:\s+[\w-]+=[^\]]*|\s*/|\s+\d+)|[a-z]+_[\w-]*|"
    r"(?:gallery|embed|audio|video|playlist|caption|more|toc|quote|button|row|column|spoiler|ads?))\]"
)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\]]*\]\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*?)\[/(?:wp_)?caption\]", re.DOTALL
)
# WordPress shows what is at such an address in its place: a video, another site's post.
_ADDRESS_ALONE = re.compile(r"^[ \t]*https?://\S+[ \t]*$", re.MULTILINE)
_IMAGE = re.compile(r"<img\b[^>]*?\bsrc=[\"']([^\"']+)", re.IGNORECASE)


def wordpress_paragraphs(content: str) -> str:
    """
    Return the paragraphs of a post.

    Raises ``ValueError`` for HTML that is nested too deeply to be read.

    >>> wordpress_paragraphs('One\\nline\\n\\nhttps://video.example/7\\n[gallery ids="1,2"]<!-- wp:more -->Two [sic]')
    'One line\\n\\nTwo [sic]'
    """
    content = _LINE_END.sub("\n", content).strip()
    is_classic = "<!-- wp:" not in content and "<p" not in content
    content = _ADDRESS_ALONE.sub("", _SHORTCODE.sub("", _CLOSED.sub("", content)))
    content = _BLANK_LINE.sub("<br><br>", content)
    if is_classic:
        content = content.replace("\n", "<br>")
    return html_paragraphs(content)


def photo_of(content: str) -> tuple[str, str]:
    """
    Return the address and the credit of the first picture in a post, a figure or a shortcode; else nothing for both.

    >>> photo_of('[caption width="300"]<img src="https://example.org/a.jpg" /> Порт. Фото: Іван Сич[/caption]')
    ('https://example.org/a.jpg', 'Іван Сич')
    """
    address, credit = photo_in(_CAPTION.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", content))
    found = _IMAGE.search(content)
    return address or (found[1] if found else ""), credit
