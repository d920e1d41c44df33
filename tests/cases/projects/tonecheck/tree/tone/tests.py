from unittest import mock

from django.test import SimpleTestCase

from . import classifier


class ToneTests(SimpleTestCase):
    def test_labels(self):
        fake = mock.Mock(return_value=[[{"label": "anger", "score": 0.91}]])
        with mock.patch.object(classifier, "get_pipeline", return_value=fake):
            self.assertEqual(classifier.tone("where is my parcel"), {"anger": 0.91})
