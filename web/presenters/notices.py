"""What could not be taken as it was given, in the words of the interface: parameters and parts of the query."""

from collections.abc import Iterable, Sequence

from search import Interpretation, Notice
from web.i18n import N_, gettext
from web.params import ParameterProblem

PROBLEM_MESSAGES = {
    "date": N_("“%(text)s” is not a date such as 2024-05-31, so it was left out."),
    "reversed": N_("The period ends before it begins, so nothing can be found in it."),
    "language": N_("“%(text)s” is not a language of the archive, so it was left out."),
    "too_long": N_("The query is very long; only its beginning was searched."),
    "too_many": N_("Too many values were chosen; only the first ones were used."),
}
#: Codes of the query language's notices. One that is not here is shown in English rather than not at all.
NOTICE_MESSAGES = {
    "query-cut": N_("The query is too long; its end was not searched."),
    "too-many-words": N_("The query has too many words; those from “%(text)s” on were not searched."),
    "unclosed-quote": N_("A quotation mark is not closed; everything after it was read as one phrase."),
    "stray-quote": N_("A quotation mark has no opening one and was ignored."),
    "empty-quotes": N_("There are no words between the quotation marks; they were ignored."),
    "unbalanced-bracket": N_("A bracket has no counterpart; the query was read as if it had one."),
    "too-deep": N_("There are too many brackets inside one another; some were ignored."),
    "lonely-operator": N_("“%(text)s” has nothing to join at its place and was ignored."),
    "not-in-capitals": N_("“%(text)s” in capitals excludes what follows; if it is a word, use small letters."),
    "unknown-field": N_("There is no such field; “%(text)s” was searched as words."),
    "empty-field": N_("There is no value after “%(text)s”; it was searched as a word."),
    "unknown-language": N_("The languages are uk (or ua), ru and en; “%(text)s” was searched as words."),
    "bad-date": N_("“%(text)s” is not a date; write 2024, 2024-05 or 2024-05-17."),
    "short-prefix": N_("An asterisk needs at least two letters before it; in “%(text)s” it was ignored."),
    "misplaced-star": N_("An asterisk works only at the end of a word; in “%(text)s” it was ignored."),
    "nothing-to-search": N_("There is no word in the query."),
    "left-out": N_("The query would have to go through too much of the archive; “%(text)s” was left out."),
}


def messages(problems: Sequence[ParameterProblem], interpretation: Interpretation) -> Iterable[str]:
    """Yield what a reader should know about the parameters, then about the query."""
    for problem in problems:
        if problem.code in PROBLEM_MESSAGES:
            yield gettext(PROBLEM_MESSAGES[problem.code], text=problem.value)
    for notice in interpretation.notices:
        yield notice_text(notice)


def notice_text(notice: Notice) -> str:
    """Return a notice about the query in the interface's language."""
    if notice.code in NOTICE_MESSAGES:
        return gettext(NOTICE_MESSAGES[notice.code], text=notice.text)
    return notice.message
