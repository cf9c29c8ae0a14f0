"""A limit of time for what must end."""

import signal
from contextlib import contextmanager


@contextmanager
def time_limit(seconds):
    """Raise an error in what still runs after some seconds: it might never end."""

    def give_up(*_):
        raise AssertionError(f"did not end within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
