"""
Why a story is given for a draft, as a journalist would say it: shared names, numbers, rare words and whole phrases.
"""

from collections.abc import Iterable, Iterator, Sequence

from search.archive.comparison import Compared
from search.archive.duplicates import SHINGLE_WORDS
from search.archive.passages import FEWEST_WORDS
from search.archive.prior_results import SharedWord, Why
from search.archive.relations import Likeness
from search.language import Token

# As many as are read at a glance.
MAX_NAMES = 6
MAX_NUMBERS = 4
MAX_WORDS = 6
MAX_PHRASES = 3
# A phrase is shown to be recognised, not to be read.
MAX_PHRASE_WORDS = 12


def why_of(compared: Compared, found: Likeness) -> Why:
    """Return what a draft shares with the text that it was compared with."""
    draft = compared.draft
    shared = sorted(compared.forms, key=lambda number: (-draft.words[number].weight, number))
    names = [number for number in shared if draft.words[number].is_name]
    numbers = [number for number in shared if draft.words[number].is_number]
    rare = sum(word.weight for word in draft.words) / max(len(draft.words), 1)
    others = (number for number in shared if not draft.words[number].is_name and not draft.words[number].is_number)
    words = [number for number in others if draft.words[number].weight >= rare]
    return Why(
        names=tuple(_joined_names(compared, names)),
        numbers=_distinct(((draft.words[n].token, compared.forms[n]) for n in numbers), MAX_NUMBERS),
        words=_distinct(((draft.words[n].token, compared.forms[n]) for n in words), MAX_WORDS),
        phrases=_phrases(compared),
        sentences=int(found.sure.any(axis=1).sum()) if found.sure.size else 0,
        of_sentences=int((draft.counts >= FEWEST_WORDS).sum()),
    )


def _distinct(pairs: Iterable[tuple[Token, str]], limit: int) -> tuple[SharedWord, ...]:
    found: dict[str, SharedWord] = {}
    for ours, theirs in pairs:
        found.setdefault(ours.text.casefold(), SharedWord(ours.text, theirs))
    return tuple(found.values())[:limit]


def _joined_names(compared: Compared, numbers: Iterable[int]) -> list[SharedWord]:
    """Return the names that are shared; words of a name that follow each other in the draft are one."""
    names = [(compared.draft.words[number].token, compared.forms[number]) for number in numbers]
    rank = {ours.start: place for place, (ours, _) in enumerate(names)}
    runs: list[list[tuple[Token, str]]] = []
    for pair in sorted(names, key=lambda each: each[0].start):
        follows = runs and compared.draft.text[runs[-1][-1][0].end : pair[0].start].isspace()
        if follows and "\n" not in compared.draft.text[runs[-1][-1][0].end : pair[0].start]:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    runs.sort(key=lambda run: min(rank[ours.start] for ours, _ in run))
    shared = [SharedWord(" ".join(ours.text for ours, _ in run), " ".join(theirs for _, theirs in run)) for run in runs]
    return list(dict.fromkeys(shared))[:MAX_NAMES]


def _phrases(compared: Compared) -> tuple[str, ...]:
    """Return the longest runs of words that stand in both texts, as the draft has them."""
    draft = compared.draft
    stretches: list[tuple[int, int]] = []
    for start, run in enumerate(_runs_of(draft.folded)) if compared.shingles else ():
        if run in compared.shingles:
            if stretches and start <= stretches[-1][1] - SHINGLE_WORDS + 1:
                stretches[-1] = stretches[-1][0], start + SHINGLE_WORDS
            else:
                stretches.append((start, start + SHINGLE_WORDS))
    stretches.sort(key=lambda stretch: (stretch[0] - stretch[1], stretch[0]))
    phrases = dict.fromkeys(_shown(draft.text, draft.spans[start:end]) for start, end in stretches[:MAX_PHRASES])
    return tuple(phrases)


def _shown(text: str, words: Sequence[tuple[int, int]]) -> str:
    last = words[:MAX_PHRASE_WORDS][-1]
    return " ".join(text[words[0][0] : last[1]].split()) + ("…" if len(words) > MAX_PHRASE_WORDS else "")


def _runs_of(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)  # the last few run out
