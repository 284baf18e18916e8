"""The newsroom's tools, as its navigation and its first page list them: a new one is one more line."""

from dataclasses import dataclass

from web.i18n import N_
from web.newsroom.permissions import Role

__all__ = ["TOOLS", "Tool", "tools_for"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A page of the newsroom; ``label`` and ``about`` are messages marked with ``N_``."""

    endpoint: str
    label: str
    about: str
    role: Role = Role.JOURNALIST


#: In the order in which they are shown.
TOOLS: tuple[Tool, ...] = (
    Tool("drafts.ask", N_("Check a draft"), N_("What has been written about it already, and what is new in it.")),
    Tool("saved_searches.index", N_("Saved searches"), N_("What is new in them, here, by e-mail or as a feed.")),
    Tool("collections.index", N_("Collections"), N_("Articles put together for a subject, with notes.")),
    Tool("quotes.index", N_("Quotations"), N_("Who said what, in which article, and when.")),
    Tool(
        "coverage.gaps",
        N_("Coverage"),
        N_("What is missing, what disagrees, what was on this day, what is compared."),
    ),
    Tool("users.index", N_("Accounts"), N_("Who may sign in, and what they may do."), Role.EDITOR),
    Tool("audit.index", N_("Audit trail"), N_("Who did what, and when."), Role.EDITOR),
    Tool("account.show", N_("My account"), N_("Your password, and tokens for programs.")),
)


def tools_for(role: Role) -> list[Tool]:
    """Return the tools of a role."""
    return [tool for tool in TOOLS if tool.role <= role]
