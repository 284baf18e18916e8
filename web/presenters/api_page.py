"""The API's description, ready for people: its operations with their parameters and an address to try."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import url_for

from web.i18n import N_, gettext, interface_language, number_text

TITLES = {
    "search": N_("Search the archive"),
    "article": N_("An article and its language versions"),
    "related": N_("Prior coverage of an article"),
    "relatedToText": N_("Prior coverage of a posted text"),
    "quotes": N_("Who said what"),
    "suggest": N_("Completions of what is typed"),
    "receiveArticles": N_("Articles for the archive, with an editor’s token"),
    "deleteArticle": N_("An article taken out of the archive, with an editor’s token"),
}
#: What each operation is tried with, by the names of its parameters.
TRIED = {"search": ("q", "sort", "limit"), "related": ("text", "limit"), "quotes": ("q", "limit"), "suggest": ("q",)}


class ParameterRow(NamedTuple):
    """A parameter; ``language`` is that of its ``meaning``: English where there is no translation."""

    name: str
    meaning: str
    language: str
    values: str
    note: str


class Operation(NamedTuple):
    """What the API can do; ``address`` is there if it can be tried with a link."""

    id: str
    title: str
    method: str
    path: str
    address: str | None
    parameters: tuple[ParameterRow, ...]


def present_operations(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """Return the operations of an OpenAPI document, in its order."""
    return tuple(
        _operation(path, method, described)
        for path, item in document["paths"].items()
        for method, described in item.items()
    )


def _operation(path: str, method: str, described: Mapping[str, Any]) -> Operation:
    title = TITLES[described["operationId"]]
    return Operation(
        id=described["operationId"],
        title=gettext(title),
        method=method.upper(),
        path=path,
        address=_address(path, described),
        parameters=tuple(_rows(described["parameters"])),
    )


def _address(path: str, described: Mapping[str, Any]) -> str | None:
    """Return the address of an example, from the examples of the parameters."""
    names = TRIED.get(described["operationId"])
    if names is None:
        return None
    examples = {parameter["name"]: parameter.get("example") for parameter in described["parameters"]}
    root = url_for("pages.start").rstrip("/")
    return f"{root}{path}?{urlencode([(name, examples[name]) for name in names], doseq=True)}"


def _rows(parameters: Iterable[Mapping[str, Any]]) -> Iterable[ParameterRow]:
    for parameter in parameters:
        schema = parameter["schema"]
        several = schema.get("maxItems", 1)
        note = gettext("up to %(count)s values", count=number_text(several)) if several > 1 else ""
        english = parameter.get("description", "")
        meaning = gettext(english) if english else ""  # the translation of nothing is the catalogue's header
        language = interface_language() if meaning != english else "en"
        yield ParameterRow(parameter["name"], meaning, language, _values(schema), note)


def _values(schema: Mapping[str, Any]) -> str:
    """Return in short what a value may be: the words that there are, a range, or an example."""
    schema = schema.get("items", schema)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "maximum" in schema:
        return f"{number_text(schema['minimum'])}–{number_text(schema['maximum'])}"
    return ", ".join(schema.get("examples", ()))
