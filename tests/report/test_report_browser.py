"""The page of 200 datasets in a browser: it sorts, filters and opens pictures, and fits on narrow screens."""

import shutil

import pytest
from report_folders import failure, large_folder, spectrum, write

from graphspec.report import write_report

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
TWINS = {"atoms": [(1.0, 5, "twins")]}
GRID = spectrum(**TWINS)["result"]["grid"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of the page of 200 datasets, of which one has a point of a grid, and one failed."""
    folder = large_folder(tmp_path_factory.mktemp("results"))
    write(folder, {"failed/spectrum/broken": failure(command="spectrum")})
    write(folder, {"spectrum/net-7-num_moments=40": spectrum(num_moments=40, **TWINS)})
    target = tmp_path_factory.mktemp("page") / "report.html"
    write_report(folder, target)
    assert target.stat().st_size < 3_000_000
    return target.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a browser of its own profile."""
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("needs Chromium and its driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture
def page(browser, address):
    """Return the browser with the page as it is when it is opened."""
    resize(browser, 1400)
    browser.get(address)
    yield browser
    assert browser.get_log("browser") == []


def resize(browser, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def all_of(browser, selector):
    return browser.find_elements("css selector", selector)


def one(browser, selector):
    return browser.find_element("css selector", selector)


def press(browser, key):
    webdriver.ActionChains(browser).send_keys(getattr(webdriver.Keys, key)).perform()


def column(browser, number):
    """Return the values of a column of the overview in the rows that are shown."""
    script = """return [...document.querySelectorAll("#table tbody tr")].filter((row) => !row.hidden)
        .map((row) => row.cells[arguments[0]].dataset.value ?? row.cells[arguments[0]].innerText.trim())"""
    return browser.execute_script(script, number)


def test_numbers_are_sorted_as_numbers_in_both_directions(page):
    header = all_of(page, "#table thead th")[2]
    button = one(header, "button")
    button.click()
    assert header.get_attribute("aria-sort") == "ascending"
    values = column(page, 2)
    known = [int(value) for value in values if value]
    assert (len(values), known) == (202, sorted(known))
    assert values[-1] == ""  # what failed has no size
    button.send_keys("\n")
    assert header.get_attribute("aria-sort") == "descending"
    values = column(page, 2)
    assert [int(value) for value in values if value] == sorted(known, reverse=True)
    assert values[-1] == ""


def test_another_column_takes_the_sorting_over(page):
    headers = all_of(page, "#table thead th")
    one(headers[2], "button").click()
    one(headers[0], "button").click()
    assert [each.get_attribute("aria-sort") for each in headers[:3]] == ["ascending", None, None]
    names = [name for name in column(page, 0) if "=" not in name]
    assert names == ["broken", *(f"net-{number}" for number in range(200))]


def test_rows_are_found_by_words(page):
    one(page, "#find").send_keys("net-19 ER")
    assert column(page, 0) == ["net-19", *(f"net-{number}" for number in range(190, 200))]
    assert one(page, "#shown").text == "11 of 202 shown"
    one(page, "#find").send_keys(" there is none")
    assert column(page, 0) == []


def test_rows_are_found_by_the_kind_of_their_answer(page):
    select = one(page, "#kind")
    one(select, "option[value=scales]").click()
    assert set(column(page, 6)) == {"scales"}
    assert len(column(page, 6)) == 67
    one(select, "option[value=failed]").click()
    assert column(page, 0) == ["broken"]
    one(select, "option[value='']").click()
    assert len(column(page, 0)) == 202


def test_pictures_have_a_size_and_a_curve(page):
    pictures = all_of(page, "#table svg")
    assert len(pictures) == 201
    assert all(each.size == {"width": 140, "height": 40} for each in pictures[:: len(pictures) // 10])
    boxes = page.execute_script(
        "return [...document.querySelectorAll('#table .curve')].map((each) => each.getBoundingClientRect().width)"
    )
    assert len(boxes) == 201
    assert min(boxes) > 100


def test_a_picture_opens_large_and_leads_to_the_next(page):
    dialog = one(page, "#large")
    assert not dialog.is_displayed()
    all_of(page, "button.picture")[0].click()
    assert dialog.is_displayed()
    assert one(page, "#large-name").text == "net-0"
    figure = one(dialog, "#figure svg")
    assert figure.size["width"] > 600
    words = figure.text
    assert "density per unit eigenvalue" in words
    assert "eigenvalues up to λ" in words
    assert len(all_of(figure, ".curve")) == 2
    assert len(all_of(figure, ".band")) == 1
    assert len(all_of(figure, ".atom")) == 1
    one(dialog, "#after").click()
    assert one(page, "#large-name").text == "net-1"
    press(page, "ARROW_RIGHT")
    assert one(page, "#large-name").text == "net-2"
    for _ in range(3):
        one(dialog, "#before").click()
    assert one(page, "#large-name").text == "net-199"
    one(dialog, "#close").click()
    assert not dialog.is_displayed()


def test_the_large_picture_tells_its_numbers_and_atoms(page):
    one(page, "#find").send_keys("num_moments")
    all_of(page, "tr:not([hidden]) button.picture")[0].click()
    assert one(page, "#large-name").text == "net-7 · num_moments = 40"
    assert [each.text for each in all_of(page, "#large-more td")] == ["1", "5", "twins"]
    webdriver.ActionChains(page).move_to_element(one(page, "#figure .dot")).perform()
    text = one(page, "#large-read").text
    low, value, high, count = (GRID[key][200] for key in ("density_low", "density", "density_high", "count"))
    assert text == (
        f"λ = 1: density {value:.3g} ({low:.3g} to {high:.3g}); {count:.4g} eigenvalues up to λ; exactly 5 at 1 (twins)"
    )
    press(page, "ESCAPE")
    assert not one(page, "#large").is_displayed()


def test_keys_move_through_the_heat_map(page):
    page.execute_script("document.querySelector('.heat').focus()")
    press(page, "ARROW_RIGHT")
    text = one(page, "#read-0").text
    names = page.execute_script("return data.maps[0].names")
    assert text == f"{names[0]} and {names[2]}: 0.2 ± 0.002, noise floor 0.01"
    press(page, "ARROW_DOWN")
    press(page, "ARROW_DOWN")
    assert one(page, "#read-0").text == f"{names[2]} with itself"


@pytest.mark.parametrize("width", [380, 390, 768, 1400])
def test_the_page_does_not_scroll_sideways(page, width):
    resize(page, width)
    page.refresh()
    script = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    content, room = page.execute_script(script)
    assert content <= room <= width
    all_of(page, "button.picture")[0].click()
    content, room = page.execute_script(script)
    assert content <= room
    dialog = one(page, "#large")
    assert dialog.is_displayed()
    assert page.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", dialog)


def test_without_scripts_the_page_is_plain_tables(page):
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.refresh()
        assert len(all_of(page, "#table tbody tr")) == 202
        assert all_of(page, "#table thead button") == []
        assert not one(page, "#find").is_displayed()
        assert one(page, "#table svg").size["width"] == 140
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
