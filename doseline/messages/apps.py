# SPDX-License-Identifier: Apache-2.0
"""The room's label: Django's own messages framework has the plain word."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """`doseline.messages` under a label of its own."""

    name = "doseline.messages"
    label = "doseline_messages"
