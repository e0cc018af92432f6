"""Tests of the page rules: a good page passes, each fault is caught by its rule."""

import base64
from collections import Counter

import html_rules
import pytest

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"></svg>'


def data_uri(svg):
    """An SVG image as the data URI that the pages embed."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


IMAGE = data_uri(SVG)
GOOD = f"""<!DOCTYPE html>
<html lang="vi">
<head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Đánh giá giữa kỳ tỉnh Lạng Sơn</title>
<style>body {{ color: black }} .mark {{ mask: url(#m) }}</style></head>
<body>
<a class="skip" href="#main">Đến nội dung</a>
<nav aria-label="Mục lục"><a href="#muc">Tỷ lệ</a></nav>
<main id="main">
<h1>Đánh giá giữa kỳ</h1>
<h2 id="muc"><span class="no">2.1.</span> Tỷ lệ</h2>
<h3>Khảo sát</h3>
<p>Ngày <time datetime="2013-12-31">31 tháng 12 năm 2013</time>, tỷ lệ là
<data value="20.4" data-result="rate.2013">20,4</data>%, đổi
<data value="-1234.5" data-result="change">\u22121.234,5</data> người, và
<data value="2" data-result="districts">hai</data> huyện.</p>
<p><q>Giảm 1.234,5 người nghèo mỗi năm</q> (<cite>Quyết định 59/2015</cite>);
<q lang="en">The rate fell to 1,234.5 in all</q>; tệp <code>a1.csv</code>.</p>
<div class="scroll" role="region" tabindex="0" aria-labelledby="t1">
<table><caption id="t1">Hộ nghèo</caption>
<tr><th scope="col">Huyện</th><th scope="col">Hộ</th></tr>
<tr><th scope="row">Lộc Bình</th>
<td><data value="7" data-result="poor.7">7</data></td></tr></table></div>
<figure><picture><source media="(max-width: 40rem)" srcset="{IMAGE}">
<img src="{IMAGE}" data-results="rate.2013 change"
 alt="Tỷ lệ nghèo là 20,4% vào tháng 12 năm 2013, thay đổi \u22121.234,5 người."></picture>
<figcaption>Tỷ lệ nghèo</figcaption><p class="source">Nguồn: khảo sát</p></figure>
</main></body></html>"""

# The rule that must speak, a part of what it says, and the edit to GOOD.
FAULTS = [
    ("language_and_title", "no lang", '<html lang="vi">', '<html lang="vi-VN">'),
    ("language_and_title", "real title", "Đánh giá giữa kỳ tỉnh Lạng Sơn", "Notebook"),
    ("language_and_title", "real title", "giữa kỳ tỉnh Lạng Sơn", "lang_son.ipynb"),
    ("language_and_title", "charset", '<meta charset="utf-8">', ""),
    ("language_and_title", "viewport", "width=device-width", "width=980"),
    ("headings", "0 h1", "<h1>Đánh giá giữa kỳ</h1>", ""),
    ("headings", "2 h1", "<h3>Khảo sát</h3>", "<h1>Khảo sát</h1>"),
    ("headings", "h4 after level 2", "<h3>Khảo sát</h3>", "<h4>Khảo sát</h4>"),
    ("headings", "h2 after level 0", "<h1>", "<h2>Trước</h2><h1>"),
    ("headings", "empty", "<h3>Khảo sát</h3>", "<h3> </h3>"),
    ("landmarks", "2 main", "</main>", "</main><main>Thêm</main>"),
    ("landmarks", "no nav", '<a href="#muc">Tỷ lệ</a>', "Tỷ lệ"),
    ("landmarks", "skip link", '<a class="skip" href="#main">Đến nội dung</a>', ""),
    ("landmarks", "skip link", "<body>", '<body><p tabindex="0">Chào</p>'),
    ("landmarks", "skip link", 'href="#main">Đến', 'href="#muc">Đến'),
    ("landmarks", "skip link", "Đến nội dung", ""),
    ("tables", "no caption", "Hộ nghèo</caption>", " </caption>"),
    ("tables", "no th", "<th ", "<td "),
    ("tables", "scope", '<th scope="row">', "<th>"),
    ("tables", "scope", '<th scope="row">', '<th scope="left">'),
    ("tables", "scroll", 'class="scroll"', 'class="wide"'),
    ("tables", "scroll", 'role="region"', ""),
    ("tables", "scroll", 'tabindex="0"', ""),
    ("tables", "scroll", 'aria-labelledby="t1"', 'aria-labelledby=""'),
    ("tables", "2 tables", "<figure>", '<div class="scroll" role="region" tabindex="0" '
     'aria-labelledby="t1"><table><caption>Hộ nghèo</caption><tr><th scope="col">Xã'
     "</table></div><figure>"),
    ("figures", "outside", "<figure>", f'<img src="{IMAGE}" alt=""><figure>'),
    ("figures", "figcaption", "<figcaption>Tỷ lệ nghèo</figcaption>", ""),
    ("figures", "p.source", 'class="source"', ""),
    ("figures", "phone source", "40rem", "50rem"),
    ("figures", "phone source", f'srcset="{IMAGE}"', 'srcset="data:image/png;base64,AAAA"'),
    ("figures", "no img in a picture", "picture>", "span>"),
    ("figures", "no data URI", f'img src="{IMAGE}"', "img"),
    ("figures", "too little", " vào tháng 12 năm 2013, thay đổi \u22121.234,5 người", ""),
    ("figures", "too little", "Tỷ lệ nghèo là", "No description has been provided"),
    ("figures", "too little", "Tỷ lệ nghèo là 20,4% vào tháng 12 năm 2013, thay đổi",
     "Tỷ lệ nghèo đã thay đổi"),  # 39 letters
    ("figures", "no number", "20,4% vào tháng 12 năm 2013, thay đổi \u22121.234,5",
     "thấp và đã thay đổi rất nhiều"),
    ("figures", "data-results", 'data-results="rate.2013 change"', 'data-results=" "'),
    ("offline", "script src", "</main>", '<script src="https://a.org/a.js"></script></main>'),
    ("offline", "script src", "</main>", '<script src="a.js"></script></main>'),
    ("offline", "srcset", "<source media", '<source srcset="a.png 1x, //b/c 2x"><source media'),
    ("offline", "link href", "</head>", '<link rel="stylesheet" href="//a.org/a.css"></head>'),
    ("offline", "a href", "<h3>Khảo sát</h3>", '<h3><a href="https://a.org">A</a></h3>'),
    ("offline", "a href", "<h3>Khảo sát</h3>", '<h3><a href="data:text/html,a">A</a></h3>'),
    ("offline", "link href", "</head>", '<link rel="author" href="mailto:a@b.org"></head>'),
    *[("offline", f"i {name}", "<h3>", f'<i {name}="/a"></i><h3>') for name in
      ("srcset", "poster", "data", "action", "ping", "xlink:href")],
    ("offline", "CSS", "url(#m)", "url( 'https://a.org/a.png')"),
    ("offline", "CSS", "<style>", "<style>@import 'a.css';"),
    ("offline", "CSS", "<h3>", '<h3 style="background:url(a.png)">'),
    ("offline", "refresh", "</head>", '<meta http-equiv="refresh" content="a"></head>'),
    ("offline", "machine path", "a1.csv", "/home/someone/a1.csv"),
    ("offline", "machine path", "a1.csv", "C:\\data\\a1.csv"),
    ("offline", "machine path", "<h3>", '<h3 title="file:///srv/a">'),
    ("offline", "machine path", f'srcset="{IMAGE}"',
     f'srcset="{data_uri(SVG.replace("><", "><!-- /tmp/a.py --><"))}"'),
    ("offline", "not base64", f'srcset="{IMAGE}"', f'srcset="{IMAGE[:27]}"'),
    ("ids", "'muc' stands 2 times", "<h3>", '<h3 id="muc">'),
    ("ids", "missing id 'nowhere'", 'href="#muc"', 'href="#nowhere"'),
    ("ids", "missing id 't2'", 'labelledby="t1"', 'labelledby="t1 t2"'),
    ("ids", "missing id ''", "<h3>Khảo sát</h3>", '<h3><a href="#">A</a></h3>'),
    *[("ids", "missing id 't2'", "<h3>", f'<h3 {name}="t2">') for name in
      ("aria-describedby", "aria-controls")],
    ("quotations", "lang=vi", "<p><q>Giảm 1.234,5 người nghèo mỗi năm</q>",
     '<blockquote lang="en">Giảm rất nhiều hộ</blockquote><p>'),
    ("quotations", "lang=en", '<q lang="en">', "<q>"),
    ("quotations", "lang=vi", "<q>Giảm", '<q lang="en">Giảm'),
    ("numbers_are_marked", "stray", "Khảo sát", "Khảo sát 2013"),
    ("numbers_are_marked", "stray", "%, đổi", "% trong 2013, đổi"),
    ("numbers_are_marked", "stray", "<td><data", "<td>7<data"),
    ("numbers_are_marked", "stray", "<figcaption>", "<figcaption>Hình 2.1 "),
    ("numbers_are_marked", "no numbering", "2.1.<", "20,4%<"),
    ("numbers_are_marked", "time", ' datetime="2013-12-31"', ""),
    ("numbers_are_marked", "time", "2013-12-31", "2012-12-31"),
    ("numbers_are_marked", "time", '"2013-12-31"', '"2013-12/2013-12-31"'),
    ("numbers_are_marked", "no data-result", 'data-result="rate.2013"', ""),
    ("numbers_are_marked", "has value", ' value="20.4"', ""),
    ("numbers_are_marked", "has value", 'value="20.4"', 'value="24.0"'),
    ("numbers_are_marked", "has value", 'value="2"', 'value="two"'),
    ("numbers_are_marked", "has value", ">20,4<", ">20.4<"),
    ("numbers_are_marked", "has value", ">\u22121.234,5<", ">1.234,5<"),
    ("numbers_are_marked", "has value", ">\u22121.234,5<", ">-1.234,5<"),
    ("numbers_are_marked", "has value", ">hai<", "><"),
]


def test_good_page_passes():
    """The sample that every fault is made from keeps all rules."""
    assert html_rules.check_all(GOOD) == []


@pytest.mark.parametrize("rule, says, old, new", FAULTS)
def test_fault_is_caught_by_its_rule_alone(rule, says, old, new):
    """The rule names the fault, and no other rule takes it for its own."""
    assert old in GOOD
    faults = html_rules.check_all(GOOD.replace(old, new))
    assert any(says in fault for fault in faults)
    assert {fault.split(":")[0] for fault in faults} == {rule}


@pytest.mark.parametrize("old, new", [
    ("Đánh giá giữa kỳ tỉnh Lạng Sơn", "Mười chữ c"),
    ("Tỷ lệ nghèo là 20,4% vào tháng 12 năm 2013, thay đổi", "Tỷ lệ nghèo đã thay đổi:"),
    ("<h3>Khảo sát</h3>", '<h3><a href="mailto:a@b.org">A</a></h3>'),
    ("<h3>Khảo sát</h3>", '<h3><a href="#main"><i xlink:href="#m">A</i></a></h3>'),
    ("</head>", f'<link rel="icon" href="{IMAGE}"></head>'),
    ("The rate fell to 1,234.5 in all", "Rate per month"),
    ('<q lang="en">The', '<q lang="en">Ba từ Việt</q><q lang="en">The'),
    ("<p><q>", "<blockquote>Năm 2013 có nhiều hộ</blockquote><p><q>"),
])
def test_what_is_allowed_passes(old, new):
    """A rule speaks up at its limit, not before it."""
    assert old in GOOD
    assert html_rules.check_all(GOOD.replace(old, new)) == []


def test_no_rule_lacks_a_fault():
    """Every rule that check_all runs is seen to fail at least once."""
    assert {rule for rule, *_ in FAULTS} == {rule.__name__ for rule in html_rules.RULES}


def test_size_counts_bytes_not_letters():
    """Two letters of two bytes each are four bytes."""
    assert html_rules.size("ăđ", limit=4) == []
    assert html_rules.size("ăđ", limit=3) == ["4 bytes, over 3"]
    assert html_rules.check_all(GOOD + " " * 1_500_000)[0].startswith("size: ")


@pytest.mark.parametrize("broken", ["", "<p>7</p>", "<html><body><table><figure><img>",
                                    "<q>a b c d</q><data value='1'>1</data>"])
def test_a_page_without_anything_fails_without_breaking(broken):
    """Rules report a page that lacks everything; they do not stumble on it."""
    assert html_rules.check_all(broken)


def test_scripts_styles_and_comments_are_not_read():
    """Digits that no reader sees need no mark."""
    unseen = "<script>let a = 1</script><style>p { top: 1px }</style><!-- 1 --></main>"
    assert html_rules.check_all(GOOD.replace("</main>", unseen)) == []


@pytest.mark.parametrize("payload", [
    "AAA+/tmp/home+/Users/AAA=", base64.b64encode(b"\0C:\\data").decode()])
def test_base64_that_looks_like_a_path_is_no_path(payload):
    """A raster image may hold any letters; only text can name a machine."""
    uri = "data:image/png;base64," + payload
    assert html_rules.check_all(GOOD.replace(f'img src="{IMAGE}"', f'img src="{uri}"')) == []


def test_printed_numbers():
    """Printed numbers come with result, value and text, in their order."""
    assert html_rules.printed_numbers(html_rules.parse(GOOD)) == [
        ("rate.2013", "20.4", "20,4"), ("change", "-1234.5", "\u22121.234,5"),
        ("districts", "2", "hai"), ("poor.7", "7", "7")]


def test_alt_numbers_follow_the_language():
    """The same digits are another number in the other language."""
    page = html_rules.parse(GOOD)
    assert html_rules.alt_numbers(page) == [
        (["rate.2013", "change"], [20.4, 2013.0, -1234.5])]
    english = '<html lang="en"><img data-results="a" alt="\u22121,234.5 or 1.234 in 2011\u20132013">'
    assert html_rules.alt_numbers(html_rules.parse(english)) == [
        (["a"], [-1234.5, 1.234, 2011.0, 2013.0])]


def test_number_multiset_counts_every_kind_of_number():
    """Values, dates, quotations, titles and alts count; numbering does not."""
    assert html_rules.number_multiset(html_rules.parse(GOOD)) == Counter({
        "20.4": 2, "-1234.5": 2, "1234.5": 2, "2013-12-31": 1, "2013": 1,
        "2": 1, "7": 1, "59": 1, "2015": 1})


ENGLISH = """<html lang="en"><body>On <time datetime="2013-12-31">31 December 2013</time>
<data value="1234.5" data-result="a">1,234.5</data> <q lang="vi">1.234,5</q>
<cite>Decision 59/2015</cite> <q>1,234.5 <data value="3" data-result="b">3</data></q>
<blockquote>6 years</blockquote><img alt="20.4% in December 2013"></body></html>"""
IN_VIETNAMESE = """<html lang="vi"><body><time datetime="2013-12-31">31 tháng 12 năm 2013</time>
<data value="1234.5" data-result="a">1.234,5</data> <q>1.234,5</q>
<cite>Quyết định 59/2015</cite> <q>1.234,5 <data value="3" data-result="b">3</data></q>
<blockquote>6 năm</blockquote><img alt="20,4% vào tháng 12 năm 2013"></body></html>"""


def test_two_languages_have_one_multiset():
    """Two translations agree, until one number of one of them differs."""
    english = html_rules.number_multiset(html_rules.parse(ENGLISH))
    assert english == html_rules.number_multiset(html_rules.parse(IN_VIETNAMESE))
    assert english["3"] == 1
    for old, new in [("2013-", "2012-"), (">1.234,5</q>", ">1.234,6</q>"), ("59", "58"),
                     ('"3"', '"4"'), ("20,4", "20.4"), ("6 năm", "7 năm")]:
        other = html_rules.parse(IN_VIETNAMESE.replace(old, new, 1))
        assert html_rules.number_multiset(other) != english
