"""What is remembered between passes: windows, profiles, measurements, leases.

Place: an edge, below the monitor; plain documented tables in SQLite or Postgres.
"""

from leeboard.state._alarms import Alarms, Outgoing, Written
from leeboard.state._audit import Audit, Deed
from leeboard.state._keys import Key, Keys
from leeboard.state._lease import Lease
from leeboard.state._open import (
    copy_state,
    file_of,
    fill_state,
    open_state,
    state_is_empty,
    state_time,
    state_version,
)
from leeboard.state._state import Done, Held, Measured, Packed, State
from leeboard.state._users import User, Users

__all__ = [
    "Alarms",
    "Audit",
    "Deed",
    "Done",
    "Held",
    "Key",
    "Keys",
    "Lease",
    "Measured",
    "Outgoing",
    "Packed",
    "State",
    "User",
    "Users",
    "Written",
    "copy_state",
    "file_of",
    "fill_state",
    "open_state",
    "state_is_empty",
    "state_time",
    "state_version",
]
