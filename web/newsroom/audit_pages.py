"""The audit trail, for editors: with filters, in pages, and as a table to take away."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from web.exports import CSV_TYPE, csv_rows
from web.newsroom.accounts import MAX_NAME, Role
from web.newsroom.audit import ACTIONS, MAX_WHAT, AuditEntry, AuditFilter, count_entries, entries
from web.newsroom.database import current_database
from web.newsroom.permissions import requires

audit = Blueprint("audit", __name__, url_prefix="/newsroom/audit")

PAGE_ENTRIES = 50
#: A year of a large newsroom; who needs more asks for it by dates.
MAX_ROWS = 100_000
COLUMNS = ("moment", "who", "action", "what", "details")


@audit.get("/")
@requires(Role.EDITOR)
def index() -> str:
    """Show a page of entries, the newest first."""
    wanted, given = _asked()
    number = request.args.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and 0 < len(number) < 6 else 1

    with current_database().session() as database:
        total = count_entries(database, wanted)
        found = entries(database, wanted, limit=PAGE_ENTRIES, offset=(page - 1) * PAGE_ENTRIES)
    return render_template(
        "newsroom/audit.html",
        entries=found,
        total=total,
        given=given,
        actions=ACTIONS,
        csv_url=url_for("audit.table", **given),
        newer=url_for("audit.index", **given, page=page - 1) if page > 1 else "",
        older=url_for("audit.index", **given, page=page + 1) if page * PAGE_ENTRIES < total else "",
    )


@audit.get("/audit.csv")
@requires(Role.EDITOR)
def table() -> Response:
    """Give the entries as CSV, the newest first."""
    wanted, _ = _asked()
    with current_database().session() as database:
        rows = [_row(entry) for entry in entries(database, wanted, limit=MAX_ROWS)]
    response = Response(csv_rows([COLUMNS, *rows], mark=True), content_type=f"{CSV_TYPE}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="audit.csv")
    return response


def _row(entry: AuditEntry) -> tuple[str, ...]:
    return entry.moment.isoformat(), entry.who, entry.action, entry.what, entry.details


def _asked() -> tuple[AuditFilter, dict[str, Any]]:
    """Return the filter of the URL, and its parameters as far as they could be taken."""
    who = request.args.get("who", "").strip()[:MAX_NAME].lower()
    what = request.args.get("what", "").strip()[:MAX_WHAT]
    action = request.args.get("action", "")
    action = action if action in ACTIONS else ""
    since, until = _day("since"), _day("until")
    given = {"who": who, "action": action, "what": what}
    given |= {name: str(day) for name, day in (("since", since), ("until", until)) if day}
    return AuditFilter(who, action, what, since, until), {name: value for name, value in given.items() if value}


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 1970 <= day.year < 9999 else None  # neither a beginning nor an end of time needs to be reckoned with
