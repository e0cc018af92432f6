"""Duplicates among 700,000 made cards, beside plain splink and recordlinkage: ``python tests/bench_cards.py [--size 1.0] [--only mne …]``.

Every way gets the same clean table of cards and runs in a process of its own: seconds from that table to pairs (ours and splink: to persons),
peak memory of the process, and how right the pairs are, because in a made province the holder of every card is known. Libraries are
loaded before the clock starts.

splink runs its tutorial's recipe: stock comparisons of name, date of birth, sex and place, u from random pairs, m by expectation maximisation
on two blocks. recordlinkage is given our names without accents, blocks on name and commune or year of birth, and divides the pairs by
k-means, which did better here than its ECM classifier; it says match or not, so it has one cut. Neither is tuned to these cards otherwise.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

SEED, SECONDS, GIBIBYTES, F1 = 1, 60.0, 2.5, 0.90


def make(folder: Path, size: float) -> None:
    """The cards of a made province, and who holds each."""
    from mne.simulate.cards import cards, make_cards
    from mne.simulate.province import make_province
    from mne.simulate.world import World

    province = make_province(World(), SEED, size)
    table = make_cards(province).table
    cards(province, table).to_pickle(folder / "cards.pkl")
    table[["number", "person"]].to_pickle(folder / "truth.pkl")


def mne(cards: pd.DataFrame):
    """Our pairs from the review band up, with their weight and the model's cut."""
    from mne.linkage import find_duplicates

    yield
    found = find_duplicates(cards)
    yield found.pairs.rename(columns={"weight": "score"})[["first", "second", "score"]], found.model.cut


def splink(cards: pd.DataFrame):
    """splink as its tutorial has it; pairs from probability .01, cut at .9."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    yield
    table = cards[["number", "name", "born", "sex", "commune"]]
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="number",
        comparisons=[cl.NameComparison("name"), cl.DateOfBirthComparison("born", input_is_string=False), cl.ExactMatch("sex"),
                     cl.ExactMatch("commune").configure(term_frequency_adjustments=True)],
        blocking_rules_to_generate_predictions=[block_on("name", "commune"), block_on("born", "commune"), block_on("name", "born")],
    )  # fmt: skip
    api = DuckDBAPI()
    linker = Linker(api.register(table), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on("name", "born", "commune")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for rule in (block_on("name", "commune"), block_on("born")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)
    found = pairs.as_pandas_dataframe()
    yield found.rename(columns={"number_l": "first", "number_r": "second", "match_probability": "score"})[["first", "second", "score"]], 0.9


def recordlinkage(cards: pd.DataFrame):
    """recordlinkage with names normalised beforehand, divided in two by k-means."""
    import recordlinkage as rl

    from mne.vietnamese import fold

    yield
    rows = cards.set_index("number")[["name", "born", "born_year", "sex", "commune", "village"]].astype({"born_year": "float"})
    rows["folded"] = rows["name"].map({name: fold(name) for name in rows["name"].dropna().unique()})
    rows["day"] = rows["born"].dt.strftime("%Y-%m-%d")
    index = rl.Index()
    for keys in (["folded", "commune"], ["folded", "born_year"], ["day", "commune"]):
        index.block(keys)
    candidates = index.index(rows)
    compare = rl.Compare()
    compare.string("folded", "folded", method="levenshtein", threshold=0.85)
    for column in ("day", "born_year", "sex", "commune", "village"):
        compare.exact(column, column)
    features = compare.compute(candidates, rows)
    matches = rl.KMeansClassifier().fit_predict(features)
    yield matches.to_frame(index=False).set_axis(["first", "second"], axis=1).assign(score=1.0), 1.0


WAYS = {"mne": mne, "splink": splink, "recordlinkage": recordlinkage}


def measured(name: str, folder: Path) -> dict:
    """One way on the cards in the folder: time, memory and how right it is."""
    cards = pd.read_pickle(folder / "cards.pkl")
    person = pd.read_pickle(folder / "truth.pkl").set_index("number")["person"]
    run = WAYS[name](cards)
    next(run)
    start = time.perf_counter()
    pairs, cut = next(run)
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
    held = person.value_counts()
    true = int((held * (held - 1) // 2).sum())
    pairs = pairs.sort_values("score", ascending=False, kind="stable")
    right = np.cumsum(person[pairs["first"]].to_numpy() == person[pairs["second"]].to_numpy())
    f1 = 2 * right / (np.arange(1, len(pairs) + 1) + true)
    ends = np.append(np.diff(pairs["score"]) != 0, True)  # a cut lies between two scores, never among equal ones
    at = int((pairs["score"] >= cut).sum())
    return {"seconds": spent, "GiB": peak, "pairs": at, "precision": right[at - 1] / at, "recall": right[at - 1] / true, "F1": f1[at - 1],
            "best F1": f1[ends].max()}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0, help="1 is 700,000 cards")
    parser.add_argument("--only", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--step", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        what, folder = given.step[0], Path(given.step[1])
        make(folder, given.size) if what == "make" else print(json.dumps(measured(what, folder)))
        return
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        for what in ("make", *given.only):
            command = [sys.executable, __file__, "--size", str(given.size), "--step", what, folder]
            done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
            if what != "make":
                table[what] = json.loads(done.stdout.splitlines()[-1])
    print(f"{round(700_000 * given.size):,} cards; each way in a process of its own; pairs, precision, recall and F1 at its own cut")
    digits = {"seconds": 1} | dict.fromkeys(["GiB", "precision", "recall", "F1", "best F1"], 3)
    print(pd.DataFrame(table).T.astype({"pairs": int}).round(digits).to_string())
    if "mne" in table:
        print(f"promised of ours at 700,000 cards: {SECONDS:.0f} s, {GIBIBYTES} GiB, F1 {F1:.2f}")


if __name__ == "__main__":
    main()
