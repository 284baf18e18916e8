"""Deleting articles: in one commit, and so that they stay away."""

from collections.abc import Iterable
from datetime import UTC, datetime

from search.archive.withdrawals import Withdrawals
from search.columnar.writer import Writer


def deleted_articles(
    writer: Writer, ids: Iterable[str], *, may_return: bool = False, merge_up_to: int | None = None
) -> list[str]:
    """
    Delete articles and commit; return those that were there, with ``may_return`` also those that were to stay away.

    Raises ``CommitFailed`` with nothing changed.
    """
    withdrawals, now = Withdrawals(writer.path), datetime.now(UTC)
    deleted = []
    for identifier in dict.fromkeys(ids):
        is_lifted = may_return and withdrawals.lift(identifier)
        if writer.delete(identifier):
            deleted.append(identifier)
            if not may_return:
                withdrawals.delete(identifier, now)
        elif is_lifted:
            deleted.append(identifier)
    with withdrawals.written():
        writer.commit(merge_up_to=merge_up_to)
    return deleted
