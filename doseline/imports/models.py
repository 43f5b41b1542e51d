# SPDX-License-Identifier: Apache-2.0
"""Lists that people send, on their way into the register. Rows are staged in `import_row`, written by SQL (sql/)."""

from django.conf import settings
from django.db import models
from django.db.models import Value

from doseline.places.models import OrgUnit, Site
from doseline.shared.ids import uuid7


class ImportFile(models.Model):
    """One list. `state`: columns (someone says what they mean) → reading → review → applying → done; or held, cancelled,
    failed. `rows_read` and `rows_applied` are how far it is, written with the rows themselves, so work goes on after a
    stop where it was."""

    STATES = ("columns", "reading", "review", "held", "applying", "done", "cancelled", "failed")

    import_id = models.UUIDField(primary_key=True, default=uuid7)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    sent_at = models.DateTimeField()
    name = models.TextField()
    byte_count = models.BigIntegerField()
    content_hash = models.BinaryField()
    kind = models.TextField(choices=(("people", "people"), ("changes", "changes"), ("doses", "doses")))
    site = models.ForeignKey(Site, models.PROTECT, null=True, help_text="Where the doses of a register were given.")
    product_code = models.TextField(blank=True, db_default="", help_text="What was given, where a row does not say.")
    institution = models.TextField(blank=True)
    priority_group = models.TextField()
    state = models.TextField(choices=[(state, state) for state in STATES], default="columns")
    problem = models.TextField(blank=True)
    header_row = models.IntegerField(default=-1)
    headers = models.JSONField(
        default=list, db_default=Value([], models.JSONField()), help_text="As the list has them, squeezed."
    )
    columns = models.JSONField(default=list)
    month_first = models.BooleanField(default=False)
    row_estimate = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    rows_staged = models.PositiveIntegerField(default=0, db_default=0, help_text="Of those read, the ones not blank.")
    rows_applied = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    apply_started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    purge_at = models.DateTimeField()
    worked_on_until = models.DateTimeField(null=True, help_text="The lease of the worker that has it in hand.")

    class Meta:
        db_table = "import_file"
        indexes = (
            models.Index(
                fields=["state"], name="import_file_to_work_on", condition=models.Q(state__in=["reading", "applying"])
            ),
            models.Index(fields=["content_hash"], name="import_file_by_content"),
        )

    def __str__(self) -> str:
        return str(self.import_id)


class ImportChunk(models.Model):
    """A megabyte of a list as it was sent, encrypted; deleted at the list's `purge_at`."""

    chunk_id = models.UUIDField(primary_key=True, default=uuid7)
    import_file = models.ForeignKey(ImportFile, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    closed = models.BinaryField()

    class Meta:
        db_table = "import_chunk"
        constraints = (models.UniqueConstraint(fields=["import_file", "number"], name="chunk_is_kept_once"),)

    def __str__(self) -> str:
        return f"{self.import_file_id} {self.number}"
