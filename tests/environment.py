# SPDX-License-Identifier: Apache-2.0
"""Gives the tests a real PostgreSQL of their own before Django reads its settings. Loaded by pytest's `-p`."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp(prefix="doseline-test-"))
folder.chmod(0o755)
os.environ["DOSELINE_DATA_DIR"] = str(folder)
os.environ["DOSELINE_AS_OWNER"] = "1"
os.environ["DOSELINE_RECORD_LANES"] = "1"  # one thread of the door's to close at the end of a test
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser driver runs an event loop of its own
if "DATABASE_URL" not in os.environ:
    from doseline.shared.embedded_postgres import EmbeddedPostgres

    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
