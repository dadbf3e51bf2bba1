"""Version of the logger, released together with Leeboard."""

__version__ = "0.1.0"
