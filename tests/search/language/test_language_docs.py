"""docs/adding-a-language.md names files, functions and cases that exist."""

import json
import re
from pathlib import Path

import pytest
from language_cases import check_case

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "adding-a-language.md").read_text(encoding="utf-8")

# The example of the page, which must not exist.
TO_BE_WRITTEN = {"search/language/belarusian.py", "tests/cases/language/be.json"}

FILES = sorted(set(re.findall(r"`((?:search|tests)/[\w/.-]+\.\w+)`", PAGE)) - TO_BE_WRITTEN)
NAMED_IN = re.findall(r"`(\w+)`(?: and `(\w+)`)?\s+in\s+`(search/[\w/]+\.py)`", PAGE)


@pytest.mark.parametrize("path", FILES)
def test_file_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(("first", "second", "path"), NAMED_IN, ids=lambda value: value or "-")
def test_name_is_defined_where_the_page_says(first: str, second: str, path: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    for name in filter(None, (first, second)):
        assert re.search(rf"^(?:def {name}\(|{name}\b.*=)", source, re.MULTILINE), f"{path} does not define {name}"


def test_page_is_read_at_all() -> None:
    assert len(FILES) >= 10
    assert len(NAMED_IN) >= 6


@pytest.mark.parametrize("example", re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
def test_example_case_holds(example: str) -> None:
    check_case(json.loads(example))
