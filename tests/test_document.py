"""YAML files are read as they were typed, or refused with the line and the words as written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mne.document import Both, Identifier, Model, load, place, read_text
from mne.errors import InputError, listed, nearest, quoted
from mne.text import texts


class Row(Model):
    id: Identifier
    size: float
    label: Both | None = None


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder: Path, text: str | bytes, model=Row) -> InputError:
    with pytest.raises(InputError) as caught:
        load(written(folder, text), model, shown="file.yml")
    return caught.value


def test_a_right_file_gives_the_model_with_its_values(tmp_path):
    row = load(written(tmp_path, "id: a\nsize: 2\nlabel: {vi: Lạng Sơn, en: Lang Son}\n"), Row, shown="file.yml")
    assert (row.id, row.size, row.label("vi"), row.label("en")) == ("a", 2.0, "Lạng Sơn", "Lang Son")


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path):
    row = load(written(tmp_path, b"\xef\xbb\xbfid: a\r\nsize: 1.5\r\n"), Row, shown="file.yml")
    assert (row.id, row.size) == ("a", 1.5)


def test_what_was_read_cannot_be_changed(tmp_path):
    row = load(written(tmp_path, "id: a\nsize: 2\n"), Row, shown="file.yml")
    with pytest.raises(ValueError, match="frozen"):
        row.size = 3.0


@pytest.mark.parametrize(("typed", "quote"), [("no", "“no”"), ("020", "“020”"), ("2013-07-02", "“2013-07-02”"), ("1e3", None), ("'no'", None)])
def test_yaml_never_changes_a_text_without_a_word(tmp_path, typed, quote):
    text = f"id: a\nsize: 1\nlabel: {{vi: {typed}, en: x}}\n"
    if quote is None:
        assert load(written(tmp_path, text), Row, shown="file.yml").label.vi == typed.strip("'")
    else:
        error = refusal(tmp_path, text)
        assert quote in error.sentence("en") and error.facts["where"] == "file.yml:3"


def test_the_first_mistake_of_the_file_is_told_and_a_misspelt_key_before_a_missing_one(tmp_path):
    assert refusal(tmp_path, "id: a.b\nsize: many\n").facts["where"] == "file.yml:1"
    error = refusal(tmp_path, "id: a\nsise: 2\n")
    assert (error.code, error.facts["nearest"], error.facts["where"]) == ("key_unknown", "size", "file.yml:2")


def test_a_mistake_in_a_list_of_rows_names_the_line_of_the_row(tmp_path):
    error = refusal(tmp_path, "- id: a\n  size: 1\n- id: b\n  size: x\n", list[Row])
    assert (error.facts["where"], error.facts["key"]) == ("file.yml:4", "size")


def test_a_mistake_in_a_mapping_of_rows_names_the_row(tmp_path):
    error = refusal(tmp_path, "first:\n  id: a\n  size: 1\nsecond:\n  id: b\n", dict[str, Row])
    assert (error.code, error.facts["where"], error.facts["key"]) == ("key_missing", "file.yml:4", "second.size")


def test_aliases_tags_and_bottomless_nesting_are_refused(tmp_path):
    assert refusal(tmp_path, "id: &a x\nsize: *a\n").code == "yaml_alias"
    assert refusal(tmp_path, "id: !!binary aGk=\nsize: 1\n").code == "yaml_tag"
    assert refusal(tmp_path, "id: " + "[" * 50 + "]" * 50).code == "yaml_deep"


def test_a_quote_that_the_next_quote_closes_is_told_where_it_opens(tmp_path):
    assert refusal(tmp_path, "id: 'a\nsize: 1\nlabel: 'b'\n").sentence("en") == "file.yml:1: a quote that opens on this line is never closed."


def test_place_names_the_line_of_a_key_and_of_an_entry(tmp_path):
    path = written(tmp_path, "rows:\n  - id: a\n  - id: b\n    size: 2\n")
    assert place(path, "f.yml", "rows") == "f.yml:1"
    assert place(path, "f.yml", "rows", 1, "size") == "f.yml:4"
    assert place(path, "f.yml", "rows", 9) == "f.yml:1"


def test_text_in_decomposed_unicode_is_refused_with_its_line(tmp_path):
    with pytest.raises(InputError) as caught:
        read_text(written(tmp_path, "a\nky\u0300\n"), shown="f")
    assert (caught.value.code, caught.value.facts["where"]) == ("not_nfc", "f:2")


@given(st.text(max_size=200))
def test_whatever_was_found_is_quoted_on_one_short_line(found):
    assert len(quoted(found)) <= 81 and quoted(found).isprintable()


@given(st.binary(max_size=120))
def test_no_file_whatever_it_holds_gives_a_traceback(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load(path, Row, shown="any.yml")  # a valid row needs two keys and a number: chance will not write it
    for lang in ("vi", "en"):
        assert caught.value.sentence(lang).startswith("any.yml") and caught.value.sentence(lang).endswith(".")


def test_a_long_list_of_names_is_cut_in_the_middle_and_shown_whole_when_short():
    assert listed("ba") == "a, b"
    assert listed((f"{n:02}" for n in range(30)), limit=4) == "00, 01, …, 29"


def test_a_cut_list_gives_way_to_the_nearest_name():
    error = InputError("key_unknown", where="f:1", key="x", allowed="a, …, z", nearest="y")
    assert error.sentence("en") == "f:1: there is no key “x”; the nearest is “y”."
    assert nearest("qqq", ["abc"]) == ""


def test_every_sentence_exists_in_both_languages_with_the_same_facts():
    import string

    for key, both in texts("mne.texts", "errors.yml").items():
        assert set(both) == {"vi", "en"}, key
        fields = {lang: {f for _, f, _, _ in string.Formatter().parse(both[lang]) if f} for lang in both}
        assert fields["vi"] == fields["en"], key
        assert not both["vi"].endswith(".") and not both["en"].endswith("."), f"{key}: the full stop is added once"
