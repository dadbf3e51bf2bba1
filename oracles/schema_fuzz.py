"""Let schemathesis read the server's OpenAPI document and send what it makes of it.

    sh oracles/envs.sh schemathesis
    .venv/bin/python oracles/schema_fuzz.py .oracles/schemathesis/bin/st [EXAMPLES]

Runs from the checkout's own environment, and starts a server over a folder that is
thrown away. Ends with schemathesis's own exit code: 0 if no answer is a failure of the
server, and each has the status, type and shape that the document says.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

LEEBOARD = [sys.executable, "-m", "leeboard"]
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,negative_data_rejection"
)
# too many events are refused as too large, not as wrong
SETTINGS = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 415, 422]
"""
LIMITS = "\n[serve]\nrequests_per_s = 1000000\ntries_per_min = 10000\n"


def configured(folder: Path) -> str:
    """Begin a monitor; return a key for everything."""
    draw = random.Random(7)
    temps = [draw.gauss(15, 5) for _ in range(2000)]
    rows = {"temp": temps, "prediction": [6 * t for t in temps]}
    pq.write_table(pa.table(rows), folder / "train.parquet")
    run = lambda *words: subprocess.run(
        [*LEEBOARD, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    run("init", "train.parquet", "--model", "demand")
    with (folder / "leeboard.toml").open("a", encoding="utf-8") as file:
        file.write(LIMITS)
    return run("keys", "create", "--scope", "admin").stdout.strip()


def main(program: str, examples: str = "700") -> int:
    """Serve, ask for the document, and let schemathesis at it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = configured(folder)
        log = folder / "server.log"
        with log.open("w", encoding="utf-8") as out:
            server = subprocess.Popen(
                [*LEEBOARD, "serve", "--port", "0"], cwd=folder, stderr=out, stdout=out
            )
        try:
            while "Listening" not in log.read_text(encoding="utf-8"):
                time.sleep(0.05)
            url = log.read_text(encoding="utf-8").splitlines()[0].split()[-1]
            asked = urllib.request.Request(url + "/v1/openapi.json")
            asked.add_header("Authorization", f"Bearer {key}")
            with urllib.request.urlopen(asked, timeout=20) as answer:
                document = json.load(answer)
            path = folder / "openapi.json"
            path.write_text(json.dumps(document), encoding="utf-8")
            settings = folder / "schemathesis.toml"
            settings.write_text(SETTINGS, encoding="utf-8")
            command = [program, "--config-file", str(settings)]
            command += ["run", str(path), "--url", url, "-n", examples]
            command += ["-H", f"Authorization: Bearer {key}", "--checks", CHECKS]
            command += ["--continue-on-failure", "--seed", "7"]
            code = subprocess.run(command, check=False).returncode
        finally:
            server.terminate()
            server.wait(60)
        said = log.read_text(encoding="utf-8")
        broken = "Traceback" in said or key.split("_", 2)[2] in said
        print(said if broken else "The server's log is clean.")
        return 1 if broken else code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
