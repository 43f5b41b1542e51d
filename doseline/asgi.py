# SPDX-License-Identifier: Apache-2.0
"""What granian serves: the machine door, with Django behind it."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseline.settings")

from django.core.asgi import get_asgi_application

_django = get_asgi_application()

from doseline.door.app import Door  # noqa: E402 - needs Django set up
from doseline.shared.processes import end_with_parent  # noqa: E402 - as above

if os.environ.get("DOSELINE_SERVING"):
    end_with_parent()  # a worker whose master was killed would keep the port, and answer for nobody

application = Door(_django)  # type: ignore[arg-type]

# The program itself is not garbage; and an upload makes thousands of short-lived objects without a cycle among them,
# which the collector's usual pace would go through dozens of times: a third of the time it takes to read a fact.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
