"""Rules that both review pages must keep, readable without a browser.

Every rule takes the parsed page (`size` its text) and returns what is wrong with
it, one sentence per fault; `check_all` runs them all. The last functions read a
page's numbers, to compare them with the results and between languages.
"""

import base64
import re
from collections import Counter
from decimal import Decimal

from bs4 import BeautifulSoup, NavigableString

PHONE_SOURCE = ('picture > source[media="(max-width: 40rem)"]'
                '[srcset^="data:image/svg+xml;base64,"]')
REGION = '.scroll[role="region"][tabindex="0"][aria-labelledby]:not([aria-labelledby=""])'
SCOPES = {"col", "row", "colgroup", "rowgroup"}
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]"
URL_ATTRIBUTES = ("src", "srcset", "poster", "data", "action", "ping", "xlink:href")
DATA_URI = re.compile(r"data:([\w/+.-]+)(?:;charset=[\w-]+)?;base64,([A-Za-z0-9+/=]*)")
CSS_REQUEST = re.compile(r"@import|url\(\s*['\"]?(?!\s*['\"]?(?:data:|#))[^)]*", re.I)
MACHINE_PATH = re.compile(
    r"file:/[^\s\"'<]*|(?<![\w/.])/(?:home|root|work|tmp|Users)\b[^\s\"'<]*"
    r"|\b[A-Z]:\\[^\s\"'<]*")
# HTML knows years, months, days and durations; it knows no interval "a/b".
DATETIME = re.compile(r"\d{4}(-\d\d(-\d\d)?)?|P\d+[YMWD]")
MARKS = ("data", "time", "q", "blockquote", "cite", "code")
NUMBERING = re.compile(r"\D*\d+(\.\d+)*[.:)]?")
VIETNAMESE = re.compile(r"[ăâđêôơưàáãèéìíòóõùúýĩũỳỹỷỵ\u1ea0-\u1ef9]", re.I)


def parse(html):
    """Parse HTML text into the tree that the rules take."""
    return BeautifulSoup(html, "html.parser")


def text_of(tag):
    """The text of a tag with its white space made single."""
    return " ".join(tag.get_text().split()) if tag else ""


def language_of(tag):
    """The language in force at a tag: its own or its nearest ancestor's."""
    holder = tag if tag.get("lang") else tag.find_parent(lang=True)
    return holder["lang"][:2] if holder else ""


def language_and_title(page):
    """The page says its language, title, encoding and that it fits phones."""
    named = page.select_one('html[lang="vi"], html[lang="en"]')
    faults = [] if named else ["html has no lang of vi or en"]
    title = text_of(page.title)
    if len(title) < 10 or ".ipynb" in title:  # "Notebook", "Untitled", a file
        faults.append(f"no real title: {title!r}")
    if not page.select_one('meta[charset="utf-8" i]'):
        faults.append("no meta charset utf-8")
    # Without it a phone lays the page out 980 px wide and shrinks it.
    if not page.select_one('meta[name="viewport"][content*="width=device-width"]'):
        faults.append("no meta viewport with width=device-width")
    return faults


def headings(page):
    """One h1, which comes first, and no level skipped or empty."""
    ones = len(page.find_all("h1"))
    faults = [f"{ones} h1 instead of one"] if ones != 1 else []
    before = 0
    for tag in page.find_all(re.compile("^h[1-6]$")):
        level = int(tag.name[1])
        if level > before + 1:
            faults.append(f"{tag.name} after level {before}: {text_of(tag)!r}")
        if not text_of(tag):
            faults.append(f"empty {tag.name}")
        before = level
    return faults


def landmarks(page):
    """One main, a nav with links, and a skip link to main before all else."""
    mains = page.find_all("main")
    faults = [f"{len(mains)} main instead of one"] if len(mains) != 1 else []
    if not page.select_one('nav a[href^="#"]'):
        faults.append("no nav with links into the page")
    first = page.body.select_one(FOCUSABLE) if page.body else None
    targets = [f"#{main.get('id')}" for main in mains]
    if not text_of(first) or first.get("href") not in targets:
        faults.append("the first thing to focus is no skip link to main")
    return faults


def tables(page):
    """Each table has its own caption, scoped headers and a scroll region."""
    faults = []
    captions = Counter()
    for table in page.find_all("table"):
        name = text_of(table.find("caption", recursive=False))
        captions[name] += 1
        if not name:
            faults.append("a table has no caption")
        if not table.th:
            faults.append(f"table {name!r} has no th")
        faults += [f"table {name!r}: th {text_of(th)!r} has no scope"
                   for th in table.find_all("th") if th.get("scope") not in SCOPES]
        region = table.find_parent("div", class_="scroll")
        if not region or not region.css.match(REGION):
            faults.append(f"table {name!r} is in no {REGION}")
    # Regions are named by captions, and landmarks must be told apart by name.
    faults += [f"{n} tables are called {name!r}"
               for name, n in captions.items() if name and n > 1]
    return faults


def figures(page):
    """Each figure has caption, source note, phone image and a telling alt."""
    faults = [f"an image stands outside a figure: alt {img.get('alt')!r}"
              for img in page.find_all("img") if not img.find_parent("figure")]
    for figure in page.find_all("figure"):
        where = f"figure {text_of(figure.figcaption)!r}"
        faults += [f"{where} has no {part}" for part in ("figcaption", "p.source")
                   if not text_of(figure.select_one(part))]
        if not figure.select_one(PHONE_SOURCE):
            faults.append(f"{where} has no SVG data URI as its phone source")
        img = figure.select_one("picture > img")
        faults += [f"{where}: {fault}" for fault in _image_faults(img)]
    return faults


def _image_faults(img):
    """What is wrong with the img of a figure."""
    if not img:
        return ["no img in a picture"]
    alt = " ".join(img.get("alt", "").split())
    embedded = img.get("src", "").startswith("data:image/")
    faults = [] if embedded else ["the img is no data URI"]
    if len(alt) < 40 or "No description has been provided" in alt:  # nbconvert's
        faults.append(f"the alt tells too little: {alt!r}")
    if not re.search(r"\d", alt):
        faults.append("the alt states no number")
    if not img.get("data-results", "").split():
        faults.append("the img names no data-results")
    return faults


def offline(page):
    """The page asks for nothing outside itself and names no machine path."""
    faults = []
    for tag in page.find_all(True):
        for name in URL_ATTRIBUTES:
            # A data URI holds a comma itself: candidates part at comma + space.
            urls = re.split(r",\s+", tag.get(name, "").strip())
            faults += [f"<{tag.name} {name}> asks for {url[:80]!r}" for url in urls
                       if name in tag.attrs and not url.startswith(("data:", "#"))]
        href = tag.get("href", "#")
        inside = ("#", "mailto:") if tag.name == "a" else ("#", "data:")
        if not href.startswith(inside):
            faults.append(f"<{tag.name} href> leads to {href[:80]!r}")
        css = tag.get_text() if tag.name == "style" else tag.get("style", "")
        faults += [f"CSS asks for {hit[:80]!r}" for hit in CSS_REQUEST.findall(css)]
        if tag.get("http-equiv", "").lower() == "refresh":
            faults.append("meta refresh loads another page")
    return faults + _machine_paths(str(page))


def _machine_paths(html):
    """Machine paths in the text and, decoded, in the embedded SVG images."""
    # Base64 may hold "/tmp" by chance, so it is decoded or left out.
    faults, texts = [], [DATA_URI.sub("", html)]
    for kind, payload in DATA_URI.findall(html):
        try:
            image = base64.b64decode(payload, validate=True)
        except ValueError:
            faults.append(f"a data URI of {kind} is not base64")
        else:
            texts.append(image.decode("utf-8", "replace") if "svg" in kind else "")
    return faults + [f"machine path {path[:80]!r}" for text in texts
                     for path in MACHINE_PATH.findall(text)]


def ids(page):
    """Ids are unique, and everything that points to an id finds it."""
    known = Counter(tag["id"] for tag in page.find_all(id=True))
    faults = [f"id {name!r} stands {n} times" for name, n in known.items() if n > 1]
    for tag in page.find_all(True):
        wanted = [tag["href"][1:]] if tag.get("href", "").startswith("#") else []
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            wanted += tag.get(name, "").split()
        faults += [f"<{tag.name}> points to the missing id {name!r}"
                   for name in wanted if name not in known]
    return faults


def quotations(page):
    """A quotation says its language when it is not the page's."""
    faults = []
    for tag in page.find_all(["q", "blockquote"]):
        words = re.findall(r"[^\W\d_]+", tag.get_text())
        if len(words) < 4:  # too short to tell: names are the same in both
            continue
        # Most Vietnamese words bear a mark; English ones only in names.
        marked = sum(bool(VIETNAMESE.search(word)) for word in words)
        spoken = "vi" if marked >= 0.4 * len(words) else "en"
        if language_of(tag) != spoken:
            faults.append(f"no lang={spoken} on the quotation {text_of(tag)[:80]!r}")
    return faults


def numbers_are_marked(page):
    """No digit in the body text without markup that says what it is."""
    faults = [f"stray digit in {text.strip()[:80]!r}"
              for text, holder in _body_texts(page)
              if not holder and re.search(r"\d", text)]
    for tag in page.select(".no"):
        if not NUMBERING.fullmatch(text_of(tag)):
            faults.append(f".no holds no numbering: {text_of(tag)!r}")
    for tag in page.find_all("time"):
        stated = {int(n) for n in re.findall(r"\d+", tag.get("datetime", ""))}
        shown = {int(n) for n in re.findall(r"\d+", tag.get_text())}
        if not DATETIME.fullmatch(tag.get("datetime", "")) or not shown <= stated:
            faults.append(f"time {text_of(tag)!r} has datetime {tag.get('datetime')!r}")
    for tag in page.find_all("data"):
        if not tag.get("data-result", "").strip():
            faults.append(f"data {text_of(tag)!r} names no data-result")
        if not _prints_its_value(tag):
            faults.append(f"data {text_of(tag)!r} has value {tag.get('value')!r}")
    return faults


def _prints_its_value(tag):
    """Whether a data element shows its value, or says it in words."""
    text, value = text_of(tag), tag.get("value", "")
    if not text or not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return False
    in_words = not re.search(r"\d", text)
    return in_words or _decimals(text, language_of(tag)) == [Decimal(value)]


def size(html, limit=1_500_000):
    """The page is small enough to be sent by mail."""
    length = len(html.encode("utf-8"))
    return [f"{length} bytes, over {limit}"] if length > limit else []


RULES = (language_and_title, headings, landmarks, tables, figures, offline, ids,
         quotations, numbers_are_marked)


def check_all(html):
    """Run every rule; each fault begins with the name of its rule."""
    page = parse(html)
    faults = [f"{rule.__name__}: {fault}" for rule in RULES for fault in rule(page)]
    return faults + [f"size: {fault}" for fault in size(html)]


def _body_texts(page):
    """Each visible text of the body and the name of the mark-up it stands in."""
    for node in page.body.find_all(string=True) if page.body else ():
        # Scripts, styles and comments are subclasses: nobody reads them.
        if type(node) is NavigableString:
            yield node, next((tag.name for tag in node.parents if tag.name in MARKS
                              or "no" in tag.get("class", [])), None)


def _decimals(text, language):
    """The numbers in a text, written as its language writes them."""
    group, point = (".", ",") if language == "vi" else (",", ".")
    # Vietnamese numbers its months where English names them.
    text = re.sub(r"\btháng \d+", "", text)
    number = (rf"(?:(?<!\d)\u2212)?(?:\d{{1,3}}(?:\{group}\d{{3}})+(?!\d)|\d+)"
              rf"(?:\{point}\d+)?")
    return [Decimal(hit.replace(group, "").replace(point, ".").replace("\u2212", "-"))
            for hit in re.findall(number, text)]


def printed_numbers(page):
    """(result id, value attribute, visible text) of each printed number."""
    return [(tag.get("data-result"), tag.get("value"), text_of(tag))
            for tag in page.find_all("data")]


def alt_numbers(page):
    """(result ids, the numbers that the alt states) of each image."""
    return [(img.get("data-results", "").split(),
             [float(n) for n in _decimals(img.get("alt", ""), language_of(img))])
            for img in page.find_all("img")]


def unlike_results(page, results, *, of=float):
    """Printed numbers that are not their result rounded to the digits shown; ``of`` may be ``abs`` where sizes are printed without their sign."""
    found = []
    for node in page.find_all("data"):
        value, digits = float(results[node["data-result"]][node.get("data-field", "estimate")]), len(node["value"].partition(".")[2])
        if not abs(of(float(node["value"])) - of(round(value, digits))) <= 1e-9 * max(1, abs(value)):
            found.append(node)
    return found


def strange_alt_numbers(page, results, *, known=()):
    """Numbers of alternative texts that are neither one of the results beside them nor among ``known``."""
    found = []
    for ids, numbers in alt_numbers(page):
        values = [abs(float(results[key.split("#")[0]][key.partition("#")[2] or "estimate"])) for key in ids]
        found += [v for v in numbers if v not in known and not any(abs(abs(v) - value) <= 0.0501 for value in values)]
    return found


def number_multiset(page):
    """How often each number stands on the page, in a form free of language.

    A translated quotation repeats the numbers of the original beside it and does not count.
    """
    found = Counter(tag.get("value") for tag in page.find_all("data"))
    # "31 tháng 12" and "31 December" are alike only in their datetime.
    found.update(tag.get("datetime") for tag in page.find_all("time"))
    numbers = [n for img in page.find_all("img")
               for n in _decimals(img.get("alt", ""), language_of(img))]
    for text, holder in _body_texts(page):
        if holder in ("q", "blockquote", "cite") and not text.find_parent(class_="translation"):
            numbers += _decimals(text, language_of(text.parent))
    found.update(f"{n.normalize():f}" for n in numbers)
    return found
