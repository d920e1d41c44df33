"""The demo site in a real browser: what a visitor does and sees."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.examples.conftest import Site

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no browser here: apt-get install chromium chromium-driver",
)
WITHIN_S = 20
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STROKES = {
    "0": [
        [(50, 12), (34, 25), (30, 50), (34, 75), (50, 88), (66, 75), (70, 50), (66, 25), (50, 12)]
    ],
    "1": [[(38, 28), (52, 10), (52, 90)]],
    "3": [[(32, 16), (55, 10), (66, 25), (52, 46), (68, 64), (58, 86), (32, 84)]],
    "4": [[(56, 10), (24, 62), (80, 62)], [(62, 36), (62, 92)]],
    "7": [[(26, 12), (76, 12), (46, 90)], [(36, 50), (70, 50)]],
}
"""Digits as a visitor draws them, in hundredths of the drawing field."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a new profile."""
    assert CHROMIUM
    assert DRIVER
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile: Path = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1280,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def text_of(browser: webdriver.Chrome, name: str) -> str:
    """The text of the element of that id."""
    return browser.find_element(By.ID, name).text


def wait_for(browser: webdriver.Chrome, name: str, says: str) -> None:
    """Wait until the element of that id has this text in it."""
    WebDriverWait(browser, WITHIN_S, 0.05).until(
        lambda driver: says in text_of(driver, name), f"#{name} never said {says!r}"
    )


def draw(browser: webdriver.Chrome, pad: WebElement, strokes: list[list[tuple[int, int]]]) -> None:
    """Draw with the mouse, as a hand does."""
    side = pad.rect["width"]
    for (x, y), *others in strokes:
        hand = ActionChains(browser, duration=15)
        hand.move_to_element_with_offset(pad, *offset(x, y, side)).click_and_hold()
        for x_next, y_next in others:
            hand.move_to_element_with_offset(pad, *offset(x_next, y_next, side))
        hand.release().perform()


def offset(x: int, y: int, side: float) -> tuple[int, int]:
    """Hundredths of the field as pixels from its middle."""
    return round((x - 50) / 100 * side), round((y - 50) / 100 * side)


@pytest.mark.parametrize("digit", STROKES)
def test_a_drawn_digit_is_read(browser: webdriver.Chrome, site: Site, digit: str) -> None:
    """Ten bars, the drawn digit's the longest, and nothing in the console."""
    browser.get(site.url)
    draw(browser, browser.find_element(By.ID, "pad"), STROKES[digit])
    wait_for(browser, "label", digit)
    bars = browser.find_elements(By.CSS_SELECTOR, "#bars li")
    assert [bar.get_attribute("data-label") for bar in bars] == list("0123456789")
    best = browser.find_element(By.CSS_SELECTOR, "#bars li.best")
    assert best.get_attribute("data-label") == digit
    assert "ms" in text_of(browser, "timing")
    assert browser.get_log("browser") == []


def test_a_held_back_digit_is_shown_and_judged(browser: webdriver.Chrome, site: Site) -> None:
    """By keyboard alone: the page says what was written and whether the model saw that."""
    browser.get(site.url)
    browser.find_element(By.ID, "held-back").send_keys("\n")
    wait_for(browser, "sentence", "it was written as a")
    browser.find_element(By.ID, "clear").send_keys("\n")
    wait_for(browser, "sentence", "Nothing drawn yet.")


def test_a_file_that_is_no_picture_is_answered_with_a_sentence(
    browser: webdriver.Chrome, site: Site, tmp_path: Path
) -> None:
    """The visitor reads what is wrong."""
    browser.get(site.url)
    file = tmp_path / "digit.png"
    file.write_bytes(b"not a picture at all")
    browser.find_element(By.ID, "picture").send_keys(str(file))
    wait_for(browser, "message", "The file is not a whole PNG or JPEG picture.")
    browser.get_log("browser")  # The browser notes the 400 itself.


def test_the_scale_becomes_a_piano_roll(browser: webdriver.Chrome, site: Site) -> None:
    """Eight notes, each higher and later than the one before, and the sound to hear."""
    browser.get(f"{site.url}/notes/")
    browser.find_element(By.ID, "scale").click()
    wait_for(browser, "list", "8 notes: C4 D4 E4 F4 G4 A4 B4 C5")
    drawn = browser.find_elements(By.CSS_SELECTOR, "#roll [data-midi] rect")
    places = [(rect.location["x"], -rect.location["y"]) for rect in drawn]
    assert len(places) == 8
    assert places == sorted(places)
    assert browser.find_element(By.ID, "player").is_displayed()
    assert browser.get_log("browser") == []


def test_a_file_that_is_no_recording_is_answered_with_a_sentence(
    browser: webdriver.Chrome, site: Site, tmp_path: Path
) -> None:
    """The visitor reads what is wrong, and the next recording works."""
    browser.get(f"{site.url}/notes/")
    file = tmp_path / "song.wav"
    file.write_bytes(b"not a sound at all")
    browser.find_element(By.ID, "file").send_keys(str(file))
    wait_for(browser, "message", "The file is not a WAV file that can be read.")
    browser.find_element(By.ID, "scale").click()
    wait_for(browser, "list", "8 notes")
    assert not browser.find_element(By.ID, "message").is_displayed()
    browser.get_log("browser")  # The browser notes the 400 itself.


@pytest.mark.parametrize("path", ["/", "/notes/", "/models/"])
def test_no_page_is_wider_than_a_phone(browser: webdriver.Chrome, site: Site, path: str) -> None:
    """At 390 pixels nothing sticks out."""
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        browser.get(site.url + path)
        if path == "/notes/":
            browser.find_element(By.ID, "scale").click()
            wait_for(browser, "list", "8 notes")
        assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
