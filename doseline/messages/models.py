# SPDX-License-Identifier: Apache-2.0
"""Gateways, templates, and the little that is edited by hand. Messages, attempts, receipts and call tasks come by the
million and are written by SQL (migrations/0002, sql/)."""

from django.db import models

from doseline.shared.ids import uuid7

PURPOSES = (
    "invitation", "reminder", "change", "cancellation", "start_code", "login_code", "dose_ack", "second_dose", "aefi_alert",
)  # fmt: skip
CHANNELS = ("sms", "email", "voice")


class Gateway(models.Model):
    """A way out. `weight` (0-100) is its share of its channel's traffic now, `normal_weight` where it drifts back to;
    `settings` are of its kind (gateways/<kind>.py); secrets in it are closed with the server's key."""

    KINDS = ("kannel", "http", "smtp", "demo")

    code = models.TextField(primary_key=True)
    kind = models.TextField(choices=[(kind, kind) for kind in KINDS])
    channel = models.TextField(choices=[(channel, channel) for channel in CHANNELS])
    settings = models.JSONField(default=dict)
    normal_weight = models.PositiveSmallIntegerField(default=50)
    weight = models.PositiveSmallIntegerField(default=50)
    weight_changed_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "gateway"

    def __str__(self) -> str:
        return self.code


class Template(models.Model):
    """What is said for a purpose in a language on a channel. `text` has {name} {site} {date} {time} {code} {own_code} {vaccine};
    `registered` is the very text the operators hold under `dlt_template_id`, with {#var#} for each variable: the two must
    agree to the byte before it may be sent."""

    template_id = models.UUIDField(primary_key=True, default=uuid7)
    purpose = models.TextField(choices=[(purpose, purpose) for purpose in PURPOSES])
    language = models.TextField()
    channel = models.TextField(choices=[(channel, channel) for channel in CHANNELS], default="sms")
    text = models.TextField()
    registered = models.TextField(blank=True)
    dlt_entity_id = models.TextField(blank=True)
    dlt_template_id = models.TextField(blank=True)
    sender = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "message_template"
        constraints = (
            models.UniqueConstraint(fields=["purpose", "language", "channel"], name="one_text_for_a_purpose"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.language} {self.channel}"
