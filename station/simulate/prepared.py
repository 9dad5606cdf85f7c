"""What libraries work out anew at each start of a centre or relay, worked out once: the answers are the same each time.

Nothing of a run may be kept here: only what follows from the program's own text.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import httpx
from pydantic import BaseModel
from sqlalchemy import Engine, create_engine
from sqlalchemy.util import LRUCache

from sync.server import on_sqlite

_made: dict[tuple[object, ...], Any] = {}
_first: dict[str, Any] = {}
"""What all engines use together: how SQL is said to SQLite, and the statements that were put into words."""


def once(make: Callable[..., Any]) -> Callable[..., Any]:
    """The same, asked only once for the same."""

    def answer(*some: Any, **named: Any) -> Any:
        try:
            asked = (make, *some, *sorted(named.items()))
            if asked not in _made:
                _made[asked] = make(*some, **named)
            return _made[asked]
        except TypeError:  # something that cannot be looked up by
            return make(*some, **named)

    return answer


def _engine(url: str, **more: Any) -> Engine:
    """An engine that puts into words only what none before it has."""
    engine = create_engine(url, **more)
    engine.dialect = _first.setdefault("dialect", engine.dialect)
    engine._compiled_cache = _first.setdefault("compiled", LRUCache(2000))
    return engine


def _schema(real: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """What a model looks like; the outermost dict is whoever's asks for it."""
    kept: dict[type[BaseModel], dict[str, Any]] = {}

    def schema(model: type[BaseModel], *some: Any, **named: Any) -> dict[str, Any]:
        if some or named:
            return real(model, *some, **named)
        if model not in kept:
            kept[model] = real(model)
        return dict(kept[model])

    return schema


_model_json_schema = classmethod(_schema(vars(BaseModel)["model_json_schema"].__func__))
_urlparse = lru_cache(maxsize=2000)(vars(httpx._urls)["urlparse"])


@contextmanager
def prepared() -> Iterator[None]:
    """While this lasts, libraries answer from memory."""
    places: tuple[tuple[Any, str, object], ...] = (
        (on_sqlite, "create_engine", _engine),
        (BaseModel, "model_json_schema", _model_json_schema),
        (httpx._urls, "urlparse", _urlparse),
    )
    before = [(thing, name, vars(thing)[name]) for thing, name, _ in places]
    for thing, name, ours in places:
        setattr(thing, name, ours)
    try:
        yield
    finally:
        for thing, name, real in before:
            setattr(thing, name, real)
