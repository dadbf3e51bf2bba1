"""A process to be killed: forks committers on demand, with everything imported."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from leeboard.logs import open_log, ship


def main(root: str) -> None:
    """Fork a committer of a folder for each line of input; say its process id."""
    import pyarrow.json
    import pyarrow.parquet  # noqa: F401 - so that no child needs to

    for _ in sys.stdin:
        child = os.fork()
        if not child:
            log = open_log(root)
            while True:
                ship(log, str(Path(root) / "spool"), datetime.now(UTC), most=1)
                time.sleep(0.001)
        print(child, flush=True)
        os.waitpid(child, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
