# SPDX-License-Identifier: Apache-2.0
"""The database's tables as readable SQL. `python -m pytest tests/house --write-schema` writes schema.sql anew."""

import re
import subprocess

from django.db import connection

from doseline.shared.embedded_postgres import binary

_OURS = r"^(auth|django|account|mfa|staff_groups|staff_user)"


def dump_schema() -> str:
    """Tables, constraints, indexes and grants of the connected database, without what Django and libraries bring."""
    settings = connection.settings_dict
    command = [
        str(binary("pg_dump")),
        "--schema-only",
        "--no-owner",
        "--no-comments",
        "--restrict-key=doseline",
        "-d",
        settings["NAME"],
    ]
    for flag, value in (("-h", settings["HOST"]), ("-p", settings["PORT"]), ("-U", settings["USER"])):
        command += [flag, str(value)] if value else []
    for table in ("auth_*", "django_*", "account_*", "mfa_*", "staff_groups", "staff_user_permissions"):
        command += ["--exclude-table", f"public.{table}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in text.splitlines() if not re.match(r"^(--|SET |SELECT pg_catalog|\\)", line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
