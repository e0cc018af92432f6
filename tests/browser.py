"""Checks of the review pages in a real browser, on a phone, a desktop and paper.

    python -m tests.browser OUTPUT_DIR [--screenshots DIR]

Each check is a name and the list of its problems, empty when all is well. The
browser reaches no network: a page that asks for anything is caught asking.
"""

import argparse
import base64
import io
import json
import os
import re
import shutil
import sys
import tempfile
import time
import unicodedata
from contextlib import contextmanager
from pathlib import Path

from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

AXE = Path(".cache/axe/node_modules/axe-core/axe.min.js")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         # Paper has no scroll bars to take 15 px off a line.
         "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND"]
DESKTOP, PHONE, NARROW_PHONE = 1280, 360, 320
A4_INCHES = (8.27, 11.69)
SLICE = 6000  # px of height: a taller picture is too small to be looked at

AXE_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: {type: 'tag', values: arguments[0]},
                   rules: {'target-size': {enabled: true}},
                   resultTypes: ['violations']}).then(
  result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.html.slice(0, 160)} at ${node.target.join(' ')}`))),
  error => done([`axe-core broke off: ${error}`]));
"""
DECODE_IMAGES = """
const done = arguments[arguments.length - 1];
const broken = [];
Promise.all([...document.images].map(img => {
  img.loading = 'eager';
  return img.decode().catch(() => 0).then(() => {
    if (!img.naturalWidth) broken.push(`no picture: ${(img.alt || img.currentSrc).slice(0, 80)}`);
  });
})).then(() => done(broken));
"""
FOCUSED = """
const at = document.activeElement, box = at.getBoundingClientRect();
return [at.matches('a[href^="#"]') ? at.getAttribute('href') : '',
        box.width > 1 && box.height > 1 && box.top >= 0 && box.left >= 0
        && box.bottom <= innerHeight && box.right <= innerWidth, at.outerHTML.slice(0, 160)];
"""
# The width between the page margins, in CSS px; Chromium's own margin is 1 cm.
PAPER_WIDTH = """
const rulesOf = sheet => { try { return [...sheet.cssRules] } catch { return [] } };
const rules = [...document.styleSheets].flatMap(rulesOf).flatMap(rule =>
  rule instanceof CSSMediaRule && matchMedia(rule.media.mediaText).matches
  ? rulesOf(rule) : [rule]);
const paper = rules.filter(rule => rule instanceof CSSPageRule && !rule.selectorText).pop();
const margin = side => (paper && paper.style[side]) || '10mm';
const probe = document.createElement('div');
probe.style.cssText = `position:absolute; box-sizing:content-box; padding:0; border:0;
  width:calc(210mm - ${margin('marginLeft')} - ${margin('marginRight')})`;
document.body.append(probe);
const width = probe.getBoundingClientRect().width;
probe.remove();
return Math.floor(width);
"""
# Chromium shrinks a page that is too wide for the paper, so the PDF hides it.
PRINT_OVERFLOW = """
const width = arguments[0], faults = [];
const name = el => `<${el.tagName.toLowerCase()}> ${el.textContent.trim().slice(0, 60)}`;
for (const table of document.querySelectorAll('table')) {
  const box = table.parentElement;
  if (table.getBoundingClientRect().width > box.clientWidth + 1)
    faults.push(`table wider than its container (${box.clientWidth} px): ${name(table)}`);
}
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  let block = walk.currentNode.parentElement;
  while (getComputedStyle(block).display.startsWith('inline') && block !== document.body)
    block = block.parentElement;
  const box = block.getBoundingClientRect();
  // A box of one pixel holds text for screen readers only.
  if (!walk.currentNode.data.trim() || box.width <= 1) continue;
  const range = document.createRange();
  range.selectNodeContents(walk.currentNode);
  const right = Math.max(...[...range.getClientRects()].map(rect => rect.right));
  if (right > Math.min(box.right, width) + 1)
    faults.push(`text ends at ${Math.round(right)} px of ${width}: ${name(block)}`);
}
return faults;
"""


def missing_tools():
    """The names of the tools that this machine lacks."""
    tools = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    return tools if axe_path().is_file() else [*tools, "axe-core"]


def axe_path():
    """Where axe-core lies: as installed by tests/browser_tools.sh, or $AXE_CORE."""
    return Path(os.environ.get("AXE_CORE", AXE))


@contextmanager
def open_browser():
    """A headless Chromium with a profile of its own, closed at the end."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    # Chromium may still write to its profile while that is removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        # A named driver keeps selenium from looking for one to download.
        driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
        driver.set_script_timeout(120)  # axe-core takes its time on a long page
        try:
            yield driver
        finally:
            driver.quit()


def set_view(driver, width, media="", scheme="light"):
    """Lay the page out for a width, as a phone does when it is narrow."""
    # A headless window cannot be made this narrow, an emulated screen can.
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 800, "deviceScaleFactor": 1,
        "mobile": width <= PHONE})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]})


def axe_violations(driver):
    """What axe-core finds on the page as it is laid out now."""
    driver.execute_script(axe_path().read_text(encoding="utf-8"))
    return driver.execute_async_script(AXE_RUN, AXE_TAGS)


def sideways_scroll(driver, width):
    """Whether the page is wider than the screen."""
    # A phone widens innerWidth to fit the page, so the screen is what counts.
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    return [f"the page is {wide} px wide"] if wide > width else []


def skip_link_problems(driver):
    """Whether the first Tab shows the skip link and Enter follows it."""
    driver.switch_to.active_element.send_keys(Keys.TAB)
    time.sleep(0.3)  # the link may slide into view
    href, in_view, html = driver.execute_script(FOCUSED)
    if not href:
        return [f"the first Tab focuses {html}"]
    problems = [] if in_view else [f"the focused skip link cannot be seen: {html}"]
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    if driver.execute_script("return document.querySelector(':target')?.tagName") != "MAIN":
        problems.append(f"the skip link {href} does not lead to main")
    return problems


def print_pdf(driver):
    """The page printed on A4, as the bytes of a PDF."""
    width, height = A4_INCHES
    answer = driver.execute_cdp_cmd("Page.printToPDF", {
        "paperWidth": width, "paperHeight": height, "printBackground": True})
    return base64.b64decode(answer["data"])


def _letters(text):
    """Text without white space and case, since a PDF keeps neither for sure."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text)).casefold()


def pdf_problems(pdf, title):
    """Whether the PDF is on A4 and its text holds the title."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = _letters("".join(page.extract_text() for page in pages))
    problems = [] if title and _letters(title) in text else [f"no text {title!r}"]
    size = [round(float(side) / 72, 1) for side in pages[0].mediabox[2:]]
    if size != [round(side, 1) for side in A4_INCHES]:
        problems.append(f"the paper is {size} inches")
    return problems


def foreign_requests(driver, url):
    """Every request since the start but for the page itself and data URIs."""
    messages = [json.loads(entry["message"])["message"]
                for entry in driver.get_log("performance")]
    asked = [message["params"]["request"]["url"] for message in messages
             if message["method"] == "Network.requestWillBeSent"]
    return [f"asks for {other[:160]}" for other in dict.fromkeys(asked)
            if other.split("#")[0] != url and not other.startswith("data:")]


def screenshot(driver, stem):
    """Save the whole page, top to bottom, as STEM_1.png, STEM_2.png and so on."""
    size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    for number, top in enumerate(range(0, int(size["height"]), SLICE), start=1):
        clip = {"x": 0, "y": top, "width": size["width"], "scale": 1,
                "height": min(SLICE, size["height"] - top)}
        answer = driver.execute_cdp_cmd("Page.captureScreenshot", {
            "clip": clip, "captureBeyondViewport": True})
        Path(f"{stem}_{number}.png").write_bytes(base64.b64decode(answer["data"]))


def check_screens(driver, stem=None):
    """Yield the checks of the page on screens; STEM names the screenshots."""
    set_view(driver, DESKTOP, scheme="dark")
    yield "axe, dark", axe_violations(driver)
    for width, name in [(DESKTOP, "desktop"), (PHONE, "phone")]:
        set_view(driver, width)
        yield f"images, {name}", driver.execute_async_script(DECODE_IMAGES)
        yield f"axe, {name}", axe_violations(driver)
        if stem:
            screenshot(driver, f"{stem}_{name}")
    for width in (DESKTOP, PHONE, NARROW_PHONE):
        set_view(driver, width)
        yield f"no sideways scroll at {width} px", sideways_scroll(driver, width)


def check_print(driver, stem=None):
    """Yield the checks of the page on paper; STEM names the PDF."""
    set_view(driver, DESKTOP, media="print")
    width = driver.execute_script(PAPER_WIDTH)
    set_view(driver, width, media="print")
    yield f"print at {width} px", driver.execute_script(PRINT_OVERFLOW, width)
    # A title set in capitals is printed so; innerText is what is shown.
    title = driver.execute_script("return document.querySelector('h1')?.innerText")
    set_view(driver, DESKTOP)
    pdf = print_pdf(driver)
    if stem:
        Path(f"{stem}.pdf").write_bytes(pdf)
    yield "PDF", pdf_problems(pdf, title)


def check_page(driver, path, screenshots=None):
    """Open one page and yield all its checks, as (name, problems)."""
    url = Path(path).resolve().as_uri()
    stem = Path(screenshots) / Path(path).stem if screenshots else None
    # Chromium's own start page and the page before ask for much: forget that.
    driver.get("about:blank")
    driver.get_log("performance")
    driver.get(url)
    set_view(driver, DESKTOP)
    # First of all, while nothing has had the focus yet.
    yield "keyboard", skip_link_problems(driver)
    driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    yield from check_screens(driver, stem)
    yield from check_print(driver, stem)
    # Last, so that what phones and printers ask for is seen as well.
    yield "no requests", foreign_requests(driver, url)


def main(argv=None):
    """Check every review page of a directory; print a line per check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output_dir", type=Path)
    parser.add_argument("--screenshots", type=Path, help="save pictures and PDFs here")
    args = parser.parse_args(argv)
    if missing_tools():
        print(f"{', '.join(missing_tools())} not found: run `make browser-tools` first.")
        return 2
    if args.screenshots:
        args.screenshots.mkdir(parents=True, exist_ok=True)
    results = []
    pages = sorted(args.output_dir.glob("review_*.html"))
    with open_browser() as driver:
        for path in pages:
            for name, problems in check_page(driver, path, args.screenshots):
                results.append(not problems)
                said = f"FAIL {path.name}: {name}: {' | '.join(problems)}"
                print(said if problems else f"ok   {path.name}: {name}", flush=True)
    if not pages:
        results.append(False)
        print(f"FAIL no review_*.html in {args.output_dir}")
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
