# SPDX-License-Identifier: Apache-2.0
"""Paper: sheets and who has had them in hand, what came back of them as pictures, what their rows say, and what is still open."""

from django.conf import settings
from django.db import models

from doseline.paper.layout import LAYOUT
from doseline.places.models import OrgUnit
from doseline.planning.models import Session
from doseline.shared.ids import uuid7


class Sheet(models.Model):
    """One page of at most 15 rows, known by its `code`. `state`: issued → used → received → entered → reconciled; or void, lost.
    Its rows never change once it is made, so printing it again prints the same."""

    STATES = ("issued", "used", "received", "entered", "reconciled", "void", "lost")

    sheet_id = models.UUIDField(primary_key=True, default=uuid7)
    code = models.TextField(unique=True)
    session = models.ForeignKey(Session, models.PROTECT, related_name="sheets")
    number = models.PositiveSmallIntegerField()
    layout = models.PositiveSmallIntegerField(default=LAYOUT)
    first_at = models.DateTimeField(help_text="The first of the half-hours on it.")
    batches = models.JSONField(default=list, help_text="Ids of the batches printed as A, B, C, D.")
    made_at = models.DateTimeField()
    state = models.TextField(choices=[(state, state) for state in STATES], default="issued")
    state_at = models.DateTimeField()

    class Meta:
        db_table = "sheet"
        constraints = (models.UniqueConstraint(fields=["session", "number"], name="sheet_is_numbered_once"),)
        indexes = (models.Index(fields=["session"], name="sheets_in_use", condition=~models.Q(state="issued")),)

    def __str__(self) -> str:
        return str(self.sheet_id)


class SheetEvent(models.Model):
    """A sheet changed hands or state. Only added to."""

    event_id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="events")
    kind = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    place = models.TextField(blank=True)

    class Meta:
        db_table = "sheet_event"

    def __str__(self) -> str:
        return str(self.event_id)


class Scan(models.Model):
    """A picture or PDF that came in. `state`: waiting → reading → read, or failed. Closed at rest, deleted at `purge_at`."""

    STATES = ("waiting", "reading", "read", "failed")

    scan_id = models.UUIDField(primary_key=True, default=uuid7)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    device_id = models.UUIDField(null=True, help_text="The phone that sent it, when one did.")
    sent_at = models.DateTimeField()
    name = models.TextField()
    byte_count = models.PositiveIntegerField()
    content_hash = models.BinaryField()
    closed = models.BinaryField(null=True)
    state = models.TextField(choices=[(state, state) for state in STATES], default="waiting")
    problem = models.TextField(blank=True)
    page_count = models.PositiveSmallIntegerField(default=0)
    pages_read = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Since its last page was read: one that kills its reader is left out."
    )
    worked_on_until = models.DateTimeField(null=True)
    purge_at = models.DateTimeField()

    class Meta:
        db_table = "scan"
        constraints = (models.UniqueConstraint(fields=["org_unit", "content_hash"], name="scan_is_taken_once"),)
        indexes = (
            models.Index(fields=["sent_at"], name="scan_to_read", condition=models.Q(state__in=["waiting", "reading"])),
        )

    def __str__(self) -> str:
        return str(self.scan_id)


class ScanPage(models.Model):
    """One page of a scan: the sheet it shows, or what is wrong with it. `closed` is the page laid flat."""

    page_id = models.UUIDField(primary_key=True, default=uuid7)
    scan = models.ForeignKey(Scan, models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()
    sheet = models.ForeignKey(Sheet, models.PROTECT, null=True, related_name="pages")
    problem = models.TextField(blank=True)
    closed = models.BinaryField(null=True)
    read_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, help_text="When somebody put a page that could not be read aside.")

    class Meta:
        db_table = "scan_page"
        constraints = (models.UniqueConstraint(fields=["scan", "number"], name="page_is_read_once"),)

    def __str__(self) -> str:
        return str(self.page_id)


class SheetRow(models.Model):
    """One row of a sheet. `person_id` is who stands in it; in a blank row whoever it turns out to be (reserved for a walk-in until
    then). `state`: open (nothing known) → certain or doubtful (read from a picture) → second (a second person is to look) → differs
    → entered (its facts are recorded), or empty (nobody came). `entry` is what a person said the row says; `entry_number` rises with
    each word that replaces an earlier."""

    STATES = ("open", "certain", "doubtful", "second", "differs", "entered", "empty")
    PROVENANCES = ("roster_scan", "typed_once", "typed_twice")

    row_id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="rows")
    number = models.PositiveSmallIntegerField()
    person_id = models.UUIDField(db_index=True)
    code = models.TextField(db_index=True)
    is_blank = models.BooleanField(default=False)
    state = models.TextField(choices=[(state, state) for state in STATES], default="open")
    reading = models.JSONField(default=dict)
    doubts = models.JSONField(default=list)
    doubts_settled = models.JSONField(
        default=list, help_text="Those of the picture it was entered from: not asked again."
    )
    page = models.ForeignKey(ScanPage, models.SET_NULL, null=True, related_name="rows")
    entry = models.JSONField(null=True)
    entry_number = models.PositiveSmallIntegerField(default=0)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)
    provenance = models.TextField(blank=True)
    second = models.JSONField(null=True)
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    walk_in_sealed = models.TextField(blank=True, help_text="Who stands in a blank row, sealed to our key.")
    fact_ids = models.JSONField(default=list, help_text="Of the entry that counts, in the order recorded.")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "sheet_row"
        constraints = (models.UniqueConstraint(fields=["sheet", "number"], name="row_is_on_its_sheet_once"),)

    def __str__(self) -> str:
        return str(self.row_id)


class Evidence(models.Model):
    """A photo of what somebody showed of a dose we had no record of, for the fact that attests it. The photo may come before its fact.
    Closed at rest, deleted at `purge_at`."""

    evidence_id = models.UUIDField(primary_key=True, default=uuid7)
    fact_id = models.UUIDField()
    device_id = models.UUIDField(help_text="The phone that sent it: only its own facts can be attested by it.")
    received_at = models.DateTimeField()
    closed = models.BinaryField()
    purge_at = models.DateTimeField()

    class Meta:
        db_table = "evidence"
        constraints = (models.UniqueConstraint(fields=["fact_id", "device_id"], name="fact_has_one_photo"),)

    def __str__(self) -> str:
        return str(self.evidence_id)


class Tally(models.Model):
    """What a site on paper said of its day by SMS or telephone, before its rows come in. The latest word of a session counts."""

    tally_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="tallies")
    said_at = models.DateTimeField()
    way = models.TextField(choices=(("sms", "sms"), ("call", "call")))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    given = models.PositiveSmallIntegerField()
    not_given = models.PositiveSmallIntegerField()
    wasted = models.PositiveSmallIntegerField()
    aefi = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "paper_tally"

    def __str__(self) -> str:
        return str(self.tally_id)


class ReviewDecision(models.Model):
    """What the desk said of a matter under review (status.review_item), and what it recorded for it: it can be taken back, by facts
    told in its name."""

    decision_id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField()
    decision = models.TextField()
    person_id = models.UUIDField()
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    gone = models.JSONField(help_text="The facts it took back.")
    said = models.JSONField(help_text="The facts it said.")
    rows = models.JSONField(help_text="Rows of sheets these stood for → their entry number when it was decided.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "review_decision"
        indexes = (
            models.Index(fields=["decided_by", "-decided_at"], name="review_decisions_of"),
            models.Index(fields=["person_id"], name="review_decisions_on"),
        )

    def __str__(self) -> str:
        return str(self.decision_id)


class OpenItem(models.Model):
    """Something paper left open, for someone to decide; ranked by the days left to that person's next dose (`due_on`). Found again
    and again by the same question, kept once; closed by a decision, which can be taken back, or because it is open no more."""

    KINDS = ("differs", "contradiction", "twice", "photo", "tally", "rows", "missing_sheet")

    item_id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField(choices=[(kind, kind) for kind in KINDS])
    subject_id = models.UUIDField(help_text="The sheet, row or session it is about.")
    session = models.ForeignKey(Session, models.CASCADE, related_name="open_items")
    due_on = models.DateField()
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, help_text="When it was found to be open no more.")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    before = models.JSONField(
        null=True, help_text="What taking the decision back puts back: the row's entry, the facts of phones."
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "open_item"
        constraints = (models.UniqueConstraint(fields=["kind", "subject_id"], name="item_is_open_once"),)
        indexes = (
            models.Index(
                fields=["due_on", "item_id"], name="items_to_decide", condition=models.Q(gone_at=None, decided_at=None)
            ),
        )

    def __str__(self) -> str:
        return str(self.item_id)
