"""A nightly job that scores a file and logs what it predicted.

It stops at what could not be stored: a job can be run again, and rows whose ids are the
same again are not counted twice.
"""

from __future__ import annotations

import csv
import os
import sys

from leeboard_logger import Logger, NotDurable


def main(path: str, night: str) -> int:
    """Score each row of a CSV file; ids are made of the night and the row's place."""
    with Logger(
        os.environ.get("MONITOR", "./monitor"),
        model="demand",
        version="1.2.3",
        mode="durable",
        key=os.environ.get("MONITOR_KEY"),
    ) as log:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        temps = [float(row["temp"]) for row in rows]
        scored = {
            "id": [f"{night}-{place}" for place in range(len(rows))],
            "temp": temps,
            "city": [row["city"] for row in rows],
            "prediction": [100.0 + 9.0 * temp for temp in temps],
        }
        try:
            ids = log.log_predictions(scored, id="id", segments=["city"])
        except NotDurable as failure:
            print(failure, file=sys.stderr)
            return 1
    print(len(ids), "rows logged")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2]))
