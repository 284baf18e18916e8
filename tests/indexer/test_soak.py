"""A short soak; ``make soak`` runs a long one. ``soaking`` says what is done and what is checked."""

import os
import random

from soaking import Soak

# More: VISTI_SOAK_OPERATIONS=20000 VISTI_SOAK_SEED=7 pytest -s tests/indexer/test_soak.py
OPERATIONS = int(os.environ.get("VISTI_SOAK_OPERATIONS", "50"))
SEED = int(os.environ.get("VISTI_SOAK_SEED", random.randrange(10**6)))


def test_archive_is_what_was_acknowledged_whatever_is_killed(tmp_path):
    print(f"seed {SEED}, {OPERATIONS} operations")  # shown with a failure, and by make soak
    soak = Soak(tmp_path, SEED, OPERATIONS, moves=max(1, OPERATIONS // 1_000))
    soak.run()
    print(
        f"{soak.done}; {soak.kills} kills, {soak.undone} of them before the operation was done; {soak.observations:,} "
        f"answers of readers and {soak.backups} backups, each of a state of its time; copied {soak.copies} times"
    )
    assert soak.kills and soak.observations and soak.backups and soak.copies
