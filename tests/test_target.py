"""The log of targets only grows: entries in order, each revision of one entry before it."""

import datetime as dt

import pytest

from mne.errors import InputError
from mne.target import Target, check_log

BOTH = {"vi": "x", "en": "x"}


def entry(key: str, set_on: str, **more) -> Target:
    return Target.model_validate({
        "id": key, "name": BOTH, "measure": "poor_rate", "unit": "points_per_year", "value": -2, "applies_to": BOTH, "from_year": 2013,
        "to_year": 2015, "base_year": None, "areas": [], "document": BOTH, "set_on": dt.date.fromisoformat(set_on), "source": "x", "confidence": "seen", **more,
    })  # fmt: skip


def where(*keys) -> str:
    return f"targets.yml {keys}"


def test_a_target_starts_the_year_before_its_first_unless_a_base_year_is_given_and_knows_which_way_is_good():
    assert entry("a", "2012-01-01").baseline == 2012 and entry("a", "2012-01-01").falls
    times = entry("a", "2012-01-01", unit="times", value=1.6, base_year=2011)
    assert times.baseline == 2011 and not times.falls


def test_a_log_in_order_whose_entries_revise_earlier_ones_is_accepted():
    check_log([entry("a", "2010-12-10"), entry("b", "2010-12-10"), entry("c", "2012-12-07", supersedes="a"),
               entry("d", "2013-12-07", supersedes="c")], where)  # fmt: skip


@pytest.mark.parametrize(
    ("log", "code", "says"),
    [([entry("a", "2012-12-07"), entry("b", "2010-12-10")], "target_order", ("set_on", "2010-12-10", "2012-12-07", "“a”")),
     ([entry("a", "2010-12-10", supersedes="b"), entry("b", "2012-12-07")], "target_superseded", ("supersedes", "“b”")),
     ([entry("a", "2010-12-10"), entry("b", "2012-12-07", supersedes="aa")], "target_superseded", ("“aa”",)),
     ([entry("a", "2010-12-10"), entry("b", "2012-12-07", supersedes="b")], "target_superseded", ("“b”",)),
     ([entry("a", "2010-12-10"), entry("b", "2012-12-07", supersedes="a", measure="near_poor_rate")], "target_superseded", ("near_poor_rate",)),
     ([entry("a", "2010-12-10"), entry("b", "2012-12-07", supersedes="a"), entry("c", "2012-12-07", supersedes="a")], "target_superseded", ("(2, ",))],
    ids=["order", "later", "unknown", "itself", "other_measure", "twice"],
)  # fmt: skip
def test_a_mistake_in_the_log_is_told_in_one_sentence(log, code, says):
    with pytest.raises(InputError) as caught:
        check_log(log, where)
    assert caught.value.code == code
    assert all(word in caught.value.sentence("en") for word in says), caught.value.sentence("en")
    assert caught.value.sentence("vi") != caught.value.sentence("en")
