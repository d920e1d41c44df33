from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=200)


class Vote(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    reader = models.CharField(max_length=60)
