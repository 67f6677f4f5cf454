"""The contract's own names, as far as this package uses them.

In a component they are the bindings that componentize-py makes of `wit/v1`. In plain Python, where a
pack's tests run, there are none, and the same names from `stand_ins` take their place. Used by `pack`,
`session` and `testing`; authors need none of it.
"""

try:
    from componentize_py_types import Err, Ok
    from wit_world.imports import logging, types
    from wit_world.imports.graphql import OperationCall
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] not in ("componentize_py_types", "wit_world"):
        raise
    from .stand_ins import Err, Ok, OperationCall, logging, types

__all__ = ["Err", "Ok", "OperationCall", "logging", "types"]
