from shop import create_app


def test_search():
    client = create_app().test_client()
    assert client.get("/search?q=tea").json == {"hits": [1, 3]}
