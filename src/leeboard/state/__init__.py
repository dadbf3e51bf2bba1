"""What is remembered between passes: windows, profiles, measurements, leases.

Place: an edge, below the monitor; plain documented tables in SQLite or Postgres.
"""

from leeboard.state._state import Done, Lease, Measured, Packed, State

__all__ = ["Done", "Lease", "Measured", "Packed", "State"]
