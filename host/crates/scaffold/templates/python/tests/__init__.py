"""Puts the pack, and the SDK that came with it, onto Python's path."""

import sys
from pathlib import Path

_project = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_project / "src"), str(_project / "vendor/sdk/python")]
