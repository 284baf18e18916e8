"""
One run of the alerts in a process of its own, which a test can kill: ``alerts_child.py INDEX ACCOUNTS PORT MOMENT``.

It says "ready" on standard output when the run begins.
"""

import sys
from datetime import datetime
from pathlib import Path

from web import create_app
from web.config import SiteConfig
from web.newsroom.alerts.run import run_alerts


def main(index: str, accounts: str, port: str, moment: str) -> None:
    """Run the alerts once."""
    config = SiteConfig(
        rate_limit=0, accounts=accounts, site_url="https://news.example.org/", mail_sender="Visti <alerts@example.org>",
        smtp_host="127.0.0.1", smtp_port=int(port), smtp_security="none",
    )  # fmt: skip
    now = datetime.fromisoformat(moment)
    app = create_app(Path(index), clock=lambda: now, config=config)
    print("ready", flush=True)
    run_alerts(app)


if __name__ == "__main__":
    main(*sys.argv[1:])
