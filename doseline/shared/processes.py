# SPDX-License-Identifier: Apache-2.0
"""A process that ends with the one that started it."""

import ctypes
import signal
import sys

_SET_DEATH_SIGNAL = 1  # prctl(2), PR_SET_PDEATHSIG
_LIBC = ctypes.CDLL(None)


def end_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Run in a new child: it gets `by` when its parent is gone, even by kill -9. Linux; elsewhere nothing happens."""
    if sys.platform == "linux":
        _LIBC.prctl(_SET_DEATH_SIGNAL, by)
