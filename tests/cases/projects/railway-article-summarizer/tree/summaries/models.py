from django.db import models


class Summary(models.Model):
    url = models.URLField()
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['-created_at']
