"""Stands in for the bindings in plain Python: values of the same shape, and nobody behind them.

The shapes are componentize-py's for `wit/v1`. Used by `contract` where there are no bindings.
"""

from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace


@dataclass
class Ok:
    """What went well."""

    value: object


class Err(Exception):
    """What did not."""

    def __init__(self, value: object):
        super().__init__(value)
        self.value = value


@dataclass
class ErrorRecord:
    """The contract's `error`."""

    kind: str
    message: str
    hints: list[str]
    details: str | None


@dataclass
class OperationCall:
    """The contract's `operation-call`."""

    operation: str
    variables: str


class Level(Enum):
    """The contract's `level`."""

    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3


def _log(level: Level, message: str) -> None:
    """Nobody reads what is logged in plain Python."""


types = SimpleNamespace(Error=ErrorRecord)
logging = SimpleNamespace(Level=Level, log=_log)
