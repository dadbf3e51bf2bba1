"""Everything that turns users' data into columns.

Place: below configuration and checks, above the path. Engines see a ``Source`` and
nothing of where it came from.
"""

from leeboard.sources._limits import Limits
from leeboard.sources._open import open_source
from leeboard.sources._source import Block, Source
from leeboard.sources._streams import Streamed
from leeboard.sources._watched import Watched

__all__ = ["Block", "Limits", "Source", "Streamed", "Watched", "open_source"]
