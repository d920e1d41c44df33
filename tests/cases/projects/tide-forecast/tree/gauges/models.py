from django.db import models


class Level(models.Model):
    gauge = models.SlugField()
    metres = models.FloatField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gauge", "at"], name="one_level_per_gauge_and_time")]
