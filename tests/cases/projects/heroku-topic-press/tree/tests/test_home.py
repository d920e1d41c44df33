import pytest


@pytest.mark.django_db
def test_login_wanted(client, settings):
    settings.SECURE_SSL_REDIRECT = False
    assert client.get('/').status_code == 302
