"""Have a process that hangs say where, and end."""

import faulthandler
import signal


def end_if_hung(seconds: int) -> None:
    """Print where each thread of this process is if it is there then, and end it.

    Written without Python's help, so that a process that waits for a lock says it too.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    faulthandler.register(signal.SIGALRM, file=2, all_threads=True, chain=True)
    signal.alarm(seconds)
