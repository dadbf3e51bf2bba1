"""The job by which Prometheus scrapes a server, with the key in a file of its own."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from leeboard.errors import ConfigError
from leeboard.exposition.alerts import JOB
from leeboard.exposition.yaml import Value

__all__ = ["checked_url", "scrape_config"]


def scrape_config(url: str, key_file: str) -> dict[str, Value]:
    """Return a configuration of Prometheus that has this job alone.

    Parameters
    ----------
    url : str
        Of the server, as ``https://leeboard.example:8181``.
    key_file : str
        File that holds a key with the scope read; from Prometheus's own file on.

    Raises
    ------
    ConfigError
        The address is none.
    """
    parts = checked_url(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    job: dict[str, Value] = {
        "job_name": JOB,
        "scheme": parts.scheme,
        "metrics_path": f"{parts.path.rstrip('/')}/metrics",
        "authorization": {"credentials_file": key_file},
        "static_configs": [{"targets": [f"{host}:{port}"]}],
    }
    return {"scrape_configs": [job]}


def checked_url(url: str) -> SplitResult:
    """Take an address apart.

    Raises
    ------
    ConfigError
        It is no http(s) address.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname)
        sound = sound and (parts.port is None or parts.port > 0)
    except ValueError:  # no port, or a bracket left open
        sound = False
    if not sound:
        raise ConfigError(
            code="bad_url",
            where="--url",
            found=repr(url),
            expected="an address such as https://leeboard.example:8181",
            fix="Give scheme and host, and the port if it is not the usual one.",
        )
    return parts
