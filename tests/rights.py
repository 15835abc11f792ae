"""Processes to which rights apply: root, whom tests often run as, may read and write everything."""

from __future__ import annotations

import os
import sys

_LAID_DOWN = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")


def python_bound_by_rights() -> list[str]:
    """The words before a Python program that rights apply to. Root stays root, who may read this project; without its
    power over rights, files of another user are another user's.
    """
    return [*(_LAID_DOWN if os.geteuid() == 0 else ()), sys.executable]
