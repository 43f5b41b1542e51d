# SPDX-License-Identifier: Apache-2.0
"""What is given: programmes, products with their schedules, batches with their expiry."""

from django.db import models

from doseline.shared.ids import uuid7


class Programme(models.Model):
    """A vaccination programme: what disease, for whom."""

    code = models.TextField(primary_key=True)
    name = models.TextField()

    class Meta:
        db_table = "programme"

    def __str__(self) -> str:
        return self.code


class Product(models.Model):
    """A vaccine as it is bought and given, with its schedule. Days count from the dose before."""

    code = models.TextField(primary_key=True)
    programme = models.ForeignKey(Programme, models.PROTECT)
    name = models.TextField()
    also_called = models.JSONField(
        default=list, help_text="Its name in other scripts and spellings, as registers write it."
    )
    manufacturer = models.TextField()
    dose_count = models.PositiveSmallIntegerField()
    earliest_days = models.PositiveSmallIntegerField()
    recommended_days = models.PositiveSmallIntegerField()
    latest_days = models.PositiveSmallIntegerField()
    age_years_min = models.PositiveSmallIntegerField()
    doses_per_vial = models.PositiveSmallIntegerField()
    open_vial_minutes_max = models.PositiveSmallIntegerField()
    observation_minutes = models.PositiveSmallIntegerField()
    screening = models.JSONField(
        default=list,
        help_text="Questions before a dose: [code, advice when yes]; advice is care, put_off or do_not_give.",
    )
    source = models.TextField(help_text="Where the schedule was published.")

    class Meta:
        db_table = "product"
        constraints = (
            models.CheckConstraint(
                name="due_dates_are_in_order",
                condition=models.Q(earliest_days__lte=models.F("recommended_days"))
                & models.Q(recommended_days__lte=models.F("latest_days")),
            ),
        )

    def __str__(self) -> str:
        return self.code


class Batch(models.Model):
    """A manufacturer's batch of one product."""

    batch_id = models.UUIDField(primary_key=True, default=uuid7)
    product = models.ForeignKey(Product, models.PROTECT)
    number = models.TextField()
    expires_on = models.DateField()

    class Meta:
        db_table = "batch"
        constraints = (models.UniqueConstraint(fields=["product", "number"], name="batch_number_is_unique_in_product"),)

    def __str__(self) -> str:
        return self.number
