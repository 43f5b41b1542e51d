# SPDX-License-Identifier: Apache-2.0
"""The plan: drives, sessions, teams, who is expected where, and the packs phones fetch the evening before."""

from django.db import models
from django.db.models.functions import Now

from doseline.people.models import Person
from doseline.places.models import OrgUnit, Site
from doseline.shared.ids import uuid7
from doseline.staff.models import Staff
from doseline.vaccines.models import Batch, Product, Programme


class Drive(models.Model):
    """A programme carried out in an area over a time."""

    drive_id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.ForeignKey(Programme, models.PROTECT)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT)
    name = models.TextField()
    starts_on = models.DateField()
    second_check = models.BooleanField(
        default=False, db_default=False, help_text="What is entered from paper waits for a second person's word."
    )

    class Meta:
        db_table = "drive"

    def __str__(self) -> str:
        return str(self.drive_id)


class Session(models.Model):
    """A site on a date within a window, with one product, a team and a roster. The wall is drawn by `on_date`."""

    session_id = models.UUIDField(primary_key=True, default=uuid7)
    drive = models.ForeignKey(Drive, models.PROTECT)
    site = models.ForeignKey(Site, models.PROTECT, related_name="sessions")
    product = models.ForeignKey(Product, models.PROTECT)
    on_date = models.DateField(db_index=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    expected_count = models.PositiveIntegerField(help_text="People booked on the roster; kept by `planning.commands`.")
    capacity = models.PositiveIntegerField(db_default=100, help_text="Doses the team can give in the window.")
    walk_in_capacity = models.PositiveIntegerField(db_default=0, help_text="Of these, kept free for walk-ins.")
    plan_version = models.PositiveIntegerField(db_default=1, help_text="Rises when anything a pack holds changes.")
    batches = models.ManyToManyField(Batch, db_table="session_batch")

    class Meta:
        db_table = "session"
        constraints = (
            models.CheckConstraint(
                name="session_closes_after_it_opens", condition=models.Q(closes_at__gt=models.F("opens_at"))
            ),
            models.CheckConstraint(
                name="walk_ins_fit_the_capacity", condition=models.Q(walk_in_capacity__lte=models.F("capacity"))
            ),
        )

    def __str__(self) -> str:
        return str(self.session_id)


class SessionStaff(models.Model):
    """One member of a session's team."""

    session_staff_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="team")
    staff = models.ForeignKey(Staff, models.PROTECT)
    role = models.TextField()

    class Meta:
        db_table = "session_staff"
        constraints = (models.UniqueConstraint(fields=["session", "staff"], name="one_role_each_in_a_session"),)

    def __str__(self) -> str:
        return str(self.session_staff_id)


class SessionCancellation(models.Model):
    """A session that will not be held. Its people are planned anew, and told."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="cancellation")
    cancelled_at = models.DateTimeField()
    cancelled_by = models.ForeignKey(Staff, models.PROTECT, null=True)
    reason = models.TextField()

    class Meta:
        db_table = "session_cancellation"

    def __str__(self) -> str:
        return str(self.session_id)


class SessionMove(models.Model):
    """A session held elsewhere or at another time than was said. Its people go along, and are told."""

    move_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="moves")
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(Staff, models.PROTECT, null=True)
    reason = models.TextField()
    from_site = models.ForeignKey(Site, models.PROTECT, related_name="moves_away")
    from_opens_at = models.DateTimeField()
    told_count = models.PositiveIntegerField(db_default=0, help_text="How many of its people knew of it as it was.")

    class Meta:
        db_table = "session_move"

    def __str__(self) -> str:
        return str(self.move_id)


class AllotmentRun(models.Model):
    """One planning of people into sessions: whom, when, how far it is, what came of it. `state`: waiting → placing →
    writing → done, or cancelled. Cut off, it starts anew with whoever has no place yet."""

    STATES = ("waiting", "placing", "writing", "done", "cancelled")

    run_id = models.UUIDField(primary_key=True, default=uuid7)
    drive = models.ForeignKey(Drive, models.PROTECT)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT)
    starts_on = models.DateField()
    ends_on = models.DateField()
    priority_groups = models.JSONField(default=list)
    reserve_percent = models.PositiveSmallIntegerField(default=10)
    asked_by = models.ForeignKey(Staff, models.PROTECT, null=True)
    asked_at = models.DateTimeField()
    state = models.TextField(choices=[(state, state) for state in STATES], default="waiting")
    people_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    placed_count = models.PositiveIntegerField(default=0)
    reserve_count = models.PositiveIntegerField(default=0)
    is_automatic = models.BooleanField(
        db_default=False, help_text="Of second doses alone, asked by nobody: every few minutes."
    )
    gave_way_count = models.PositiveIntegerField(
        db_default=0, help_text="First doses booked before whose place a second dose has; they were placed anew."
    )
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    worked_on_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "allotment_run"

    def __str__(self) -> str:
        return str(self.run_id)

    @property
    def unplaced_count(self) -> int:
        """How many it found no place for, once it is done."""
        return max(0, self.people_count - self.placed_count - self.reserve_count) if self.state == "done" else 0


class UnplacedPerson(models.Model):
    """Someone a run could not place, and why."""

    REASONS = ("no_session_near", "full", "second_full", "second_waits", "second_no_session", "not_due")

    unplaced_id = models.UUIDField(primary_key=True, default=uuid7)
    run = models.ForeignKey(AllotmentRun, models.CASCADE, related_name="unplaced")
    person = models.ForeignKey(Person, models.CASCADE)
    reason = models.TextField(choices=[(reason, reason) for reason in REASONS])

    class Meta:
        db_table = "unplaced_person"
        constraints = (models.UniqueConstraint(fields=["run", "person"], name="unplaced_once_in_a_run"),)

    def __str__(self) -> str:
        return str(self.unplaced_id)


class Allotment(models.Model):
    """A person expected at a session (`booked`) or waiting for a place there (`reserve`); the booked are its roster."""

    allotment_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="roster")
    person = models.ForeignKey(Person, models.CASCADE)
    slot_at = models.DateTimeField()
    kind = models.TextField(choices=(("booked", "booked"), ("reserve", "reserve")), db_default="booked")
    allotted_at = models.DateTimeField(db_default=Now())
    run = models.ForeignKey(AllotmentRun, models.SET_NULL, null=True)
    told_at = models.DateTimeField(
        null=True, help_text="When we know that the person knows: delivered, or reached by a call."
    )
    told_how = models.TextField(blank=True, db_default="")

    class Meta:
        db_table = "allotment"
        constraints = (models.UniqueConstraint(fields=["session", "person"], name="on_a_roster_once"),)

    def __str__(self) -> str:
        return str(self.allotment_id)


class SessionPack(models.Model):
    """One version of what a phone needs to run a session with no network. `content` is encrypted; `manifest` (JWS)
    signs its hash and says who can open it."""

    pack_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="packs")
    version = models.PositiveIntegerField()
    built_at = models.DateTimeField()
    plan_version = models.PositiveIntegerField(db_default=1)
    is_frozen = models.BooleanField(db_default=False, help_text="Built after the freeze: says what changed since.")
    manifest = models.TextField()
    content = models.BinaryField()

    class Meta:
        db_table = "session_pack"
        constraints = (models.UniqueConstraint(fields=["session", "version"], name="one_pack_per_version"),)

    def __str__(self) -> str:
        return str(self.pack_id)


class PackPrint(models.Model):
    """A session's pack was printed: what version, when, by whom."""

    print_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="prints")
    version = models.PositiveIntegerField()
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey(Staff, models.PROTECT, null=True)

    class Meta:
        db_table = "pack_print"

    def __str__(self) -> str:
        return str(self.print_id)


class StartSecret(models.Model):
    """What lets a session be started when nothing else does: the key under which a supervisor's spoken answer is checked on
    the phone (rung 4), made with the session's first pack."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="start_secret")
    voice_key = models.BinaryField()

    class Meta:
        db_table = "start_secret"

    def __str__(self) -> str:
        return str(self.session_id)


class StartCard(models.Model):
    """The sealed card of ten one-time codes on a session's printed pack (rung 5). The codes follow from the server's own key and
    `generation`, so printing again prints the same; slow hashes alone are kept, here and in the pack. A card that was lost is
    made worthless by the next generation."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="start_card")
    generation = models.PositiveSmallIntegerField(default=1)
    salt = models.BinaryField()
    iterations = models.PositiveIntegerField()
    hashes = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "start_card"

    def __str__(self) -> str:
        return str(self.session_id)


class StartCode(models.Model):
    """A one-time code with which a member of a team may start a session on a phone (rung 3). Only its keyed hash is kept; it
    lives ten minutes, bears five wrong tries, and is used once."""

    code_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="start_codes")
    staff = models.ForeignKey(Staff, models.CASCADE)
    device_id = models.UUIDField()
    code_hash = models.BinaryField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_count = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "start_code"

    def __str__(self) -> str:
        return str(self.code_id)


class StartAnswer(models.Model):
    """An officer read out the answer to a phone's challenge (rung 4)."""

    answer_id = models.UUIDField(primary_key=True, default=uuid7)
    session = models.ForeignKey(Session, models.CASCADE, related_name="start_answers")
    challenge = models.TextField()
    given_by = models.ForeignKey(Staff, models.PROTECT)
    given_at = models.DateTimeField()

    class Meta:
        db_table = "start_answer"

    def __str__(self) -> str:
        return str(self.answer_id)


class SessionStart(models.Model):
    """How a phone started a session, judged again here. `proof`: proven; reused (a card's code used before); unproven (what the
    phone took as proof does not hold here); provisional (two persons and a reason, no proof at all). All but `proven`, and every
    use of a card, wait until the district settles them; until then a session with none but provisional starts is shown so, and
    so are its doses."""

    PROOFS = ("proven", "reused", "unproven", "provisional")

    fact_id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE, related_name="starts")
    device_id = models.UUIDField()
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    second_staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    rung = models.TextField()
    proof = models.TextField(choices=[(proof, proof) for proof in PROOFS])
    why = models.TextField(blank=True)
    card_hash = models.TextField(blank=True)
    started_at = models.DateTimeField()
    needs_settling = models.BooleanField()
    settled_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "session_start"
        indexes = (
            models.Index(
                fields=["session"], name="starts_to_settle", condition=models.Q(needs_settling=True, settled_at=None)
            ),
        )

    def __str__(self) -> str:
        return str(self.fact_id)
