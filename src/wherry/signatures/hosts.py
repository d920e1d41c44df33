"""Lines that tell where an app runs; they are signs of nothing else."""

from wherry.signatures.signature import sees

SIGNATURES = (
    *sees(
        "~on-render",
        r"==> Your service is live",
        r"==> Build successful",
        r"==> Uploading build",
        r"==> Starting service with '.{1,120}'",
        r"==> Running '.{1,120}'",
        r"==> Cloning from https://\S+",
        r"==> Using Python version \S+",
        r"https://render\.com/docs/\S+",
        r"\S{1,200}\.onrender\.com",
    ),
    *sees(
        "~on-railway",
        r"Starting Healthcheck",
        r"replicas never became healthy",
        r"\S{1,200}\.up\.railway\.app",
        r"Using Nixpacks",
        r"Using Detected Dockerfile",
    ),
    *sees(
        "~on-cloud-run",
        r"\(gcloud\.run\.deploy\)",
        r"Cloud Run error: .{1,40}",
        r"The user-provided container failed to start and listen",
        r"Default STARTUP TCP probe",
        r"Memory limit of \d+ MiB exceeded",
    ),
    *sees("~on-dokku", r"Building \S+ from herokuish", r"dokku@\S+", r"Dokku \S+"),
    *sees("~on-fly", r"flyctl \S+", r"https://fly\.io/\S+", r"\S{1,200}\.fly\.dev"),
    *sees("~on-heroku", r"\S{1,200}\.herokuapp\.com", r"https://devcenter\.heroku\.com/\S+"),
)
PLATFORMS = {
    "~on-heroku": "heroku",
    "~on-render": "render",
    "~on-railway": "railway",
    "~on-cloud-run": "cloud-run",
    "~on-dokku": "dokku",
    "~on-fly": "fly",
}
