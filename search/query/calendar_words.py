"""
What months, weekdays, seasons and spans of time are called in the three languages, in the forms that a date takes.

Only words, folded as ``search.language.fold`` folds them; which of them together name a time is date_rules.py's matter.
Forms that a date does not take (``прошлому году``, ``минулим роком``: "compared with last year") are left out.
"""

_CYRILLIC_MONTHS = """
січень січня січні січнем          январь января январе январем
лютий лютого лютому лютим          февраль февраля феврале февралем
березень березня березні березнем  март марта марте мартом
квітень квітня квітні квітнем      апрель апреля апреле апрелем
травень травня травні травнем      май мая мае маем
червень червня червні червнем      июнь июня июне июнем
липень липня липні липнем          июль июля июле июлем
серпень серпня серпні серпнем      август августа августе августом
вересень вересня вересні вереснем  сентябрь сентября сентябре сентябрем
жовтень жовтня жовтні жовтнем      октябрь октября октябре октябрем
листопад листопада листопаді листопадом  ноябрь ноября ноябре ноябрем
грудень грудня грудні груднем      декабрь декабря декабре декабрем
"""
_ENGLISH_MONTHS = """
january jan
february feb
march mar
april apr
may
june jun
july jul
august aug
september sept sep
october oct
november nov
december dec
"""


def _numbered(table: str, forms: slice) -> dict[str, int]:
    """Return the number of each line's words; ``forms`` picks some of every four."""
    return {
        word: number
        for number, line in enumerate(table.strip().splitlines(), 1)
        for at, word in enumerate(line.split())
        if at % 4 in range(4)[forms]
    }


#: «липень 2024»; «лютий 2024».
NOMINATIVE_MONTHS = _numbered(_CYRILLIC_MONTHS, slice(0, 1))
#: «24 лютого», «липня 2024».
GENITIVE_MONTHS = _numbered(_CYRILLIC_MONTHS, slice(1, 2))
#: «у липні».
LOCATIVE_MONTHS = _numbered(_CYRILLIC_MONTHS, slice(2, 3))
#: «між травнем і липнем».
INSTRUMENTAL_MONTHS = _numbered(_CYRILLIC_MONTHS, slice(3, 4))
ENGLISH_MONTHS = _numbered(_ENGLISH_MONTHS, slice(None))
MONTHS = _numbered(_CYRILLIC_MONTHS, slice(None)) | ENGLISH_MONTHS
#: Also a verb, a walk, a name; in small letters after a number («10 may die») they are no month.
AMBIGUOUS_MONTHS = frozenset(("may", "march", "mar"))

#: By ``date.weekday()``, in the case of «у середу» and «минулої середи».
WEEKDAYS = {
    word: number
    for number, line in enumerate(
        (
            "понеділок понеділка понедельник понедельника monday",
            "вівторок вівторка вторник вторника tuesday",
            "середу середи среду среды wednesday",
            "четвер четверга четверг thursday",
            "п'ятницю п'ятниці пятницу пятницы friday",
            "суботу суботи субботу субботы saturday",
            "неділю неділі воскресенье воскресенья sunday",
        )
    )
    for word in line.split()
}

#: By the month in which they begin.
SEASONS = {
    word: month
    for month, line in (
        (3, "навесні весною весна весни весну весны весне spring"),
        (6, "влітку літом літо літа летом лето лета лете summer"),
        (9, "восени осінь осені осенью осень осени autumn fall"),
        (12, "взимку зимою зима зими зиму зимой зимы зиме winter"),
    )
    for word in line.split()
}

#: How many days ago; these are a phrase by themselves.
DAYS_AGO = {
    word: days
    for days, words in (
        (0, "сьогодні сегодня today"),
        (1, "вчора учора вчера yesterday"),
        (2, "позавчора позавчера"),
    )
    for word in words.split()
}

#: How many years ago, likewise.
YEARS_AGO = {"цьогоріч": 0, "торік": 1, "позаторік": 2}

#: How many weeks, months, years or seasons ago: «цього тижня», «на прошлой неделе», `last month`.
AGO = {
    word: ago
    for ago, words in (
        (
            0,
            "цього цьому цей цієї цій цю нинішнього нинішньому нинішній нинішньої нинішню поточного поточному поточний "
            "этого этом этот этой эту этим нынешнего нынешнем нынешний нынешней нынешнюю нынешним "
            "текущего текущем текущий текущей текущую this current",
        ),
        (
            1,
            "минулого минулому минулий минулої минулій минулу минуле минула "
            "прошлого прошлом прошлый прошлой прошлую прошлое прошлая прошлым "
            "прошедшего прошедшем прошедшей прошедшую прошедший "
            "минувшего минувшем минувшей минувшую минувший last previous",
        ),
        (2, "позаминулого позаминулому позаминулої позапрошлого позапрошлом позапрошлой"),
    )
    for word in words.split()
}

#: Adjectives of a span that ends now: «за останні 3 дні», `past week`.
ROLLING = (
    *("останні", "останній", "останню", "останніх", "останнього", "минулі", "минулих"),
    *("последние", "последний", "последнюю", "последних", "последней", "последнего"),
    *("прошедшие", "прошлые", "прошлых", "past", "last"),
)

#: One hour, day, … : after «минулого», «за останню», `last`.
UNITS = {
    word: unit
    for unit, words in (
        ("hour", "годину час hour"),
        ("day", "день дня добу доби сутки суток day"),
        ("week", "тиждень тижня тижні неделя неделю недели неделе week"),
        ("month", "місяць місяця місяці месяц месяца месяце month"),
        ("half", "півроку полгода"),
        ("year", "рік року році год года году year"),
    )
    for word in words.split()
}
#: Any number of them.
COUNTED_UNITS = UNITS | {
    word: unit
    for unit, words in (
        ("hour", "години годин часа часов hours"),
        ("day", "дні днів діб дней дни days"),
        ("week", "тижнів недель weeks"),
        ("month", "місяців месяцы месяцев months"),
        ("year", "роки років годы лет years"),
    )
    for word in words.split()
}

#: «2022 року», «в 2022 г.».
YEAR_WORDS = ("року", "рік", "році", "роки", "роках", "р", "рр", "года", "год", "году", "годы", "годах", "г", "гг")

NUMBERS = {
    word: number
    for number, words in (
        (2, "два дві две двох двух two"),
        (3, "три трьох трех three"),
        (4, "чотири чотирьох четыре четырех four"),
        (5, "п'ять п'яти пять пяти five"),
        (6, "шість шести шесть six"),
        (7, "сім семи семь seven"),
        (8, "вісім восьми восемь eight"),
        (9, "дев'ять девять nine"),
        (10, "десять десяти ten"),
    )
    for word in words.split()
}
