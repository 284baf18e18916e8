"""Templates compiled for a language are what Jinja and Flask make of them, and escape as markupsafe does."""

import flask
import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from search import Snippet
from web.i18n import INTERFACE_LANGUAGES
from web.templating import html, render_template

VALUES = st.one_of(
    st.text(),
    st.text("&<>\"'a;#"),
    st.integers(),
    st.floats(),
    st.none(),
    st.text().map(Markup),
    st.text().map(lambda text: Snippet.marked(text, [])),
)


@given(value=VALUES)
@example(value="&amp;<script>alert('\"')</script>")
def test_a_value_is_escaped_as_markupsafe_escapes_it(value: object) -> None:
    assert str(html(value)) == str(escape(value))


def test_a_text_of_another_type_is_escaped_too() -> None:
    class Text(str):
        pass

    assert html(Text("<b>")) == "&lt;b&gt;"


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
@pytest.mark.parametrize("template", ["error.html", "help.html"])
def test_a_template_of_a_language_gives_what_flask_renders(app: Flask, language: str, template: str) -> None:
    context = {"text": ("<b>", "it's"), "status": 404, "tips": ""}
    with app.test_request_context(f"/help?ui={language}"):
        assert render_template(template, **context) == flask.render_template(template, **context)
