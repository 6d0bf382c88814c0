"""One at a time, a short line, and nothing left on disk."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoracite.settings import Settings
from thoracite.ui.service import BusyError, Service, Turnstile, clean_name


def test_turnstile_lets_no_more_in_than_it_has_slots() -> None:
    gate = Turnstile(slots=2, line=20, patience_s=10)
    inside, most, lock = 0, 0, threading.Lock()
    meet = threading.Barrier(2, timeout=10)

    def pass_through() -> None:
        nonlocal inside, most
        with gate.enter():
            with lock:
                inside += 1
                most = max(most, inside)
            meet.wait()  # two are inside together, or the barrier breaks
            with lock:
                inside -= 1

    threads = [threading.Thread(target=pass_through) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (inside, most) == (0, 2)


def test_turnstile_turns_away_who_waits_too_long_and_lets_the_next_in() -> None:
    gate = Turnstile(slots=1, line=1, patience_s=0.05)
    with gate.enter(), pytest.raises(BusyError, match="try again"), gate.enter():
        pytest.fail("two were inside")
    with gate.enter():
        pass


@pytest.mark.parametrize("line", [0, 1, 3])
def test_turnstile_keeps_no_longer_line_than_it_says(line: int) -> None:
    gate, refused = Turnstile(slots=1, line=line, patience_s=30), []

    def wait() -> None:
        try:
            with gate.enter():
                pass
        except BusyError:
            refused.append(1)

    with gate.enter():
        threads = [threading.Thread(target=wait) for _ in range(line + 2)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while len(refused) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    for thread in threads:
        thread.join(10)
    assert len(refused) == 2


def test_turnstile_opens_again_after_an_error() -> None:
    gate = Turnstile(slots=1, line=0, patience_s=0.05)
    with pytest.raises(ZeroDivisionError), gate.enter():
        _ = 1 / 0
    with gate.enter():
        pass


def test_eight_wait_while_one_image_is_read_and_no_more() -> None:
    done, refused, answered = threading.Event(), [], []

    class Slow:
        def check_report(self, image: str | Path | None, text: str) -> str:
            assert done.wait(30)
            return text

    service = Service(Settings(), explainer=Slow())  # type: ignore[arg-type]

    def ask() -> None:
        try:
            answered.append(service.check_report("no effusion"))
        except BusyError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(11)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while len(refused) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join(10)
    assert refused == ["1 request is being answered and 8 wait; try again in a few seconds"] * 2
    assert len(answered) == 9


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned not in ("", ".", "..")
    assert len(cleaned) <= 100
    assert not set(cleaned) & set('/\\\0<>"\n')


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("chest.png", "chest.png"),
        ("/etc/passwd", "passwd"),
        ("a\\b.dcm", "b.dcm"),
        ("röntgen (1).jpg", "röntgen (1).jpg"),
    ],
)
def test_names_stay_readable(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned
