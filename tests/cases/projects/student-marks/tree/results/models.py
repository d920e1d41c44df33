from django.db import models


class Student(models.Model):
    name = models.CharField(max_length=80)
    roll_no = models.PositiveIntegerField(unique=True)

    def __str__(self):
        return f"{self.roll_no} {self.name}"


class Mark(models.Model):
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="marks")
    subject = models.CharField(max_length=40)
    value = models.PositiveSmallIntegerField()
