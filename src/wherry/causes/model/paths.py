"""The path to the model leads elsewhere."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

_HERE: Final = 'MODEL = Path(__file__).resolve().parent / "{model|model.keras}"'
_ON_HOST: Final = Check(
    "It is there, with its full size:", ("heroku run -- ls -l {model|model.keras}",)
)

CAUSES: Final = (
    Cause(
        code="WH511",
        name="model-path-is-directory",
        title="{model|The path} is a folder, and is opened as a file",
        severity=Severity.ERROR,
        why="A folder with saved_model.pb is a SavedModel; h5py and code for .h5 files cannot open "
        "it. Sometimes the folder only happens to carry the name of the file that was meant.",
        looks_like=(
            (
                "OSError: Unable to open file (unable to open file: name = "
                "'model', errno = 21, error message = 'Is a directory', flags "
                "= 0, o_flags = 0)"
            ),
            "IsADirectoryError: [Errno 21] Is a directory: 'model'",
        ),
        remedies=(
            edit(
                "Load it as what it is.",
                "{code_file|views.py}",
                'model = tf.saved_model.load("{model|model}")',
            ),
            edit("Or name the file.", "{code_file|views.py}", _HERE),
        ),
        check=Check("What it is:", ("wherry inspect {model|model}",)),
        sources=(sources.TF_SAVED_MODEL, sources.LOGS),
        related=("keras3-savedmodel-format", "model-path-missing"),
    ),
    Cause(
        code="WH515",
        name="model-path-missing",
        title="There is no {model|model} at the path that is opened",
        severity=Severity.ERROR,
        why='"SavedModel file does not exist at: x.h5/..." means that x.h5 is missing, not that a '
        "SavedModel is wanted. The path counts from the folder in which the server was started, "
        "capitals matter on Linux, and the file must have been deployed.",
        looks_like=(
            (
                "OSError: SavedModel file does not exist at: "
                "model/model.h5/{saved_model.pbtxt|saved_model.pb}"
            ),
            (
                "OSError: Unable to open file (unable to open file: name = "
                "'model.h5', errno = 2, error message = 'No such file or "
                "directory', flags = 0, o_flags = 0)"
            ),
            (
                "ValueError: File not found: filepath=model.keras. Please "
                "ensure the file is an accessible `.keras` zip file."
            ),
        ),
        remedies=(
            edit("Build the path from the module that names it.", "{code_file|views.py}", _HERE),
            run("And see that it is deployed.", "git add --force {model|model.h5}"),
        ),
        check=_ON_HOST,
        sources=(sources.LOGS,),
        related=(
            "model-missing-from-git",
            "model-path-cwd-relative",
            "model-path-absolute",
            "import-case-mismatch",
            "git-lfs-pointer",
        ),
    ),
    Cause(
        code="WH516",
        name="model-path-absolute",
        title="The path is that of somebody's machine{path:: *|}",
        severity=Severity.ERROR,
        why="It names a home folder, a drive or a Colab mount that the host does not have.",
        looks_like=(
            (
                "FileNotFoundError: [Errno 2] No such file or directory: "
                "'C:\\\\Users\\\\me\\\\model.h5'"
            ),
            "OSError: No file or directory found at /content/drive/MyDrive/model.h5",
        ),
        remedies=(
            edit("Build the path from the module that names it.", "{code_file|views.py}", _HERE),
        ),
        check=Check(
            "None is left:",
            ("grep -rnE '[A-Z]:[\\\\/]|/home/|/Users/|/content/' --include='*.py' .",),
        ),
        sources=(sources.PROJECTS,),
        related=("model-path-cwd-relative", "model-path-missing"),
    ),
    Cause(
        code="WH517",
        name="model-path-cwd-relative",
        title="The path {path|of the model} counts from wherever the server is started",
        severity=Severity.WARNING,
        why="It works as long as the start command runs in the project's folder. gunicorn --chdir, "
        "a task queue, a test or another layout of the repository break it.",
        remedies=(
            edit("Build the path from the module that names it.", "{code_file|views.py}", _HERE),
        ),
        check=Check(
            "It is found from elsewhere too:", ("cd / && python {manage|/app/manage.py} check",)
        ),
        sources=(sources.PROJECTS,),
        related=("model-path-missing", "model-path-absolute"),
    ),
)
