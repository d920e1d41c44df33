// Replaces the figures by fresh ones while the page is looked at.

const EVERY_MS = 3000;

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("state").replaceChildren(...page.getElementById("state").childNodes);
  } catch {
    // The server is away for a moment; the figures stay as they were.
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
