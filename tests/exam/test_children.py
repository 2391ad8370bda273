import os
import threading
import time

import pytest

from core.errors import Refusal
from exam.children import ChildFailedError, Limits, end_children, run_child

TASKS = """
import os, sys, time
from decimal import Decimal
from core.errors import Problem, Refusal

def echo(facts, blobs):
    print("noise of a library")
    return {"seen": facts, "pid": os.getpid(), "environment": sorted(os.environ)}, [b"".join(blobs), b""]

def refuse(facts, blobs):
    raise Refusal.of([Problem("Too big: {mark}.", {"mark": Decimal("1.5")}, "公共科目", 3), Problem("Second.")])

def eat(facts, blobs):
    return {"size": len(bytearray(facts["mib"] * 2**20))}, []

def hang(facts, blobs):
    time.sleep(60)

def spin(facts, blobs):
    while True:
        pass

def crash(facts, blobs):
    os.abort()

def fault(facts, blobs):
    raise KeyError("a fault of ours")
"""
LIMITS = Limits(memory=256, seconds=20)


@pytest.fixture(autouse=True)
def tasks(tmp_path, monkeypatch):
    (tmp_path / "child_tasks.py").write_text(TASKS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_facts_and_bytes_cross_to_another_process_and_back():
    facts, blobs = run_child("child_tasks:echo", {"名": [1, None]}, [b"\0\xff", b"abc"], LIMITS)
    assert facts["seen"] == {"名": [1, None]}
    assert blobs == [b"\0\xffabc", b""]
    assert facts["pid"] != os.getpid()


def test_a_child_is_not_told_the_secrets_of_the_server(monkeypatch):
    monkeypatch.setenv("GONGXUAN_KEY", "secret")
    facts, _ = run_child("child_tasks:echo", {}, [], LIMITS)
    assert "GONGXUAN_KEY" not in facts["environment"]


def test_a_refusal_comes_back_with_all_its_problems():
    with pytest.raises(Refusal) as refused:
        run_child("child_tasks:refuse", {}, [], LIMITS)
    assert [str(one) for one in refused.value.problems] == ["row 3 公共科目: Too big: 1.5.", "Second."]


def test_memory_is_limited():
    assert run_child("child_tasks:eat", {"mib": 16}, [], LIMITS)[0] == {"size": 16 * 2**20}
    with pytest.raises(ChildFailedError, match="MemoryError"):
        run_child("child_tasks:eat", {"mib": 512}, [], LIMITS)


@pytest.mark.parametrize("task", ["hang", "spin"])
def test_time_is_limited(task):
    with pytest.raises(ChildFailedError):
        run_child(f"child_tasks:{task}", {}, [], Limits(memory=256, seconds=1))


@pytest.mark.parametrize("task", ["crash", "fault", "no_such_task"])
def test_a_crash_or_fault_ends_the_child_only(task):
    with pytest.raises(ChildFailedError):
        run_child(f"child_tasks:{task}", {}, [], LIMITS)


def test_running_children_end_when_the_server_stops():
    failures = []

    def work():
        try:
            run_child("child_tasks:hang", {}, [], Limits(memory=256, seconds=50))
        except ChildFailedError as failed:
            failures.append(failed)

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        end_children()
        time.sleep(0.02)
    thread.join()
    assert len(failures) == 1
