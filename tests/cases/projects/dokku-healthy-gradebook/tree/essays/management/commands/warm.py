from django.core.management.base import BaseCommand

from essays.grader import grade


class Command(BaseCommand):
    help = "Grades one sentence, to see that the model is there"

    def handle(self, **options):
        self.stdout.write(str(grade("The quick brown fox")))
