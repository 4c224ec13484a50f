"""Grades a class: finds what is still to do, spreads it over processes or a cluster, keeps every result at once."""

import contextlib
import functools
import hashlib
import multiprocessing
from concurrent import futures
from pathlib import Path

import rnncourse
from rnncourse.grading.classroom import results
from rnncourse.grading.classroom.secret import derived
from rnncourse.grading.classroom.student import Job, grade
from rnncourse.grading.classroom.submissions import read_submission
from rnncourse.grading.classroom.wrong_call import WrongCall

WAITING = 4  # submissions in memory for each worker
CONNECT = "10s"  # to a cluster


def make_job(folder, submission, chapters, secret, **settings):
    """What a worker needs to grade a submission; one that cannot be read becomes a job with a problem."""
    data, problem = b"", submission.problem
    if not problem:
        try:
            data = read_submission(folder, submission)
        except OSError as error:
            problem = f"{submission.file}: cannot be read: {error.strerror}" if error.strerror else str(error)
    parts = [grader_hash(), *chapters, submission.file, hashlib.sha256(data).digest()]
    key = derived(secret, "record", *parts).hex()
    return Job(submission.student, submission.file, key, data, tuple(chapters), secret, problem, **settings)


@functools.cache
def grader_hash():
    """A hash of all code that verdicts depend on: with another exercise or grader, records that were kept do not count."""
    code, folder = hashlib.sha256(), Path(rnncourse.__file__).parent
    for part in ("exercises", "grading", "scratch"):
        for path in sorted((folder / part).rglob("*.py")):
            code.update(path.read_bytes())
    return code.digest()


def run(jobs, workers, path, advance, keep=True):
    """Grade the jobs (an iterator: each is made when its turn comes) and return the records, sorted by student.

    A record in the file ``path`` with a job's key and without a problem is used again, unless ``keep`` is false; each
    new one is in the file before ``advance(record)`` is called for it. ``workers`` is :func:`local_workers` or
    :func:`dask_workers`.
    """
    known = results.load(path) if keep else {}
    records, waiting = [], set()
    results.save(path, known.values())

    def take(record, is_new=True):
        if is_new:
            results.append(path, record)
        records.append(record)
        advance(record)

    def collect(until):
        done, left = futures.wait(waiting, return_when=until)
        for future in done:
            take(_result(future))
        return left

    with workers as (submit, width):
        for job in jobs:
            if job.key == known.get(job.student, {}).get("key") and not known[job.student]["problem"]:
                take(known[job.student], is_new=False)
                continue
            with _lost_workers_told():  # a pool that has just broken takes no job, before the lost one is collected
                waiting.add(submit(grade, job))
            if len(waiting) >= WAITING * width:
                waiting = collect(futures.FIRST_COMPLETED)
        collect(futures.ALL_COMPLETED)
    results.save(path, records)
    return sorted(records, key=lambda record: record["student"])


class WorkersLost(Exception):
    """A worker has ended; one sentence says what to do. Everything that was graded until then is kept."""


def _result(future):
    """What a worker returned. It catches whatever a submission does, so an exception means that there is none left."""
    with _lost_workers_told():
        return future.result()


@contextlib.contextmanager
def _lost_workers_told():
    """Any exception becomes :class:`WorkersLost`: each kind of pool has its own."""
    try:
        yield
    except Exception as error:  # noqa: BLE001
        reason = f"a worker was lost ({type(error).__name__}), perhaps for want of memory"
        raise WorkersLost(
            f"{reason}; what is graded is kept: start again, with fewer --jobs if it comes back"
        ) from None


@contextlib.contextmanager
def local_workers(count):
    """``(submit, width)`` of ``count`` processes on this machine; one worker is this process itself."""
    if count == 1:
        yield _at_once, 1
        return
    with futures.ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        try:
            yield pool.submit, count
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextlib.contextmanager
def dask_workers(address):
    """``(submit, width)`` of the Dask cluster at this address; its workers need rnncourse installed."""
    try:
        from distributed import Client

        client = Client(address, timeout=CONNECT)
    except ImportError:
        raise WrongCall("--dask: Dask is not installed; pip install distributed") from None
    except (OSError, ValueError) as error:
        raise WrongCall(f"--dask: no cluster answers at {address}: {error}") from None
    with client:
        pool = client.get_executor(pure=False)
        yield pool.submit, max(1, sum(client.nthreads().values()))


def _at_once(function, job):
    """A future that is done already."""
    future = futures.Future()
    future.set_result(function(job))
    return future
