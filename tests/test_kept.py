"""Results are kept by the content of all that decides them: the same numbers again, others after any change, never half a file."""

import json
import shutil

import pandas as pd
import pytest
from conftest import copy_project

import mne
from mne import kept


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """A project whose results are kept already."""
    project = copy_project(tmp_path_factory.mktemp("computed"))
    opened(project).compute()
    return project


@pytest.fixture
def project(tmp_path):
    return copy_project(tmp_path)


def opened(project):
    return mne.open(project / "parameters" / "lang_son.yml")


def test_a_second_review_takes_the_kept_results_and_they_are_the_same(project, monkeypatch):
    first = opened(project)
    numbers = first.results.frame
    monkeypatch.setattr("mne.compute.compute", lambda review: pytest.fail("computed again"))
    second = opened(project)
    pd.testing.assert_frame_equal(second.results.frame, numbers)
    assert second.contradictions == first.contradictions and second.peers == first.peers
    assert str(second.results["survey_poor_rate.20.2013"]) == str(first.results["survey_poor_rate.20.2013"])


@pytest.mark.parametrize("changed", ["parameters/catalogue/poverty.yml", "parameters/evidence/lang_son/targets.yml", "data/published/papi.csv",
                                     "parameters/lang_son.yml", "parameters/indicators.yml"])  # fmt: skip
def test_any_change_of_an_input_is_another_place(project, changed):
    before = kept.place(opened(project).edition)
    path = project / changed if (project / changed).exists() else sorted((project / "data" / "published").glob("*.csv"))[0]
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert kept.place(opened(project).edition) != before


@pytest.mark.parametrize("spoil", [lambda text: text[: len(text) // 2], lambda text: "{}", lambda text: json.dumps({"results": 3, "contradictions": [], "peers": []})])
def test_a_spoiled_file_is_computed_anew(computed, project, spoil):
    numbers, place = opened(computed).results.frame, kept.place(opened(project).edition)
    shutil.copytree(computed / ".cache", project / ".cache")
    assert kept.load(place) is not None
    place.write_text(spoil(place.read_text("utf-8")), "utf-8")
    pd.testing.assert_frame_equal(opened(project).results.frame, numbers)
    assert kept.load(place) is not None


def test_only_the_latest_results_are_kept(computed, project):
    shutil.copytree(computed / ".cache", project / ".cache")
    path = project / "parameters" / "indicators.yml"
    path.write_text(path.read_text("utf-8") + "\n# a remark\n", "utf-8")
    review = opened(project)
    review.compute()
    assert [p.name for p in kept.place(review.edition).parent.iterdir()] == [kept.place(review.edition).name]
