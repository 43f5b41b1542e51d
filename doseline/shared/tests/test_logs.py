# SPDX-License-Identifier: Apache-2.0
"""The log never holds the rows an error of the database quotes."""

import logging
import sys

import psycopg

from doseline.shared.logs import Line


def test_an_error_of_the_database_is_logged_without_its_row() -> None:
    try:
        try:
            raise psycopg.errors.CheckViolation(
                'new row violates "final_message_is_not_due"\nDETAIL:  Failing row contains (5830012345, Anjali\nDas).\n'
            )
        except psycopg.Error as error:
            raise RuntimeError("not taken") from error
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "Internal Server Error", None, sys.exc_info())
    line = Line("%(message)s").format(record)
    assert "final_message_is_not_due" in line
    assert "RuntimeError: not taken" in line
    assert not {"Anjali", "Das", "5830012345"} & set(line.replace("(", " ").replace(",", " ").replace(")", " ").split())
