from functools import cache


@cache
def get_pipeline():
    from transformers import pipeline

    return pipeline(
        "text-classification",
        model="bhadresh-savani/bert-base-uncased-emotion",
        top_k=None,
    )


def tone(text: str) -> dict[str, float]:
    scores = get_pipeline()(text[:2000], truncation=True)[0]
    return {row["label"]: round(row["score"], 4) for row in scores}
