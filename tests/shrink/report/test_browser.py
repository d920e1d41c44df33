"""The page in a real browser: nothing missing, nothing cut, nothing fetched."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from tests.shrink.report.reports import classifier, hostile
from wherry.shrink.report.html import to_html

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no browser here: apt-get install chromium chromium-driver",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = {"labelled": classifier(), "hostile": hostile()}
OUTSIDE = """
return [...document.querySelectorAll("svg.plot")].flatMap(plot => {
  const frame = plot.getBoundingClientRect();
  return [...plot.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  }).map(text => text.textContent);
});
"""
OVERLAPS = """
const labels = [...document.querySelectorAll("#tradeoff-title")][0].closest("svg")
  .querySelectorAll("text");
const boxes = [...labels].map(text => [text.textContent, text.getBoundingClientRect()]);
return boxes.flatMap(([name, a], i) => boxes.slice(i + 1).filter(([, b]) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
  && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3
).map(([other]) => [name, other]));
"""
COLOURS = """
const seen = name => getComputedStyle(document.querySelector(name));
return {paper: seen("body").backgroundColor, ink: seen("body").color,
        text: seen("svg.plot text").fill, line: seen("#tradeoff-front path").stroke};
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a new profile."""
    assert CHROMIUM
    assert DRIVER
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module", params=PAGES)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page on disk."""
    page: Path = tmp_path_factory.mktemp("page") / "report.html"
    page.write_text(to_html(PAGES[request.param]))
    return page.as_uri()


def open_page(browser: webdriver.Chrome, address: str, width: int) -> None:
    """Open the page on a screen so wide, with every table unfolded."""
    screen: dict[str, Any] = {
        "width": width,
        "height": 844,
        "deviceScaleFactor": 1,
        "mobile": width < 800,
    }
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out(browser: webdriver.Chrome, address: str, width: int) -> None:
    """Neither of the page nor, in the font that is really used, of a plot."""
    open_page(browser, address, width)
    root = "document.documentElement"
    assert browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
    plots = browser.find_elements(By.CSS_SELECTOR, "svg.plot")
    assert len(plots) == 6
    assert all(plot.rect["width"] > 250 and plot.rect["height"] > 150 for plot in plots)
    assert browser.execute_script(OUTSIDE) == []


def test_nothing_is_fetched_and_nothing_runs(browser: webdriver.Chrome, address: str) -> None:
    """The console is empty too."""
    open_page(browser, address, 1280)
    fetched = "return performance.getEntriesByType('resource').map(one => one.name)"
    assert browser.execute_script(fetched) == []
    assert browser.find_elements(By.TAG_NAME, "script") == []
    assert browser.get_log("browser") == []


def test_labels_of_candidates_can_be_read(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """Seven points, some nearly in one place: no label lies on another."""
    page = tmp_path / "report.html"
    page.write_text(to_html(classifier()))
    open_page(browser, page.as_uri(), 1280)
    assert browser.execute_script(OVERLAPS) == []


def test_dark_paper_gets_light_ink(browser: webdriver.Chrome, address: str) -> None:
    """In the plots as well, which take the page's colours."""
    found = {}
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        open_page(browser, address, 1280)
        found[scheme] = browser.execute_script(COLOURS)
    for part in ("paper", "ink", "text", "line"):
        assert found["light"][part] != found["dark"][part]


def test_the_table_is_a_card_each_on_a_phone(browser: webdriver.Chrome, address: str) -> None:
    """With the name of each number beside it, which a wide screen has in the head."""
    open_page(browser, address, 390)
    labels = browser.find_elements(By.CSS_SELECTOR, ".candidates tbody:first-of-type .label")
    assert {"file MiB", "batch 1 ms"} <= {label.text for label in labels}
    open_page(browser, address, 1280)
    label = browser.find_element(By.CSS_SELECTOR, ".candidates .label")
    assert not label.is_displayed()
