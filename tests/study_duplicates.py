"""Does the interval of the number of duplicate cards hold the true number? Registries of 10,000 cards of known persons, linked and sampled.

``make study`` writes docs/duplicates.md; ``python tests/study_duplicates.py --date 2026-11-30 --registries 20`` is a shorter one.
"""

import concurrent.futures
import datetime as dt
import multiprocessing
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import studies

from mne.linkage import find_duplicates
from mne.linkage.clerical import assess
from mne.linkage.clerical_sample import KEYS, draw_sample
from mne.simulate.cards import cards, make_cards
from mne.simulate.province import make_province
from mne.simulate.world import World

FIRST = 101  # seeds 1 to 100 were looked at while the rules were made
FILE = Path(__file__).parents[1] / "docs" / "duplicates.md"
SIZE = 1 / 70  # of a province of 700,000 cards
REVIEWS = ((200, 0.0), (400, 0.0), (800, 0.0), (400, 0.02))  # pairs decided, share of decisions that are wrong
JUDGED, LEAST = 1, 93  # the review that is held to the limit, and the least share of its intervals that hold the truth (%)
BANDS = ("probable", "review", "no")
HEADING = "| | chứa / hold (%) | thấp, cao / too low, high | thật / truth | lệch / bias | sd | rộng / width |"
INTRODUCTION = """\
{number} danh sách mô phỏng, mỗi danh sách khoảng 10.000 thẻ (hạt giống {first} đến {last}); số thẻ cấp trùng thật là {truth} trong mọi danh sách, còn
người, thẻ và lỗi thì khác nhau. Mỗi danh sách được tìm thẻ trùng bằng mô hình vn-cards-1, rút mẫu cặp thẻ (`draw_sample`), người xem
biết sự thật kết luận, rồi ước lượng (`assess`). Dòng cuối: người xem kết luận sai ngẫu nhiên 2 trong 100 cặp; khoảng tin cậy không biết điều đó.
Giới hạn: với 400 cặp, ít nhất {least} % số khoảng tin cậy 95 % có chứa con số thật. Trong ngoặc: sai số chuẩn do số lần mô phỏng. Kết quả nói
về cách tính và về danh sách mô phỏng, không nói về một tỉnh có thật.

{number} simulated lists of some 10,000 cards each (seeds {first} to {last}); the true number of duplicate cards is {truth} in each, while people, cards
and errors differ. Duplicates are looked for with the model vn-cards-1, pairs are drawn (`draw_sample`), decided by a reviewer who knows the truth,
and the rest is estimated (`assess`). Last row: the reviewer errs by chance in 2 of 100 pairs, which the interval does not know. Limit: with 400
pairs at least {least} % of the 95 % intervals hold the true number. In brackets: the standard error due to the number of lists. This tells of
the method and of simulated lists, not of a real province."""


def registry(seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Cards of one list, and the person behind each number."""
    province = make_province(World(), seed, SIZE)
    made = make_cards(province)
    table = cards(province, made.table)
    return table, pd.Series(made.table["person"].to_numpy(), index=table["number"].to_numpy())


def decided(sample: pd.DataFrame, person: pd.Series, wrong: float, seed: int) -> pd.DataFrame:
    """Decisions of a reviewer who knows the truth and writes the opposite of it by chance."""
    true = person[sample["first"]].to_numpy() == person[sample["second"]].to_numpy()
    slips = np.random.default_rng(seed).random(len(sample)) < wrong
    return sample[KEYS].assign(decision=np.where(true ^ slips, "duplicate", "different"))


def reviewed(seed: int) -> list[dict]:
    """One list, reviewed in each way: truth, estimate and bounds of each result, one row a review and term."""
    table, person = registry(seed)
    found = find_duplicates(table)
    truth = truths(found, person)
    rows = []
    for number, (size, wrong) in enumerate(REVIEWS):
        sample = draw_sample(found, size=size, seed=seed)
        result = assess(found, sample, decided(sample, person, wrong, seed))
        told = result.tidy()
        told["name"] = told["term"].where(told["group"].isna(), told["term"] + " " + told["group"].astype("str"))
        rows += [{"seed": seed, "review": number, "truth": truth[row["name"]], **row} for row in told[told["name"].isin(truth)].to_dict("records")]
    return rows


def truths(found, person: pd.Series) -> dict[str, float]:
    """What is true of this list. Of pairs below the bands only a sample is at hand: each stands for those of its stratum."""
    pairs, held = found.pairs, person.groupby(person).size()
    true = person[pairs["first"]].to_numpy() == person[pairs["second"]].to_numpy()
    cell = [pairs["stratum"], pairs["best"]]
    strata = found.strata.set_index("stratum").loc[pairs["stratum"]].set_axis(pairs.index)
    stands = strata["best"].where(pairs["best"], strata["pairs"] - strata["best"]) / pairs.groupby(cell)["weight"].transform("size")
    known = {f"precision {band}": float((true * stands)[pairs["band"] == band].sum() / stands[pairs["band"] == band].sum()) for band in BANDS}
    every = float((held * (held - 1) // 2).sum())
    cuts = {f"recall {found.model.bands[band]:g}": float(true[pairs["weight"] >= found.model.bands[band]].sum() / every) for band in BANDS[:2]}
    return {"duplicates": float(len(person) - len(held)), **known, **cuts}


def simulated(number: int, jobs: int) -> pd.DataFrame:
    """All lists by ``jobs`` processes; order and figures do not depend on how many."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # processes that start anew read this
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        return pd.DataFrame([row for rows in pool.map(reviewed, range(FIRST, FIRST + number)) for row in rows])


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a review and result: share of intervals that hold the truth (%), ends they miss it at, bias, spread, mean width."""
    found = []
    for (review, name), part in rows.groupby(["review", "name"], sort=False):
        low, high, truth = part["conf_low"] - 1e-9, part["conf_high"] + 1e-9, part["truth"]
        held, error = ((low <= truth) & (truth <= high)).mean(), part["estimate"] - truth
        found.append({"review": review, "name": name, "lists": len(part), "held": 100 * held, "held_se": 100 * np.sqrt(held * (1 - held) / len(part)),
                      "too_low": int((high < truth).sum()), "too_high": int((low > truth).sum()), "truth": truth.mean(), "bias": error.mean(),
                      "spread": error.std(ddof=0), "width": (part["conf_high"] - part["conf_low"]).mean()})  # fmt: skip
    return pd.DataFrame(found)


def outside(rates: pd.DataFrame) -> list[str]:
    """What lies outside the limit, in words; empty where all holds."""
    judged = rates[(rates["review"] == JUDGED) & (rates["name"] == "duplicates") & (rates["held"] < LEAST)]
    return [f"{row['held']:.0f} % of the intervals hold the number of duplicates" for row in judged.to_dict("records")]


def written(rates: pd.DataFrame, *, date: dt.date, command: str) -> str:
    """The page: how it was made, what was asked, the tables."""
    number, truth, far = int(rates["lists"].max()), rates.loc[rates["name"] == "duplicates", "truth"].iloc[0], outside(rates)
    lines = ["# Thẻ cấp trùng: khoảng tin cậy / Duplicate cards: intervals", "", f"Lập ngày {date} / made on {date}: `{command}`.", "",
             *INTRODUCTION.format(number=number, first=FIRST, last=FIRST + number - 1, truth=f"{truth:.0f}", least=LEAST).splitlines(), "",
             "Ngoài giới hạn / outside the limit: " + ("; ".join(far) or "không có / none") + "."]  # fmt: skip
    for review, (size, wrong) in enumerate(REVIEWS):
        errs = f"; {100 * wrong:.0f} % sai / wrong" if wrong else ""
        lines += ["", f"## {size} cặp / pairs{errs}", "", HEADING, "| --- |" + " ---: |" * 6]
        for row in rates[rates["review"] == review].to_dict("records"):
            digits, scale = (1, 1) if row["name"] == "duplicates" else (2, 100)
            shown = " | ".join(f"{scale * row[c]:.{digits}f}" for c in ("truth", "bias", "spread", "width"))
            name, held = row["name"] + " (%)" * (scale > 1), f"{row['held']:.0f} ({row['held_se']:.1f})"
            lines.append(f"| {name} | {held} | {row['too_low']}, {row['too_high']} | {shown} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the dated tables; 1 where coverage lies outside the limit."""
    return studies.run(Path(__file__), FILE, unit="registries", number=100, made=lambda number, jobs: table(simulated(number, jobs)),
                       written=written, outside=outside, good="within the limit")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
