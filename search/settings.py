"""Where things are by default, and the zone in which a newsroom reads its dates."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

INDEX_ENVIRONMENT_VARIABLE = "VISTI_INDEX"

#: Dates without a zone are in this one, and people are shown dates in it.
KYIV = ZoneInfo("Europe/Kyiv")


def default_index_path() -> Path:
    """Return the index folder used when none is named: ``$VISTI_INDEX``, else ``index``."""
    return Path(os.environ.get(INDEX_ENVIRONMENT_VARIABLE) or "index")
