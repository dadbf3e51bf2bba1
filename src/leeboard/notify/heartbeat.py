"""A ping after each pass, so that silence is noticed elsewhere.

Place: one call of the shell. Whoever watches over Leeboard must not be Leeboard: the
receiver raises its own alarm when no ping has come for too long.
"""

from __future__ import annotations

from leeboard.errors import Note, NotifyError

__all__ = ["ping"]


def ping(
    url: str, *, allow_private: bool = False, within_s: float = 10.0
) -> Note | None:
    """Get the URL; a failure is a note, never an error: the pass itself went well.

    Parameters
    ----------
    url : str
        May be a secret; no note repeats it.
    allow_private : bool
        It may lie inside: loopback and private networks.
    within_s : float
        Seconds for the whole exchange.
    """
    from leeboard.notify._http import Way, exchange, taken

    way = Way("heartbeat", allow_private, within_s)
    try:
        taken(way, exchange(way, url, None))
    except NotifyError as error:
        text = f"not pinged: found {error.found}. {error.fix}"
        return Note("heartbeat_failed", "[heartbeat]", text)
    return None
