"""The table of jobs."""

import uuid
from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Creates it."""

    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("version", models.CharField(blank=True, max_length=200)),
                ("signature", models.CharField(blank=True, max_length=200)),
                ("kind", models.CharField(max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=64)),
                ("lease_until", models.DateTimeField(null=True)),
                ("task_id", models.CharField(blank=True, max_length=64)),
                ("task_uuid", models.UUIDField(null=True)),
                ("queued_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("code", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("request_form", models.JSONField(default=dict)),
                ("answer_form", models.JSONField(default=dict)),
                ("stored_bytes", models.PositiveBigIntegerField(default=0)),
                ("request", models.BinaryField(default=bytes)),
                ("answer", models.BinaryField(default=bytes)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "lease_until"], name="wherry_jobs_lease"),
                    models.Index(fields=["expires_at"], name="wherry_jobs_expiry"),
                ],
            },
        ),
    ]
