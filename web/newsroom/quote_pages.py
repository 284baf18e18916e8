"""Who said what: the page on which a journalist looks for quotations by speaker, words, date and language."""

from flask import Blueprint

from web.archive import current_archive
from web.i18n import interface_language
from web.newsroom.permissions import Role, requires
from web.params import read_speaker
from web.presenters.quotes import present_quotes
from web.query import asked, parameters, run_quotes
from web.templating import render_template

quotes = Blueprint("quotes", __name__, url_prefix="/newsroom/quotes")


@quotes.get("/")
@requires(Role.JOURNALIST)
def index() -> str:
    """Show the form, and the quotations that were asked for; without words those of the newest articles."""
    search_request, problems = asked()
    speaker = read_speaker(parameters())
    page = run_quotes(current_archive(), search_request, speaker, prefer=interface_language())
    return render_template("newsroom/quotes.html", view=present_quotes(page, search_request, problems))
