# SPDX-License-Identifier: Apache-2.0
"""What goes into the log: never the rows an error of the database quotes, for they hold names and numbers."""

import logging
import re
from types import TracebackType

_QUOTED = re.compile(
    r"^(?:DETAIL|CONTEXT|HINT):.*?(?=^(?:The above exception|During handling|Traceback)|\Z)", re.M | re.S
)


class Line(logging.Formatter):
    """A line of the log; of an error of the database, what it is and where, without the row it names."""

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return _QUOTED.sub("", super().formatException(ei)).rstrip()
