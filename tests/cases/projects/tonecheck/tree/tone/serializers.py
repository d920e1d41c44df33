from rest_framework import serializers


class MailSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=20_000)
