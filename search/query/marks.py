"""
The characters of the query language: quotation marks, minuses, what ends a word and what falls off its ends.

Tables and small functions over them; what they make up is the lexer's matter.
"""

import re

OPERATORS = {
    **dict.fromkeys(("AND", "І", "ТА", "И"), "and"),
    **dict.fromkeys(("OR", "АБО", "ИЛИ"), "or"),
    **dict.fromkeys(("NOT", "НЕ"), "not"),
}

#: Closing marks by the opening one: Ukrainian, Russian, English and German habits, and mixtures that keyboards make.
CLOSING = {
    '"': '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"',
    "\N{LEFT DOUBLE QUOTATION MARK}": '\N{RIGHT DOUBLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '\N{RIGHT DOUBLE QUOTATION MARK}"',
}
QUOTES = "".join(CLOSING) + "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
#: Marks that close as well as open; which of the two, their neighbours tell.
TWO_FACED = '"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}'

MINUSES = "-\N{EN DASH}\N{MINUS SIGN}"
DASHES = MINUSES + "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EM DASH}\N{HORIZONTAL BAR}"
_APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
_INVISIBLE = (
    "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}"
)
#: What falls off both ends of a word. Signs that can belong to one (C++, #тег, №5, 50%) are left to the analysis.
EDGE = ".:!?~^[]{}/\\<>=_*\N{HORIZONTAL ELLIPSIS}" + DASHES + _APOSTROPHES + _INVISIBLE
EDGE_BUT_STAR = EDGE.replace("*", "")
#: Other searches require a word by a plus before it; here all words are required.
LEFT_EDGE = EDGE + "+"

# What no text can show or encode; see the article's rules.
_CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
_UNPRINTABLE = re.compile(f"[{_CONTROLS}]")
_NOT_IN_PHRASE = re.compile(f"[{_CONTROLS}{QUOTES}]")

_WRONG_APOSTROPHE = '(?<=[А-ЯІЇЄҐа-яіїєґ])"(?=[ЄЇЮЯєїюя])'
#: об"єкт: a quotation mark typed for the apostrophe, which Ukrainian has between such letters only.
QUOTE_FOR_APOSTROPHE = re.compile(_WRONG_APOSTROPHE)

# Київ–Львів: the dash joins two words of their own, unlike a hyphen; between digits (2014–2022) it is left alone.
_DASH_BETWEEN_WORDS = r"(?<=[^\W\d_])[\N{EN DASH}\N{EM DASH}](?=[^\W\d_])"
# 8 400: the same three digits after a single blank as the analysis takes together, and not the end of F-16 or 12:30.
_GROUPED_NUMBER = (
    r"(?<!\w)(?<!\w-)(?<![0-9][.,:/])[0-9]{1,3}"
    r"(?:[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}][0-9]{3})+(?![0-9*])"
)

BLANK = re.compile(rf"(?:[\s{_CONTROLS},;]|{_DASH_BETWEEN_WORDS})+")
#: A word with everything that hangs on it; a comma belongs to it only between digits, a blank only in a long number.
CHUNK = re.compile(
    rf"(?:{_GROUPED_NUMBER}|(?!{_DASH_BETWEEN_WORDS})[^\s{_CONTROLS},;()|{QUOTES}]"
    rf"|(?<=[0-9]),(?=[0-9])|{_WRONG_APOSTROPHE})+"
)
#: A keyword is compared as a whole, so its punctuation counts: an id is often an address.
KEYWORD = re.compile(rf"[^\s{_CONTROLS}()|{QUOTES}]+")
FIELD = re.compile(r"([^\W\d_]+):")
SLOP = re.compile(r"~([0-9]*)")
BARS = re.compile(r"\|+")


def has_letters(text: str) -> bool:
    """Tell whether there is a letter or a digit, so that there is something to search for."""
    return any(map(str.isalnum, text))


def phrase_text(content: str) -> str:
    """
    Return what stands between quotation marks without marks inside it and with single blanks.

    >>> phrase_text(' Газета  "День" об"єднала')
    "Газета День об'єднала"
    """
    return " ".join(_NOT_IN_PHRASE.sub(" ", QUOTE_FOR_APOSTROPHE.sub("'", content)).split())


def keyword_text(content: str) -> str:
    """
    Return the value of a keyword field with single blanks and without what cannot be shown.

    >>> keyword_text(" Світ  і політика ")
    'Світ і політика'
    """
    return " ".join(_UNPRINTABLE.sub(" ", QUOTE_FOR_APOSTROPHE.sub("'", content)).split())
