# SPDX-License-Identifier: Apache-2.0
"""Where a drive happens: areas of government and session sites."""

from django.db import models

from doseline.shared.ids import uuid7


class OrgUnit(models.Model):
    """An area: nation, state, district or block. Its code is its path, `IN.36.725`, with Co-WIN's state and district
    ids, so everything below an area is one prefix of an index."""

    LEVELS = (("nation", "nation"), ("state", "state"), ("district", "district"), ("block", "block"))

    code = models.TextField(primary_key=True)
    level = models.TextField(choices=LEVELS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    cowin_id = models.IntegerField(null=True)
    name = models.TextField()
    name_bn = models.TextField(blank=True)
    name_hi = models.TextField(blank=True)

    class Meta:
        db_table = "org_unit"
        indexes = (models.Index(fields=["code"], name="org_unit_below", opclasses=["text_pattern_ops"]),)

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        """The name in `language` (en, bn, hi), English where no translation is known."""
        return {"bn": self.name_bn, "hi": self.name_hi}.get(language) or self.name


class Site(models.Model):
    """A session site."""

    KINDS = (("fixed", "fixed"), ("outreach", "outreach"), ("mobile", "mobile"))

    site_id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    name_bn = models.TextField(blank=True)
    name_hi = models.TextField(blank=True)
    kind = models.TextField(choices=KINDS, default="fixed")
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="sites")
    institution = models.TextField(
        blank=True, db_default="", help_text="Whose staff come here first; empty is the site's name."
    )
    pincode = models.TextField()
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)

    class Meta:
        db_table = "site"

    def __str__(self) -> str:
        return str(self.site_id)

    def name_in(self, language: str) -> str:
        """The name in `language` (en, bn, hi), English where no translation is known."""
        return {"bn": self.name_bn, "hi": self.name_hi}.get(language) or self.name


class SiteClosure(models.Model):
    """A day on which a site holds no session: a holiday, an election, a flood."""

    closure_id = models.UUIDField(primary_key=True, default=uuid7)
    site = models.ForeignKey(Site, models.CASCADE, related_name="closures")
    on_date = models.DateField()
    reason = models.TextField()

    class Meta:
        db_table = "site_closure"
        constraints = (models.UniqueConstraint(fields=["site", "on_date"], name="site_is_closed_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.site_id} {self.on_date}"
