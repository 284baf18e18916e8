"""
How a name sounds, as far as its letters say: a rough spelling in which its Cyrillic and Latin spellings meet.

A Cyrillic word has one reading, whichever of the two languages it is in. A Latin one is read by the romanisations of
Ukrainian and Russian and the commonest values of the letters, and also as the languages that its letters point to are
read by those who write them in Cyrillic: Polish sz, German sch, French ch and Turkish ş are all ш there.

The rules are those of standards: romanisation by KMU 2010, BGN/PCGN, ISO 9, GOST 7.79, ICAO 9303 and scholarly usage;
Cyrillic spellings of foreign names by the practical transcriptions of Gilyarevsky and Starostin, of Chinese by
Palladius, of Japanese by Polivanov.

The letters of the rough spelling: ``a e i o u`` and consonants, of which g is г, ґ, х and h; j is ж and дж; q is ч;
w is ш and щ; c is ц.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

# Longer words are no names, and the work for a word stays bounded.
MAX_NAME_CHARACTERS = 50
#: Readings of a word. A third one gains recall only where the letters point to two languages.
MAX_READINGS = 3

_CYRILLIC = re.compile("[\u0400-\u052f]")
# Letters whose mark changes their sound; the marks of others are stress, length or tone.
_TELLING = frozenset("čćšśşșžźżřłđğçñńňțţßıäöőøœæåüűěąęăãõ")

_Reader = Callable[[str], str]


def _reader(rules: str) -> _Reader:
    """
    Return a function that rewrites a word from left to right by rules, of which the first that fits is taken.

    A rule is a regular expression, ``>`` and what it becomes; rules are parted by spaces. Latin letters without a rule
    stay, others go.
    """
    found = (rule.rpartition(">") for rule in rules.split())
    pairs = [(way, code) for pattern, _, code in found for way in _ways(pattern)]
    # One expression for each letter that needs one: trying all rules at each letter takes three times as long.
    alone: dict[str, str] = {}
    several: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {}
    for letter in _LETTERS_OF_NAMES:
        mine = [(pattern, code) for pattern, code in pairs if letter in _first_letters(pattern)]
        if len(mine) == 1 and mine[0][0] == letter:
            alone[letter] = mine[0][1]
        elif mine:
            several[letter] = re.compile("|".join(f"({pattern})" for pattern, _ in mine)), tuple(c for _, c in mine)
        elif letter.isascii():
            alone[letter] = letter
    # Half of the names need none of the rules for more than one letter, and are read in a third of the time.
    longer = re.compile("|".join(f"(?:{pattern})" for pattern, _ in pairs if len(pattern) > 1))
    single = {letter: letter for letter in _LETTERS_OF_NAMES if letter.isascii()}
    single |= {letter: code for letter, code in reversed(pairs) if len(letter) == 1}

    def read(word: str) -> str:
        if not longer.search(word):
            return "".join([single.get(letter, "") for letter in word])
        sounds = []
        place = 0
        while place < len(word):
            letter = word[place]
            if letter in several:
                pattern, codes = several[letter]
                match = pattern.match(word, place)
                if match is not None and match.lastindex is not None:
                    sounds.append(codes[match.lastindex - 1])
                    place = match.end()
                    continue
            sounds.append(alone.get(letter) or (letter if letter in several and letter.isascii() else ""))
            place += 1
        return "".join(sounds)

    return read


_LETTERS_OF_NAMES = (
    "abcdefghijklmnopqrstuvwxyzčćšşșśžźżřłđğçñńňțţßıäöőøœæåüűěąęăãõабвгґдеєэжзиіїйклмнопрстуўфхцчшщыьъюяё"
)
_LOOKS = re.compile(r"\^|\(\?<?[=!](?:[^()]|\([^()]*\))*\)")


def _ways(pattern: str) -> list[str]:
    """
    Cut a rule at the bars outside brackets.

    >>> _ways("tch|c(?=e|i)")
    ['tch', 'c(?=e|i)']
    """
    return re.findall(r"(?:\((?:[^()]|\([^()]*\))*\)|\[[^]]*\]|[^|(\[])+", pattern)


def _first_letters(pattern: str) -> str:
    """
    Return the letters with which what a rule rewrites can begin.

    >>> _first_letters("^(?<=[ab])tch"), _first_letters("(?<=k)[yj]o")
    ('t', 'yj')
    """
    rest = pattern
    while look := _LOOKS.match(rest):
        rest = rest[look.end() :]
    return rest[1 : rest.index("]")] if rest.startswith("[") else rest[:1]


# й and the iotated vowels are written with i, which ``_settled`` takes out where spellings differ about it.
_read_cyrillic = _reader(
    "дж>j дз>z тц>c тч>q чж>j цз>j шч>w "
    "^ё|(?<=[аеєиіоуыэюя])ё|^йо|(?<=[аеєиіоуыэюя])йо>io ё|[ьй]ё>e (?<=[бвгґджзклмнпрстфхцчшщ])[йь]о>e "
    "а>a б>b в>v г>g ґ>g д>d е>e є>ie э>e ж>j з>z и>i і>i ї>i й>i к>k л>l м>m н>n о>o п>p р>r с>s т>t у>u ў>u ф>f х>g "
    "ц>c ч>q ш>w щ>w ы>i ю>iu я>ia [ьъ](?=[аеєиіїоуыэюя])>i"
)

_SOFT = "(?=[eiyäöøæœěę])"
_VOWELS = "aeiouyäöőøüűåæœěăãõąę"
_BEHIND_CONSONANT = "(?<=[bcdfghklmnpqrstvwxzčćšśžźżřłñńň])"
_LETTERS = (
    " kh|gh>g zh>j sh>w ph>f th>t (?<!pi)dh(?=[iur]|a(?![mu])|$)>d bh>b "
    "č>q ć>q š>w ş>w ș>w ś>s ž>j ź>z ż>j ř>rj ł>l đ>j ğ>g ç>s ñ>n ń>n ň>n ț>c ţ>c ß>s ı>i "
    "ä>e ö>e ő>e ø>e œ>e æ>e å>o ü>u ű>u ě>e ą>on ę>en ă>a ã>a õ>o "
    "h>g w>v y>i q>k x>ks c>k"
)

_read_general = _reader(
    "^rh>r (?<=[eo]v)ic$>iq shch|schtsch|chtch|stch|šč>w tsch|tch|tsh>q sch>w ch|cz>q dzh|dj|dž>j tz|ts>c dz>z sz>w "
    f"ck(?=[iy]j?$)>ck ck>k eau>o ee>i oo>u ou>u ow(?=$|a$)>ov qu>kv c{_SOFT}>s "
    f"{_BEHIND_CONSONANT}[yj]o>e j(?![{_VOWELS}])>i {_BEHIND_CONSONANT}j>i" + _LETTERS
)
_read_polish = _reader(
    "szcz>w cz|ć>q sz>w rz>j ch>g dż>j dź|dz>z ck>ck ci(?=[aąeęou])>q si(?=[aąeęou])>s "
    f"{_BEHIND_CONSONANT}jo>e j>i c>c ó>u" + _LETTERS
)
_read_german = _reader(
    "tsch>q sch>w ^s(?=[pt])>w chs>ks ch>g ck>k tz>c z>c ei|ai|ey|ay>ai eu|äu>oi ie>i ^v>f dt>t th>t qu>kv "
    f"oe>e ae>e ue>u j>i (?<=[{_VOWELS}])h(?![{_VOWELS}])> ^s(?=[{_VOWELS}])>z "
    f"(?<=[{_VOWELS}])s(?=[{_VOWELS}])>z c{_SOFT}>c oo>o ee>e" + _LETTERS
)
_read_french = _reader(
    f"(?<=[{_VOWELS}])s(?=[{_VOWELS}])>z "
    "ch>w eaux?|aux?|ault$|aud$|aut$>o oi>ua ou>u œu|eu>e ai|ei>e qu>k gu(?=[eiy])>g gn>n ill(?=[aeo])>i g(?=[eiy])>j "
    "ph>f [dtsxz]$> es?$> er$>e h> c(?=[eiy])>s ç>s" + _LETTERS
)
_read_italian = _reader(
    f"(?<=[{_VOWELS}])s(?=[{_VOWELS}])>z "
    "cch(?=[ei])>k cc(?=[ei])>q sch(?=[ei])>sk sc(?=[ei])>w ch(?=[ei])>k gh(?=[ei])>g c(?=[ei])>q ci(?=[aou])>q "
    "gg?i(?=[aou])>j gg?(?=[ei])>j gli(?=[aeou])>l gl(?=i)>l gn>n zz|z>c h> qu>kv j>i" + _LETTERS
)
_read_spanish = _reader("ch>q ll>l qu(?=[ei])>k gu(?=[ei])>g j>g z>s c(?=[ei])>s h> x>g" + _LETTERS)
_read_hungarian = _reader("ssz|sz>s zs>j cs>q gy>d ly>i ny>n ty>t c>c s>w j>i" + _LETTERS)
_read_classical = _reader(f"i?ius$>i us$> os$> ae|oe>e ch>g th>t ti(?=[aou])>ci c{_SOFT}>c qu>kv" + _LETTERS)
_read_turkish = _reader("c>j ç>q" + _LETTERS)
_read_english = _reader(
    "tch>q ch>q sch>sk ^kn>n ^wr>r ^wh?>u wh>u ck>k igh>ai gh(?=t|$)> ee|ea|ie>i oo>u ou|ow>au eigh>ei ey$>i aw|au>o "
    f"ew>u ai|ay>ei dge?>j qu>ku g(?=[ei])>j c{_SOFT}>s "
    f"(?<=[^{_VOWELS}])a(?=[bcdfgklmnprstvz]e[nrs]?$)>ei i(?=[bcdfgklmnprstvz]e[nrs]?$)>ai e$> "
    f"(?<=[{_VOWELS}])h(?![{_VOWELS}])> [eiu]r(?![{_VOWELS}r])>er a(?=[bcdfgklmnpstvz]{{2}}|[bcdfgkmnpt]$|ck|x)>e "
    "^mc>mak u(?=[bcdfgklmnpstvz]{2}|[bcdfgklmnpt]$|ck|x)>a" + _LETTERS
)
_read_japanese = _reader(
    "sh>s ch>t ts>c dz>z j>z tch>tt kyo>ko yyo>ko (?<=[kgnhmrbp])yo>o oo|ou>o h>g y>i w>v n(?=[bmp])>m"
)
_read_chinese = _reader(
    "zh>j ch>q sh>w q>c x>s z>j ong>un ng>n ^yi>i ^yu>iui yu>iui ^wu>u hui>guei r>j y>i h>g w>v ü>iui"
)

_JAPANESE = re.compile("(?:(?:[kgnhmrbp]y|sh|ch|ts|tch|kk|ss|tt|pp|[kstnhmyrwgzdbpjf])?[aiueo]|n(?![aiueoy])){2,}")
_CHINESE = re.compile(
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|[aeiouü])){1,3}"
)

# Without any of these a word that could be cut into syllables of Chinese is seldom one.
_OF_PINYIN = re.compile("zh|x|q(?!u)|ong|ng$|z|iu|ü|j")

# The languages that the letters of a word point to; the surest signs first. A sign is here if, among the names that its
# reading brings together, at least two of three pairs are right (Wikidata's, Russian and English).
_SIGNS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(signs), read)
    for signs, read in (
        ("[łąęśźż]|[sc]z|rz|wicz$|[sc]k[ia]$", _read_polish),
        ("[ğışç]", _read_turkish),
        ("[őű]|zs|cs", _read_hungarian),
        ("us$", _read_classical),
        ("zz|cc|gg?i(?=[aou])|gh[ei]|gli|c[ei]$|ci[aou]", _read_italian),
        ("ñ|[ei]z$|qu[ei]", _read_spanish),
        ("ß|sch|tz|[äöü]|mann?$|berg|burg|ei|eu|^s[pt]|z", _read_german),
        ("^mc|ey$|ew|dg|ck|ee|wh|[st]on$|j.*h[mn]|[eiu]r[^aeiouyr]|u(?!ll|ss)[^aeiouy]{2}", _read_english),
        ("eau|aux$|ou|oi|ette|x$", _read_french),
        ("h[lmnrt]|w|er$|ie(?!$)|[aeiou]s[aeiou]", _read_german),
        ("c[ei]|gi", _read_italian),
        ("[^aeiou]i[dklmt]e[nrs]?$", _read_english),
    )
)


# What only Ukrainian and Russian names look like when they are romanised; no other reading is worth a key.
_ROMANISED = re.compile(
    "zh|kh|shch|shh|yi|iy|[yi]y$|iia|iie|[^aeou]iu|[sc]k(?:yi|[iy]y|yj|[iy]|a|aia|aya)$|enko$|ch?uk$"
    "|[oei]v(?:na|a)?$|[oe]v[iy]ch$|iv(?:ka)?$"
)


def readings(word: str) -> tuple[str, ...]:
    """
    Return the rough spellings of a word, at least one, the surest first; none for a word without letters.

    >>> readings("Шредер"), readings("Schröder")
    (('wreder',), ('wreder',))
    """
    word = unicodedata.normalize("NFC", word[:MAX_NAME_CHARACTERS].lower())
    if _CYRILLIC.search(word):
        return tuple(filter(None, (_settled(_read_cyrillic(word)),)))
    plain = _without_idle_marks(word)
    found = {_settled(_read_general(plain)): None}
    for read in _further_readers(plain):
        found[_settled(read(plain))] = None
        if len(found) >= MAX_READINGS:
            break
    return tuple(filter(None, found))


def _further_readers(word: str) -> Iterator[_Reader]:
    """Yield the readings of the languages that a word looks like, the surest first."""
    if _JAPANESE.fullmatch(word) and len(word) > 3:
        yield _read_japanese
    if _OF_PINYIN.search(word) and _CHINESE.fullmatch(word):
        yield _read_chinese
    if _ROMANISED.search(word):
        return
    for signs, read in _SIGNS:
        if signs.search(word):
            yield read


def _without_idle_marks(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c if c in _TELLING else unicodedata.normalize("NFD", c)[0] for c in word)


_IOTATION = re.compile("^i(?=[aeou])|(?<=[^aeiou])i(?=[aeou])|(?<=[aeou])i(?=e)")
_DOUBLE = re.compile(r"(.)\1+")
_GLIDING_U = re.compile("u(?=[aeio])")


def _settled(sounds: str) -> str:
    return _DOUBLE.sub(r"\1", _GLIDING_U.sub("v", _IOTATION.sub("", _DOUBLE.sub(r"\1", sounds))))
