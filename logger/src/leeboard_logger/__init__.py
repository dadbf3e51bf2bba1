"""Logs predictions and late labels from inside a model's own process.

Standard library only. It writes frames to a local spool or posts them to a collector,
and nothing else: a committer elsewhere turns frames into a log.
"""

from leeboard_logger._counts import Stats
from leeboard_logger._errors import LoggerError, NotDurable
from leeboard_logger._version import __version__ as __version__
from leeboard_logger.ids import EventId
from leeboard_logger.logger import Logger

__all__ = ["EventId", "Logger", "LoggerError", "NotDurable", "Stats"]
