"""Child processes that read unknown files: whatever a job does, the next one works and nothing is left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile import HOSTILE, number, sheet, workbook
from mne.errors import InputError
from mne.intake.workers import Job, refusal, run

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")

# Jobs that do what files make readers do. A child finds them as part of mne.intake.
NAUGHTY = '''
import ctypes, os, sys, time

from mne.errors import InputError
from mne.text import number

calls = 0


def ping(**arguments):
    global calls
    calls += 1
    return {**arguments, "process": os.getpid(), "calls": calls}


def sleep(seconds):
    time.sleep(seconds)


def wait(marker):
    open(marker, "w").close()
    time.sleep(600)


def hang():
    ctypes.PyDLL(None).sleep(600)  # holds the interpreter, so that no other thread of it can act


def eat(bytes):
    return len(bytearray(bytes))


def eat_in_c(path):
    from pathlib import Path

    from mne.intake.workbook import read_sheets

    read_sheets(Path(path), shown=path, kind="xlsx")


def end(how):
    {"abort": os.abort, "exit": lambda: os._exit(0), "quit": lambda: sys.exit(3), "kill": lambda: os.kill(os.getpid(), 9)}[how]()


def babble():
    print('{"answer": 1}', flush=True)
    os.write(1, b"noise from C\\n{")
    print("tiếng Việt", file=sys.stderr)
    return "answer"


def large(size):
    return "ế" * size


def size(text):
    return len(text)


def refuse():
    raise InputError("sheet_too_large", where="tệp.xlsx", key="Hộ", columns=3, rows=lambda lang: number(1234, lang), found=1, limit=2)


def fail():
    raise ValueError("broken\\nline")


def unspeakable():
    return {1, 2}


def address_space():
    return int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def limits():
    import resource

    return [resource.getrlimit(resource.RLIMIT_CORE)[0], os.environ["OPENBLAS_NUM_THREADS"], os.environ["MALLOC_ARENA_MAX"]]
'''


@pytest.fixture(autouse=True)
def naughty(tmp_path, monkeypatch):
    """Make ``mne.intake.naughty`` known to the children."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "naughty.py").write_text(NAUGHTY, encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(f"import mne.intake\nmne.intake.__path__.append({str(tmp_path / 'more')!r})\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]))


def job(name: str, **arguments) -> Job:
    return Job(f"mne.intake.naughty:{name}", arguments)


def survived(*jobs: Job, **limits) -> list[dict]:
    """Answers of one worker to the jobs, each followed by one that must work."""
    answers = run([j for one in jobs for j in (one, job("ping", after=one.task))], workers=1, **limits)
    assert [a["answer"]["after"] for a in answers[1::2]] == [j.task for j in jobs]
    return answers[::2]


def test_answers_come_in_the_order_of_the_jobs():
    answers = run([job("ping", number=i) for i in range(20)], workers=3)
    assert [a["answer"]["number"] for a in answers] == list(range(20))
    assert run([]) == []


def test_a_worker_is_kept_for_many_jobs():
    answers = run([job("ping") for _ in range(10)], workers=1)
    assert len({a["answer"]["process"] for a in answers}) == 1
    assert [a["answer"]["calls"] for a in answers] == list(range(1, 11))
    assert answers[0]["answer"]["process"] != os.getpid()


def test_a_job_that_takes_too_long_is_ended_and_the_next_one_works():
    start = time.monotonic()
    assert survived(job("sleep", seconds=600), seconds=3) == [{"failed": "time"}]
    assert time.monotonic() - start < 300


@linux
def test_a_job_that_holds_the_interpreter_is_ended_too():
    assert survived(job("hang"), seconds=3) == [{"failed": "time"}]


def test_a_job_that_ends_its_process_is_survived():
    assert survived(job("end", how="abort"), job("end", how="exit"), job("end", how="quit")) == [{"failed": "crash"}] * 3


@linux
def test_a_worker_that_the_system_kills_is_taken_for_one_that_needed_too_much_memory():
    assert survived(job("end", how="kill")) == [{"failed": "memory"}]


@linux
def test_a_job_that_needs_too_much_memory_is_survived():
    assert survived(job("eat", bytes=4 * 2**30)) == [{"failed": "memory"}]
    assert survived(job("eat", bytes=2**29), memory=2**29) == [{"failed": "memory"}]
    assert run([job("eat", bytes=2**29)], memory=2**31) == [{"answer": 2**29}]


@linux
def test_a_reader_that_aborts_for_lack_of_memory_is_survived(tmp_path):
    # tafia/calamine#693: the two-cell sheet that the guard refuses, given to the reader without the guard
    HOSTILE["two_cells.xlsx"].write(tmp_path / "a.xlsx")
    assert survived(job("eat_in_c", path=str(tmp_path / "a.xlsx"))) == [{"failed": "memory"}]


@linux
def test_the_largest_sheet_that_the_guard_lets_pass_fits_in_the_memory_of_a_worker(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook(sheet(f'<row r="2">{number("B2")}</row><row r="1048576">{number("S1048576")}</row>')))
    assert run([job("eat_in_c", path=str(tmp_path / "a.xlsx"))], seconds=300) == [{"answer": None}]


def test_what_a_job_prints_does_not_break_the_line():
    assert survived(job("babble")) == [{"answer": "answer"}]


def test_large_arguments_and_answers_pass_in_both_directions():
    text = "ế" * 3_000_000
    answers = run([job("large", size=3_000_000), job("size", text=text)] * 3, workers=2)
    assert [a["answer"] for a in answers] == [text, 3_000_000] * 3


def test_a_refusal_is_the_same_in_both_languages_on_the_other_side():
    answer = run([job("refuse")])[0]
    assert answer["refused"]["facts"]["rows"] == {"vi": "1.234", "en": "1,234"}
    error = refusal(answer)
    assert isinstance(error, InputError) and error.code == "sheet_too_large"
    assert error.sentence("vi").startswith("tệp.xlsx: trang tính «Hộ» trải rộng 3 cột × 1.234 dòng")
    assert error.sentence("en").startswith("tệp.xlsx: the sheet “Hộ” spans 3 columns × 1,234 rows")


def test_any_other_exception_is_told_in_one_line_of_text():
    failed, odd, unknown = survived(job("fail"), job("unspeakable"), job("nowhere"))
    assert failed == {"failed": "error", "problem": "ValueError: broken\nline"}
    assert odd["failed"] == "error" and odd["problem"].startswith("TypeError: ")
    assert unknown["failed"] == "error" and unknown["problem"].startswith("AttributeError: ")


@pytest.mark.parametrize("task", ["os:system", "mne.intake:x", "mne.text:nfc", "builtins:eval", " mne.intake.guard:inspect"])
def test_only_functions_of_the_intake_can_be_asked_for(task):
    with pytest.raises(ValueError, match="only functions of mne.intake"):
        Job(task, {})


@linux
def test_children_leave_no_dump_of_what_they_read_and_take_few_addresses():
    assert run([job("limits")])[0]["answer"] == [0, "1", "2"]


@linux
def test_memory_does_not_pile_up_over_many_jobs():
    jobs = [j for _ in range(8) for j in (job("large", size=5_000_000), job("address_space"))]
    taken = [a["answer"] for a in run(jobs, workers=1)[1::2]]
    assert taken[-1] <= taken[1] + 20 * 10**6


@linux
@pytest.mark.parametrize("busy", [True, False])
def test_a_child_ends_with_a_parent_that_is_killed(tmp_path, busy):
    code = f"""
import time
from mne.intake.workers import Job, _Worker, run

marker = {str(tmp_path / "marker")!r}
if {busy}:
    run([Job("mne.intake.naughty:wait", {{"marker": marker}})], seconds=1)
worker = _Worker(1, 2**31)
worker.ask(Job("mne.intake.naughty:ping", {{}}))
open(marker, "w").close()
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "marker").exists() and parent.poll() is None:
        time.sleep(0.02)
    children = [c for task in Path(f"/proc/{parent.pid}/task").iterdir() for c in (task / "children").read_text().split()]
    parent.kill()
    parent.wait()
    end = time.monotonic() + 60
    while any(_runs(child) for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(children) == 1 and not _runs(children[0])


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


words = st.dictionaries(st.sampled_from(["where", "key", "found"]), st.text(max_size=20) | st.integers())


@given(words)
def test_any_fact_survives_the_way_to_json_and_back(facts):
    import json

    from mne.intake.workers import _facts

    error = InputError("file_is_folder", **{"where": "x", **facts})
    again = refusal({"refused": json.loads(json.dumps({"code": error.code, "facts": _facts(error.facts)}))})
    assert [again.sentence(lang) for lang in ("vi", "en")] == [error.sentence(lang) for lang in ("vi", "en")]
