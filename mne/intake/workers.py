"""Unknown files are read in child processes, so that a file that eats memory or never ends costs only itself.

A child is an interpreter of its own that takes jobs as lines of JSON on its input and answers with
lines of JSON, one after the other; nothing is pickled, and only functions of ``mne.intake`` can be
asked for. It is kept for many jobs, because a start takes longer than most files, and replaced when
a job broke it.

Limits: time everywhere; memory where the system can limit the addresses of a process (Linux). On
Windows and macOS only the time limit holds.
"""

import ctypes
import dataclasses
import faulthandler
import gc
import importlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from mne.errors import InputError

_ROOM = "mne.intake."
_GRACE = 2  # seconds after its time that a child waits for its parent to end it, before it ends itself
# One thread of algebra and few pools of memory: each of them reserves addresses, which are what is limited.
_CALM = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONIOENCODING": "utf-8"}
_OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc", b"out of memory", b"OutOfMemory")
_SIGKILL = -9  # what the kernel sends to a process when memory is short


@dataclasses.dataclass(frozen=True)
class Job:
    """One call in a child process.

    Attributes
    ----------
    task : "module:function" of a module inside ``mne.intake``.
    arguments : its keyword arguments; they and what the function returns are what JSON can hold.
    """

    task: str
    arguments: dict

    def __post_init__(self):
        if not self.task.startswith(_ROOM):
            raise ValueError(f"{self.task}: only functions of {_ROOM[:-1]} run in a worker")


def run(jobs: Sequence[Job], *, workers: int = 2, seconds: float = 30, memory: int = 2 * 2**30) -> list[dict]:
    """The answers to ``jobs``, in their order; no job harms another.

    Parameters
    ----------
    jobs : sequence of Job
    workers : int
        Child processes at one time.
    seconds : float
        The longest that a job may take.
    memory : int
        Bytes that a child may address; Linux only. An interpreter with pandas takes about 0.5 GiB of them.

    Returns
    -------
    list of dict
        One of these for each job:

        - ``{"answer": ...}``: what the function returned.
        - ``{"refused": {"code": ..., "facts": {...}}}``: it raised an InputError; :func:`refusal` makes it one again.
        - ``{"failed": "time"}``, ``"memory"`` or ``"crash"``: it took too long, needed too much, or ended its process.
        - ``{"failed": "error", "problem": "ValueError: ..."}``: it raised anything else.
    """
    crew = [_Worker(seconds, memory) for _ in range(min(workers, len(jobs)))]
    idle = queue.SimpleQueue()
    for worker in crew:
        idle.put(worker)

    def work(job: Job) -> dict:
        worker = idle.get()
        try:
            return worker.ask(job)
        finally:
            idle.put(worker)

    pool = ThreadPoolExecutor(max(1, len(crew)))
    try:
        return list(pool.map(work, jobs))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in crew:
            worker.close()


def refusal(answer: dict) -> InputError:
    """The InputError behind a ``refused`` answer, in both languages again."""
    refused = answer["refused"]
    facts = {key: fact.__getitem__ if isinstance(fact, dict) else fact for key, fact in refused["facts"].items()}
    return InputError(refused["code"], **facts)


class _Worker:
    """A child process and the line to it; started by its first job, and anew after one that broke it."""

    def __init__(self, seconds: float, memory: int):
        self._seconds, self._memory = seconds, memory
        self._process = self._errors = None
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, job: Job) -> dict:
        line = json.dumps({"task": job.task, "arguments": job.arguments}).encode() + b"\n"
        late = threading.Event()
        process = self._running()
        timer = threading.Timer(self._seconds, lambda: (late.set(), process.kill()))
        timer.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            reply = process.stdout.readline()
        except OSError:
            reply = b""
        finally:
            timer.cancel()
        answer = json.loads(reply) if reply.endswith(b"\n") else {"failed": "time" if late.is_set() else self._how_it_died(process)}
        if late.is_set() or answer.get("failed") in ("time", "memory", "crash"):
            self._stop()
        return answer

    def _running(self) -> subprocess.Popen:
        with self._lock:
            if self._closed:
                raise RuntimeError("the worker is closed")
            if self._process is None:
                self._errors = tempfile.TemporaryFile()
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "mne.intake.workers", str(self._seconds), str(self._memory)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env={**os.environ, **_CALM})  # fmt: skip
            return self._process

    def _how_it_died(self, process: subprocess.Popen) -> str:
        died = process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-10_000:]
        return "memory" if died == _SIGKILL or any(words in said for words in _OUT_OF_MEMORY) else "crash"

    def _stop(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                process.kill()
                process.wait()
                for stream in (process.stdin, process.stdout, self._errors):
                    try:
                        stream.close()
                    except OSError:  # what could not be written to a dead child
                        pass

    def close(self) -> None:
        self._closed = True
        self._stop()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what the files hold: names of people
    if sys.platform == "linux":
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _give_back_memory() -> None:
    gc.collect()
    gc.freeze()  # what is left lives as long as the child: the next collection looks at new objects only, which takes a tenth of the time
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
        if trim:
            trim(0)


def _facts(facts: dict) -> dict:
    return {key: {lang: str(fact(lang)) for lang in ("vi", "en")} if callable(fact) else str(fact) for key, fact in facts.items()}


def _answer(line: bytes) -> str:
    try:
        wanted = json.loads(line)
        module, _, function = Job(**wanted).task.partition(":")
        return json.dumps({"answer": getattr(importlib.import_module(module), function)(**wanted["arguments"])})
    except InputError as error:
        return json.dumps({"refused": {"code": error.code, "facts": _facts(error.facts)}})
    except MemoryError:
        return '{"failed": "memory"}'
    except Exception as error:
        return json.dumps({"failed": "error", "problem": f"{type(error).__name__}: {error}"})


def _serve(seconds: float) -> None:
    """Answer jobs until the parent closes the line, which it also does by ending."""
    # What a job prints goes where errors go, also from C; only answers use the line.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while line := sys.stdin.buffer.readline():
        # A parent that was killed ends no child that hangs: it then ends itself.
        faulthandler.dump_traceback_later(seconds + _GRACE, exit=True)
        reply = _answer(line)
        replies.write(reply.encode() + b"\n")
        replies.flush()
        _give_back_memory()
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    _limit(int(sys.argv[2]))
    _serve(float(sys.argv[1]))
