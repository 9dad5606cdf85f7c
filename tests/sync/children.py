"""Running a piece of a test in a child process that may be killed, and reading what it got to say before that."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the child ended, and every line that it said: a line said is a promise made to somebody outside."""

    said: list[str]
    status: int

    @property
    def killed(self) -> bool:
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    @property
    def done(self) -> bool:
        return os.WIFEXITED(self.status) and os.WEXITSTATUS(self.status) == 0


def in_child(work: Callable[[Say], None], kill_after: int | None = None) -> Ended:
    """Fork and do `work` in the child, with a function to say lines by; kill it after so many lines, if asked to."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            work(lambda line: _write(writing, line))
            code = 0
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(code)
    os.close(writing)
    said: list[str] = []
    killed = False
    with os.fdopen(reading, "r", encoding="utf-8") as lines:
        for line in lines:
            said.append(line.rstrip("\n"))
            if not killed and kill_after is not None and len(said) >= kill_after:
                os.kill(child, signal.SIGKILL)
                killed = True
    _, status = os.waitpid(child, 0)
    return Ended(said=said, status=status)


def _write(file: int, line: str) -> None:
    os.write(file, line.encode("utf-8") + b"\n")
