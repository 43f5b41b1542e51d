# SPDX-License-Identifier: Apache-2.0
"""What granian serves: the machine door, with Django behind it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseline.settings")

from django.core.asgi import get_asgi_application

_django = get_asgi_application()

from doseline.door.app import Door  # noqa: E402 - needs Django set up

application = Door(_django)  # type: ignore[arg-type]
