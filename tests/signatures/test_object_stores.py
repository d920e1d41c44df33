"""S3, Google's and Azure's stores: who asked decides whether a model was refused."""

import pytest

from tests.signatures.reading import first_causes, read, trace

PACKAGES = "/app/.venv/lib/python3.12/site-packages"
BOTO = f"{PACKAGES}/botocore/client.py:_make_api_call:raise error_class(parsed_response, name)"
GOOGLE = f"{PACKAGES}/google/cloud/storage/blob.py:download:raise exceptions.from_response(r)"
AZURE = f"{PACKAGES}/azure/storage/blob/_shared.py:process:raise error"
FAILED = "botocore.exceptions.ClientError: An error occurred "
FORBIDDEN = f"{FAILED}(403) when calling the HeadObject operation: Forbidden"
NO_KEY = (
    "botocore.errorfactory.NoSuchKey: An error occurred (NoSuchKey) when calling the GetObject "
    "operation: The specified key does not exist."
)
NO_ACCESS = (
    "google.api_core.exceptions.Forbidden: 403 GET https://storage.googleapis.com/download/v1/b/x/o"
    "/models%2Fm.keras?alt=media: a@b.iam.gserviceaccount.com does not have storage.objects.get "
    "access to the Google Cloud Storage object."
)


@pytest.mark.parametrize(
    ("own", "library", "error"),
    [
        ("/app/ml.py:load_model:s3.download_file(BUCKET, KEY, target)", BOTO, FORBIDDEN),
        ("/app/ml.py:boot:s3.get_object(Bucket=B, Key=MODEL_KEY)", BOTO, NO_KEY),
        ("/app/ml.py:boot:s3.download_file(B, 'models/v3.pkl', target)", BOTO, FORBIDDEN),
        ("/app/ml.py:boot:blob.download_to_filename(target)", GOOGLE, NO_ACCESS),
        (
            "/app/ml.py:download_model:client.download_blob().readall()",
            AZURE,
            "azure.core.exceptions.ResourceNotFoundError: The specified blob does not exist.",
        ),
    ],
)
def test_a_store_does_not_hand_the_model_out(own: str, library: str, error: str) -> None:
    assert first_causes(trace(own, library, error=error)) == ["model-download-refused"]


@pytest.mark.parametrize(
    ("own", "error"),
    [
        ("/app/shop/views.py:avatar:return storage.open(profile.photo.name)", FORBIDDEN),
        ("/app/shop/models.py:save:self.photo.save(name, upload)", FORBIDDEN),
        ("/app/shop/reports.py:report:s3.get_object(Bucket=b, Key='reports/x.csv')", NO_KEY),
    ],
)
def test_other_files_are_not_models(own: str, error: str) -> None:
    assert first_causes(trace(own, BOTO, error=error)) == ["third-party-service"]


def test_a_secret_is_not_a_model_whoever_asks() -> None:
    error = f"{FAILED}(AccessDeniedException) when calling the GetSecretValue operation: denied"
    own = "/app/ml.py:load_model:client.get_secret_value(SecretId=KEY)"
    assert first_causes(trace(own, BOTO, error=error)) == ["third-party-service"]


def test_the_same_refusal_without_its_traceback_is_not_another_failure() -> None:
    own = "/app/ml.py:load_model:s3.download_file(BUCKET, KEY, target)"
    log = trace(own, BOTO, error=FORBIDDEN) + f"==> Exited with status 1\n{FORBIDDEN}\n"
    assert first_causes(log) == ["model-download-refused"]


def test_what_a_builder_may_not_read_is_the_accounts() -> None:
    log = "a@b.iam.gserviceaccount.com does not have storage.objects.get access to the object.\n"
    assert first_causes(log) == ["account-or-billing"]


@pytest.mark.parametrize(
    "log",
    [
        '10.0.0.1 - - [14/Oct/2025:10:05:42 +0000] "GET /?q=An+error+(403) HTTP/1.1" 200 5',
        (
            "WARNING keeping the old model: An error occurred (403) when calling the HeadObject "
            "operation: Forbidden"
        ),
    ],
)
def test_what_is_only_told_is_silent(log: str) -> None:
    explanation = read(f"{log}\n")
    assert not explanation.first
    assert not explanation.outside
