"""Odd texts and exports: codes of before Unicode, separators and quotes, Parquet, survey servers."""

import unicodedata

import pandas as pd

from corpus_tables import HEADINGS, NO_YEAR, RIGHT, ROWS, TITLES, WIDE, H, Odd, as_text, each_text, odd, parquet, right, text, written, xlsx
from mne.vietnamese import to_tcvn3, to_vni


def encodings() -> dict[str, Odd]:
    """Texts of before Unicode, with their fonts and without."""
    bich = {"head": "Nông Thị Bích"}
    half = [[to_tcvn3(c) if isinstance(c, str) and i == 2 else c for c in row] for i, row in enumerate(H)]
    capital = right("households", **{"Họ và tên chủ hộ": to_tcvn3("nông thị bích").upper()})
    return {
        "tcvn3.xlsx": odd(xlsx(each_text(H, to_tcvn3), font=".VnTime"), clean=bich),
        "tcvn3_no_font.xlsx": odd(xlsx(each_text(H, to_tcvn3)), clean=bich),
        "tcvn3_wrong_font.xlsx": odd(xlsx(H, font=".VnTime"), clean=bich),
        "tcvn3_capitals_font.xlsx": odd(xlsx(each_text(H, lambda t: to_tcvn3(t.lower())), font=".VnTimeH"), clean=bich),
        "tcvn3_one_row.xlsx": odd(xlsx(half), clean=bich),
        "tcvn3_titles.xlsx": odd(xlsx(each_text([*TITLES, *NO_YEAR], to_tcvn3), font=".VnTime"), clean={"year": 2012}),
        "tcvn3_soft_hyphen_lost.xlsx": odd(xlsx(each_text(right("households", **{"Họ và tên chủ hộ": "Nông Thị Hương"}),
            lambda t: to_tcvn3(t).replace("\u00ad", "")), font=".VnTime"), clean={"head": "Nông Thị Hương"}),
        "tcvn3_places.xlsx": odd(xlsx(each_text(RIGHT["review_summary"], to_tcvn3), font=".VnTime"), clean={"commune": "102"}),
        "tcvn3_columns_mixed.xlsx": odd(xlsx([[to_tcvn3(c) if isinstance(c, str) and i == 5 else c for i,
            c in enumerate(row)] for row in H]), clean=bich),
        "vni.xlsx": odd(xlsx(each_text(H, to_vni), font="VNI-Times"), clean=bich),
        "vni_no_font.xlsx": odd(xlsx(each_text(H, to_vni)), clean=bich),
        "nfd.xlsx": odd(xlsx(each_text(H, lambda t: unicodedata.normalize("NFD", t))), clean=bich),
        "nfd_titles.xlsx": odd(xlsx(each_text([*TITLES, *NO_YEAR], lambda t: unicodedata.normalize("NFD", t))), clean={"year": 2012}),
        "nfc_nfd_mixed.xlsx": odd(xlsx([H[0], *each_text(H[1:2], lambda t: unicodedata.normalize("NFD", t)), *H[2:]]), clean=bich),
        "capitals.xlsx": odd(xlsx(each_text(H, str.upper)), clean=bich),
        "invisible_letters.xlsx": odd(xlsx(each_text(H, lambda t: "\ufeff" + t.replace(" ", "\u00a0") + "\u200b")), clean=bich),
        "icelandic_d.xlsx": odd(xlsx(right("households", **{"Họ và tên chủ hộ": "Ðinh Thị Bích"})), clean={"head": "Đinh Thị Bích"}),
        "capitals_legacy_letters.xlsx": odd(xlsx(capital), 3),
    }  # fmt: skip


def texts() -> dict[str, Odd]:
    """Text files: separators, encodings, rows of unequal length, quotes."""
    plain, lines = text(H), text(H).split("\r\n")
    bich = {"head": "Nông Thị Bích"}
    ragged = "\r\n".join([*lines[:2], lines[2].rsplit(",", 1)[0], *lines[3:]])
    legacy = text(each_text(as_text(H), to_tcvn3))
    files = {f"separator_{n}.csv": odd(written(text(H, separator=s)), clean=bich, separator=s) for n, s in (("semicolon", ";"), ("tab",
        "\t"), ("pipe", "|"), ("comma", ","))}
    files |= {f"encoding_{e}_{n}.csv": odd(written(text(H, separator=s), e), clean=bich, separator=s, encoding=e)
              for e in ("utf-8-sig", "utf-16") for n, s in (("semicolon", ";"), ("tab", "\t"), ("comma", ","))}  # fmt: skip
    return files | {
        "encoding_cp1258.csv": odd(written(_cp1258(plain)), clean=bich, encoding="cp1258"),
        "encoding_tcvn3.csv": odd(written(legacy, "cp1252"), clean=bich, encoding="cp1252"),
        "encoding_tcvn3_semicolon.csv": odd(written(legacy.replace(",", ";"), "cp1252"), clean=bich, encoding="cp1252", separator=";"),
        "ending_unix.csv": odd(written(text(H, ending="\n")), clean=bich),
        "ending_mac.csv": odd(written(text(H, ending="\r")), clean=bich),
        "ending_none.csv": odd(written(plain.rstrip("\r\n")), clean=bich),
        "tab_named_tsv.tsv": odd(written(text(H, separator="\t")), clean=bich, separator="\t"),
        "empty_lines.csv": odd(written("\r\n\r\n".join(lines)), clean=bich),
        "empty_lines_of_commas.csv": odd(written(plain + ("," * (WIDE - 1) + "\r\n") * 5), clean=bich),
        "trailing_separators.csv": odd(written("\r\n".join(line + ",,,," if line else "" for line in lines)), clean=bich),
        "row_short.csv": odd(written(ragged), 2, 1, "required_missing"),
        "row_long.csv": odd(written(plain.replace("Hộ không nghèo", "Hộ không nghèo,thừa,thừa")), clean=bich),
        "quoted_all.csv": odd(written("\r\n".join(",".join(f'"{c}"' for c in row) for row in as_text(H))), clean=bich),
        "quoted_line_break.csv": odd(written(plain.replace("Nông Thị Bích", '"Nông\nThị Bích"')), clean=bich),
        "quoted_separator.csv": odd(written(plain.replace("Nông Thị Bích", '"Nông, Thị Bích"')), clean={"head": "Nông, Thị Bích"}),
        "quote_open.csv": odd(written(plain.replace("Nông Thị Bích", '"Nông Thị Bích') + "\r\n"), None, None, refused="csv_quote"),
        "quote_inside.csv": odd(written(plain.replace("Nông Thị Bích", 'Nông "Thị" Bích')), clean={"head": 'Nông "Thị" Bích'}),
        "sep_line.csv": odd(written("sep=;\r\n" + text(H, separator=";")), clean=bich, separator=";"),
        "zeros_lost.csv": odd(written(plain.replace("101000002", "1000002")), clean={"household": "001000002"}),
        "decimal_comma_semicolon.csv": odd(written(text(RIGHT["review_summary"], separator=";").replace("26.5", "26,5")), separator=";",
            clean={"closing_rate": 23.0}),
        "injection.csv": odd(written(plain.replace("Nông Thị Bích", "=1+1")), clean={"head": "=1+1"}),
        "control_letter.csv": odd(written(plain.replace("Bích", "Bí\x1ach")), 3),
        "emoji.csv": odd(written(plain.replace("Bích", "Bích😀")), clean={"head": "Nông Thị Bích😀"}),
        "heading_only.csv": odd(written(lines[0] + "\r\n"), 0),
        "one_word.csv": odd(written("xin chào\r\n"), 0),
        "title_above.csv": odd(written("DANH SÁCH HỘ NGHÈO NĂM 2012\r\n" + text(NO_YEAR)), clean={"year": 2012}),
        "damaged_letter.csv": odd(written(plain.encode().replace("Bích".encode(), b"B\xedch")), None, None, refused="csv_damaged"),
    }  # fmt: skip


def _cp1258(content: str) -> bytes:
    """Windows-1258: the vowel with its hat, then the tone as a sign."""
    out = ""
    for letter in unicodedata.normalize("NFC", content):
        parts = unicodedata.normalize("NFD", letter)
        tones = [p for p in parts if p in "\u0300\u0309\u0303\u0301\u0323"]
        out += unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones)) + "".join(tones)
    return out.encode("cp1258")


def exports() -> dict[str, Odd]:
    """Parquet with other types, and what survey servers export."""
    frame = pd.DataFrame(ROWS, columns=HEADINGS)
    survey = RIGHT["awareness_survey"]
    odd_types = "select *, [1, 2] as danh_sach, {'a': 1} as cau_truc, true as dung, 1.5::decimal(9,2) as tien, 'a'::blob as anh from t"
    codes = 'select * replace ("Mã hộ"::bigint as "Mã hộ", "Số khẩu"::utinyint as "Số khẩu", "Năm"::decimal(9,1) as "Năm") from t'
    days = 'select * replace (make_date("Năm sinh"::int, 5, 20) as "Năm sinh") from t'
    moments = 'select * replace (make_timestamp("Năm sinh"::bigint, 5, 20, 7, 30, 0) as "Năm sinh") from t'
    return {
        "types_plain.parquet": odd(parquet("select * from t", t=frame), clean={"household": "101000002"}),
        "types_codes_as_numbers.parquet": odd(parquet(codes, t=frame), clean={"household": "101000002"}),
        "types_others.parquet": odd(parquet(odd_types, t=frame), clean={"household": "101000002"}),
        "types_dates.parquet": odd(parquet(days, t=frame), clean={"born": pd.Timestamp(1982, 5, 20)}),
        "types_timestamps.parquet": odd(parquet(moments, t=frame), clean={"born": pd.Timestamp(1982, 5, 20)}),
        "types_text.parquet": odd(parquet("select " + ", ".join(f'"{h}"::varchar as "{h}"' for h in HEADINGS) + " from t", t=frame),
            clean={"persons": 5}),
        "no_rows.parquet": odd(parquet("select * from t where false", t=frame), 0),
        "other_table.parquet": odd(parquet("select range as cay, range * 2 as cao, 'x' as tuoi from range(5)"), 0, 6, "sheet_unknown"),
        "kobo.csv": odd(written(text(survey)), clean={"submission": "a2"}),
        "kobo_groups.csv": odd(written(text([["_uuid", "today", *(f"nguoi_tra_loi/{h}" for h in survey[0][2:6]), *survey[0][6:]],
            *survey[1:]])), clean={"age": 51}),
        "kobo_server_columns.csv": odd(written(text([[*survey[0], "start", "end", "deviceid", "_submission_time", "meta/instanceID",
            "__version__"], *[[*r, "2012-05-02T08:00:00.000+07:00", "2012-05-02T08:20:00.000+07:00", "d1", "2012-05-02T10:00:00",
                f"uuid:{r[0]}", "v1"] for r in survey[1:]]])), clean={"submission": "a2"}),
        "kobo_repeat_group.xlsx": odd(xlsx(survey, [["_index", "_parent_index", "nguoi/ten", "nguoi/tuoi"], [1, 1, "An", 5], [2, 1, "Bình",
            7]], names=("khao_sat", "nguoi")), 3, 3, "sheet_unknown"),
        "kobo_select_multiple.csv": odd(written(text([[*survey[0], "nguon/tv", "nguon/bao", "nguon/loa"], *[[*r, 1, 0,
            1] for r in survey[1:]]])), clean={"submission": "a2"}),
    }  # fmt: skip
