"""A model's file: is it there, is it whole, is it what the loader takes."""

import re
from dataclasses import replace
from typing import Final

from wherry.signatures.events import Event, Frame
from wherry.signatures.signature import Verdict, sees, values_of

_MODEL: Final = re.compile(
    r"(?i)\.(?:h5|hdf5|keras|pb|pbtxt|tflite|onnx|pkl|pickle|joblib|sav|pt|pth|ckpt|model|bin|npy"
    r"|weights|caffemodel|cbm|xgb|safetensors|index|zip|mar|torchscript|dill|cfg|names|npz)(?:\b|$)"
    r"|saved_model|(?:^|/)models?(?:/|$)|tokenizer|vectorizer|scaler|label_?encoder|checkpoint"
)
_ELSEWHERE: Final = re.compile(
    r"^[A-Za-z]:[\\/]|^\\\\|^/content/|^/Users/|^/home/(?!app|user/app|site)\w|^/kaggle/"
    r"|^/mnt/[cd]/|^~/|^\.\.?[\\/].*[A-Za-z]:\\"
)
_LOADERS: Final = re.compile(
    r"load_model|load_weights|pickle\.load|joblib\.load|saved_model\.load|torch\.load|Interpreter\("
    r"|InferenceSession|readNet|CascadeClassifier|load_state_dict|from_pretrained|model_from_json"
    r"|h5py\.File|np\.load|open\("
)


def _path(event: Event, found: re.Match[str]) -> Verdict | None:
    """A path that is not there: whose machine's it is, and whether it is a model's at all."""
    path = found["model"]
    if _ELSEWHERE.search(path):
        return Verdict("model-path-absolute", {"path": path, "model": path})
    if not _MODEL.search(path) and not _is_loading(event):
        return None
    return _missing(path)


def _is_loading(event: Event) -> bool:
    """Whether the frames are those of a library that loads models."""
    parts = ("keras/", "tensorflow/", "joblib/", "h5py/", "torch/", "onnxruntime/", "pickle.py")
    return any(part in frame.path for frame in event.frames for part in parts) or any(
        _LOADERS.search(frame.code) and "open(" not in frame.code for frame in event.frames[-3:]
    )


def _missing(path: str) -> Verdict:
    return Verdict(
        "model-path-missing",
        {"model": path},
        ("model-missing-from-git", "model-path-cwd-relative", "model-excluded-from-slug"),
        f"`git ls-files '{path.rpartition('/')[2]}'` and .slugignore: is it deployed at all, and "
        "is it under the path that is opened, seen from where the server is started",
    )


def _keras_path(event: Event, found: re.Match[str]) -> Verdict:
    del event
    path = found["model"]
    if _ELSEWHERE.search(path):
        return Verdict("model-path-absolute", {"path": path, "model": path})
    return _missing(path)


def _no_zip(event: Event, found: re.Match[str]) -> Verdict:
    """Keras 3 says the same of a file that is not there and of one that is no zip file."""
    missing = _keras_path(event, found)
    if missing.name != "model-path-missing":
        return missing
    return replace(
        missing,
        alternatives=("model-file-corrupt", "git-lfs-pointer", *missing.alternatives),
        settled_by="`ls -l`: not there at all, about 130 bytes (a pointer), or of another size "
        "than where it was saved (cut off)",
    )


def _identifier(event: Event, found: re.Match[str]) -> Verdict:
    """The bytes after the first four: those of "version https" are a pointer's."""
    del event
    if found["told"] == "ion ":
        return Verdict("git-lfs-pointer", {})
    return Verdict("model-file-corrupt", {"found": "its fifth to eighth byte are " + found["told"]})


def _unparsable(event: Event, found: re.Match[str]) -> Verdict:
    del event
    return Verdict(
        "model-file-corrupt",
        values_of(found),
        ("git-lfs-pointer",),
        "about 130 bytes, beginning with `version https://git-lfs`, are a pointer",
        sure=False,
    )


def _savedmodel_path(event: Event, found: re.Match[str]) -> Verdict:
    """TensorFlow looks for a SavedModel where it finds no file of the name."""
    del event
    path = re.sub(r"/\{saved_model\.pbtxt\|saved_model\.pb\}.*", "", found["model"])
    if _ELSEWHERE.search(path):
        return Verdict("model-path-absolute", {"path": path, "model": path})
    return _missing(path)


def _is_directory(event: Event, found: re.Match[str]) -> Verdict | None:
    values = values_of(found)
    if "errno = 21" in event.text or _is_loading(event) or _MODEL.search(values.get("model", "")):
        return Verdict("model-path-is-directory", values)
    return None


def _not_a_zip(event: Event, found: re.Match[str]) -> Verdict | None:
    if not event.frames or _is_loading(event) or _MODEL.search(event.text):
        return Verdict("model-file-corrupt", values_of(found), sure=bool(event.frames))
    return None


def _load_key(event: Event, found: re.Match[str]) -> Verdict:
    """A pointer begins with "version", a page with "<"."""
    del event
    key = found["key"]
    if key == "v":
        return Verdict("git-lfs-pointer", {})
    return Verdict("model-file-corrupt", {"found": "it begins with " + repr(key)})


_MODEL_FILE: Final = (
    r"\.(?:h5|hdf5|keras|tflite|onnx|pkl|pickle|joblib|sav|pth?|ckpt|safetensors|cbm|gguf)\b"
)
# What names a model where a project's own code asks a store for an object; Django's models do not.
_STORED: Final = re.compile(
    rf"{_MODEL_FILE}|(?i:(?:load|fetch|get|ensure|download|pull|sync|restore)_?(?:\w+_)?"
    r"(?:model|weight|checkpoint|artifact|classifier|predictor|vectorizer)s?(?![a-z])"
    r"|\b(?:model|weights|checkpoint|artifact)s?_(?:key|path|file|bucket|uri|url|blob|prefix|dir)"
    r"|[\"'/](?:models?|weights|checkpoints|artifacts)/)"
)


def _from_store(event: Event, found: re.Match[str]) -> Verdict | None:
    """A store (S3, Google's, Azure's) refuses an object, or lacks it: a model, or another."""
    own = [frame for frame in event.frames if not frame.library]
    asked = " ".join(
        (event.text, *(f"{frame.function} {frame.code}" for frame in own if frame.code))
    ).replace("apps.get_model", "")
    if not _STORED.search(asked.replace("%2F", "/")):
        return None
    return Verdict("model-download-refused", values_of(found))


def _all(event: Event) -> list[Frame]:
    return [frame for raised in event.chain for frame in raised.frames]


def _refused(event: Event, found: re.Match[str]) -> Verdict | None:
    """An HTTP error while a model is fetched."""
    if any("keras/" in frame.path and "/applications/" in frame.path for frame in _all(event)):
        return Verdict("pretrained-weights-downloaded", values_of(found))
    text = " ".join((event.text, *(frame.code for frame in event.frames)))
    fetching = re.search(
        r"huggingface|hf_hub|gdown|urlretrieve|get_file|from_pretrained|drive\.google|download"
        r"|torch\.hub|tfhub|(?i:model|weights)_?url|\.(?:h5|keras|tflite|onnx|pkl|joblib|pth?)\b",
        text,
    ) or any(
        part in frame.path
        for frame in event.frames
        for part in (
            "huggingface_hub",
            "gdown",
            "data_utils.py",
            "file_utils.py",
            "tensorflow_hub",
            "torch/hub.py",
        )
    )
    return Verdict("model-download-refused", values_of(found)) if fetching else None


SIGNATURES = (
    *sees("~loads-model", r"Loading (?:the )?model (?:from )?(?P<model>\S+\.\w{2,6}|\S+/\S+)"),
    *sees(
        "pretrained-weights-downloaded",
        r"URL fetch failure on (?P<url>\S*keras-applications\S*)",
        r"URL fetch failure on (?P<url>\S*deep-learning-models\S*)",
    ),
    *sees(
        "file-signature-not-found",
        r"\(file signature not found\)",
    ),
    *sees(
        "git-lfs-pointer",
        r"version https://git-lfs\.github\.com/spec/v1",
        r"(?:git-lfs|Git LFS) pointer",
    ),
    *sees(
        "git-lfs-pointer model-file-corrupt",
        r"invalid load key, '(?P<key>.{1,4}?)'",
        judge=_load_key,
    ),
    *sees(
        "model-path-is-directory",
        r"name = '(?P<model>[^']+)',.{0,60} errno = 21",
        r"filename = '(?P<model>[^']+)',.{0,60} errno = 21",
        r"Is a directory: '(?P<model>[^']+)'",
        r"\[Errno 21\] Is a directory.{0,10}'(?P<model>[^']+)'",
        judge=_is_directory,
    ),
    *sees(
        "model-path-missing model-path-absolute",
        r"SavedModel file does not exist at: (?P<model>\S.{0,300})",
        judge=_savedmodel_path,
    ),
    *sees(
        "model-path-missing model-path-absolute",
        r"name = '(?P<model>[^']+)', errno = 2\b",
        r"No file or directory found at (?P<model>\S{1,300})",
        r"Could not open '(?P<model>[^']+)'",
        r"Load model from (?P<model>\S{1,300}) failed:.{0,60}File doesn't exist",
        r"NoSuchFile .{0,60}Load model from (?P<model>\S{1,300}) failed",
        r"LightGBMError: Could not open (?P<model>\S{1,300})",
        r"LocalFileSystem::Open \"(?P<model>[^\"]{1,300})\": No such file or directory",
        r"XGBoostError: .{0,80}Opening (?P<model>\S{1,300}) failed: No such file or directory",
        r"CatBoostError: .{0,120}Model file doesn't exist: (?P<model>\S{1,300})",
        r"(?P<model>\S{1,300}) cannot be opened for loading",
        r"Error opening file: (?P<model>\S+\.(?:h5|keras|tflite))",
        r"Can't open file: (?P<model>\S+\.(?:h5|keras|tflite|caffemodel|prototxt|onnx))",
        r"Unable to (?:synchronously )?open file .{0,40}name = '(?P<model>[^']+)', errno = 2,",
        judge=_keras_path,
    ),
    *sees(
        "model-path-missing model-path-absolute",
        r"File not found: filepath=(?P<model>\S{1,300}?)\. Please ensure",
        judge=_no_zip,
    ),
    *sees(
        "git-lfs-pointer model-file-corrupt",
        r"Model provided has model identifier '(?P<told>.{1,8}?)', should be 'TFL3'",
        judge=_identifier,
    ),
    *sees(
        "model-file-corrupt",
        r"Load model from (?P<model>\S+) failed:\s?Protobuf parsing failed",
        r"Protobuf parsing failed",
        judge=_unparsable,
    ),
    *sees(
        "model-path-missing",
        (
            r"Can't load (?:the )?(?:model|tokenizer|configuration|image processor|config) for "
            r"'(?P<model>[^']+)'"
        ),
        r"Error loading model from (?P<model>\S+)",
        (
            r"Unsuccessful TensorSliceReader constructor: Failed to find any matching files for "
            r"(?P<model>\S{1,200})"
        ),
        r"!empty\(\) in function 'detectMultiScale'",
    ),
    *sees(
        "model-path-missing model-path-absolute",
        r"No such file or directory: '(?P<model>[^']{1,400})'",
        types="FileNotFoundError OSError IOError",
        judge=_path,
    ),
    *sees(
        "model-file-corrupt",
        r"\(truncated file: eof = \d+",
        r"\(bad object header version number\)",
        r"\(wrong .{1,30} signature\)",
        r"Unable to open file \(.{0,60}(?:bad|unable to lock|wrong).{1,80}",
        r"DataLossError: .{1,200}",
        r"Error parsing message with type 'tensorflow\.SavedModel'",
        r"Cannot parse file b?'?(?P<model>[^':]+\.pb)'?",
        r"is not a valid Flatbuffer buffer",
        r"The model is not a valid Flatbuffer",
        r"Mmap of .{1,200} failed",
        (
            r"INVALID_PROTOBUF .{0,80}Load model from (?P<model>\S+) failed:?\s?Protobuf parsing "
            r"failed"
        ),
        r"pickle data was truncated",
        r"Ran out of input",
        r"Unable to load weights from pytorch checkpoint file",
        r"PytorchStreamReader failed reading zip archive.{1,80}",
        r"unexpected EOF, expected \d+ more bytes\. The file might be corrupted",
        r"Not a gzipped file \(.{1,40}",
        r"Can't read data \(.{1,80}",
        r"Unable to (?:synchronously )?open object \(.{0,60}addr overflow",
        r"truncated or corrupted.{0,60}\.(?:h5|keras|pkl|onnx|tflite)",
    ),
    *sees(
        "model-file-corrupt",
        r"File is not a zip file",
        types="BadZipFile ValueError",
        judge=_not_a_zip,
    ),
    *sees(
        "model-download-refused",
        r"Cannot retrieve the public link of the file",
        r"Failed to retrieve file url",
        r"HfHubHTTPError: (?P<reason>\d{3} .{1,80})",
        r"Too many users have viewed or downloaded this file recently",
        r"Access denied with the following error",
        r"GatedRepoError: .{1,80}",
        r"RepositoryNotFoundError: .{1,80}",
        r"Cannot access gated repo for url",
        r"We couldn't connect to 'https://huggingface\.co' to load .{1,40}",
        r"is not a local folder and is not a valid model identifier listed on",
        r"URL fetch failure on (?P<url>\S+)",
        r"You are trying to access a gated repo",
        r"LocalEntryNotFoundError: .{1,200}",
        r"we cannot find the requested files in the local cache",
        r"host='(?:[\w-]+\.)*huggingface\.co'.{1,200}",
        r"OfflineModeIsEnabled: .{1,120}",
        r"EntryNotFoundError: \d{3} Client Error.{1,120}",
        r"Cannot retrieve the folder information from the link",
        r"FileMissingError: Can't find '[^']+' neither locally nor on remote",
        r"there is no internet connection and the repo could not be found in the cache",
    ),
    *sees(
        "model-download-refused",
        r"HTTP Error (?P<reason>\d{3}: [\w ]{1,40})",
        r"(?P<reason>\d{3}) Client Error: .{1,60} for url: (?P<url>\S+)",
        r"urlopen error .{1,120}",
        types="HTTPError URLError HfHubHTTPError LocalEntryNotFoundError",
        judge=_refused,
    ),
    *sees(
        "model-download-refused",
        r"An error occurred \((?P<reason>\w+)\) when calling the "
        r"(?:Head|Get|List)(?:Object|Bucket)\w* operation",
        r"(?P<reason>40[134]) (?:GET|HEAD|POST) https://storage\.googleapis\.com/\S+",
        r"The specified (?P<reason>blob|container) does not exist",
        r"This request is not authorized to perform this operation",
        r"Server failed to authenticate the request",
        r"S3 operation failed; code: (?P<reason>\w+)",
        types="ClientError NoSuchKey NoSuchBucket Forbidden NotFound Unauthorized S3Error "
        "ResourceNotFoundError HttpResponseError ClientAuthenticationError",
        judge=_from_store,
    ),
    *sees(
        "~downloads",
        r"Downloading data from (?P<url>\S+)",
        r"from (?P<url>https://drive\.google\.com)/\S+",
        r"Downloading: \"(?P<url>https://download\.pytorch\.org\S+)\"",
        (
            r"Downloading (?P<url>https://\S*(?:huggingface|keras-applications|"
            r"storage\.googleapis)\S*)"
        ),
        r"From: (?P<url>https://drive\.google\.com/\S+)",
        r"From \(original\): (?P<url>https://drive\.google\.com/\S+)",
        r"Downloading TF-Hub Module '(?P<url>[^']+)'",
        # Hugging Face's bars name the file; pip's do not.
        r"\.safetensors: +\d{1,3}%\|.{0,200}B/s",
        r"pytorch_model(?:-\d+-of-\d+)?\.bin: +\d{1,3}%\|.{0,200}B/s",
        r"model\.(?:onnx|h5|keras|tflite|msgpack|bin|pt): +\d{1,3}%\|.{0,200}B/s",
        r"\.gguf: +\d{1,3}%\|.{0,200}B/s",
        r"Downloading shards: +\d{1,3}%\|",
        r"Downloading (?:the )?(?:model|weights|checkpoint)s? .{0,160}(?:https?://|%|[KMG]i?B)",
        r"Downloading pre-?trained (?:model|weights).{0,160}",
    ),
    *sees(
        "~loads-weights",
        r"Load pretrained SentenceTransformer: \S+",
        r"Loading checkpoint shards: +\d{1,3}%\|",
        r"Loading pipeline components\.+: +\d{1,3}%\|",
        r"Some weights of \S+ were not initialized from the model checkpoint",
    ),
)
