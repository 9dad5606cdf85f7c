"""The ticket page's script in an engine that is no browser, in a process of its own: Qt wants one to itself.

Run as a module it reads calls from its standard input, one JSON list a line, and answers each with a line.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sync.server.web_pages import WEB

ROOT = Path(__file__).parents[3]
PAGE = """
var document, window;
function shown(hash, stops) {
  var elements = {};
  document = {getElementById: function (id) {
    if (!elements[id]) {
      elements[id] = {id: id, hidden: true, textContent: "", attributes: {"data-stops": JSON.stringify(stops)}};
      elements[id].setAttribute = function (name, value) { this.attributes[name] = value; };
      elements[id].getAttribute = function (name) { return this.attributes[name]; };
    }
    return elements[id];
  }};
  window = {location: {hash: hash}};
  show();
  return elements;
}
"""
"""As much of a browser's page as the script needs: `shown` answers every element that it touched."""


class Script:
    """The page's functions; there is no document, so it shows nothing."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, function: str, *arguments: object) -> object:
        """What a function answers; RuntimeError when it throws."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([function, *arguments]) + "\n")
        self._process.stdin.flush()
        threw, said = json.loads(self._process.stdout.readline())
        if threw:
            raise RuntimeError(said)
        return said


@contextmanager
def running_script() -> Iterator[Script]:
    """The script, loaded."""
    command = [sys.executable, "-m", "tests.sync.server.script_engine"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield Script(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0


def _serve() -> None:
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtQml import QJSEngine, QJSValue

    application = QCoreApplication([])
    engine = QJSEngine()

    def evaluate(text: str) -> QJSValue:
        return cast("QJSValue", engine.evaluate(text))

    loaded = evaluate((WEB / "ticket.js").read_text("utf-8"))
    assert not loaded.isError(), loaded.toString()
    assert not evaluate(PAGE).isError()
    for line in sys.stdin:
        function, *arguments = json.loads(line)
        said = evaluate(f"JSON.stringify({function}({', '.join(json.dumps(each) for each in arguments)}))")
        threw = said.isError()
        print(json.dumps([threw, said.toString() if threw else json.loads(said.toString())]), flush=True)
    assert application is not None, "it lives as long as the engine"


if __name__ == "__main__":
    _serve()
