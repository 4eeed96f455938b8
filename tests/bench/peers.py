"""General mapping tools, given the same paths and targets: without conversions and checks."""

import atexit
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from orderkit import Mapper
from orderkit.events.paths import parse_path
from tests.bench.measuring import Contender, each

#: (target, path of the property)
Paths = list[tuple[tuple[str, ...], tuple[str, ...]]]
Event = dict[str, Any]

_SEGMENT: Final = Path(__file__).with_name("segment.cjs")


def contenders(mapper: Mapper, events: Sequence[Event]) -> tuple[list[Contender], list[str]]:
    """Those that are installed, and what would bring the others."""
    paths = paths_of(mapper)
    found = mappers(paths)
    made = [each(name, function, events, times=3) for name, function in found.items()]
    absent = [f"{name}: it comes with the extra bench" for name in _PEERS if name not in found]
    if segment := _segment(paths, events):
        made.append(segment)
    else:
        absent.append(
            "Segment mapping-kit: needs Node.js and, at NODE_PATH, the node_modules of "
            "npm install @segment/actions-core liquidjs"
        )
    return made, absent


def paths_of(mapper: Mapper) -> Paths:
    """The property that each row reads; for a constant or a formula one that costs as much."""
    paths: Paths = []
    for field in mapper.compiled.fields:
        path = next(iter(field.source.properties), "id")
        paths.append((field.parts, parse_path(path)))
    return paths


def mappers(paths: Paths) -> dict[str, Callable[[Event], Any]]:
    """Of each peer that is installed, its function for these paths."""
    found = {}
    for name, (module, make) in _PEERS.items():
        with suppress(ModuleNotFoundError):
            found[name] = make(import_module(module), paths)
    return found


def nested(paths: Paths, leaf: Callable[[tuple[str, ...]], Any]) -> dict[str, Any]:
    """A payload in which `leaf` of the property's path stands at each target."""
    payload: dict[str, Any] = {}
    for target, path in paths:
        holder: Any = payload
        for part, following in pairwise(target):
            empty: Any = [] if following.isdecimal() else {}
            if isinstance(holder, list):
                if not holder:
                    holder.append(empty)
                holder = holder[0]
            else:
                holder = holder.setdefault(part, empty)
        holder[target[-1]] = leaf(path)
    return payload


def _glom(glom: Any, paths: Paths) -> Callable[[Event], Any]:
    def spec(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: spec(value) for key, value in part.items()}
        return (spec(part[0]), lambda item: [item]) if isinstance(part, list) else part

    found = nested(paths, lambda path: glom.Coalesce(glom.Path(*path), default=None))
    whole = spec(found)
    return lambda event: glom.glom(event, whole)


def _json_like(part: Any) -> str:
    """A payload whose leaves are texts, with these as they are."""
    if isinstance(part, dict):
        pairs = (f"{json.dumps(key)}: {_json_like(value)}" for key, value in part.items())
        return f"{{{', '.join(pairs)}}}"
    return f"[{_json_like(part[0])}]" if isinstance(part, list) else str(part)


def _jmespath(jmespath: Any, paths: Paths) -> Callable[[Event], Any]:
    def written(path: tuple[str, ...]) -> str:
        return "".join(f"[{p}]" if p.isdecimal() else f'."{p}"' for p in path).removeprefix(".")

    expression = jmespath.compile(_json_like(nested(paths, written)))
    return lambda event: expression.search(event)


def _jinja2(jinja2: Any, paths: Paths) -> Callable[[Event], Any]:
    def written(path: tuple[str, ...]) -> str:
        steps = "".join(f"[{p}]" if p.isdecimal() else f'["{p}"]' for p in path)
        return f"{{{{ event{steps} | default(none) | tojson }}}}"

    environment = jinja2.Environment(undefined=jinja2.ChainableUndefined)
    template = environment.from_string(_json_like(nested(paths, written)))
    return lambda event: template.render(event=event)


def _pydantic(pydantic: Any, paths: Paths) -> Callable[[Event], Any]:
    fields: dict[str, Any] = {}
    for number, (_target, path) in enumerate(paths):
        parts = [int(part) if part.isdecimal() else part for part in path]
        alias = pydantic.AliasPath(*parts)
        kind = str | int | float | bool | None
        fields[f"f{number}"] = (kind, pydantic.Field(default=None, validation_alias=alias))
    model = pydantic.create_model("Payload", **fields)
    return lambda event: model.model_validate(event).model_dump(exclude_none=True)


#: Name → (the module to install, what makes a function of it).
_PEERS: Final[dict[str, tuple[str, Callable[[Any, Paths], Callable[[Event], Any]]]]] = {
    "pydantic, a model with paths": ("pydantic", _pydantic),
    "Jinja2, a template": ("jinja2", _jinja2),
    "jmespath, an expression": ("jmespath", _jmespath),
    "glom, a spec": ("glom", _glom),
}


def _segment(paths: Paths, events: Sequence[Event]) -> Contender | None:
    """Segment's mapping-kit in a Node.js that stays, and takes its own time."""
    node = shutil.which("node")
    folders = os.environ.get("NODE_PATH", "").split(os.pathsep)
    if not node or not any(Path(f, "@segment", "actions-core").is_dir() for f in folders if f):
        return None

    def directive(path: tuple[str, ...]) -> dict[str, str]:
        steps = (f"[{part}]" if part.isdecimal() else f".{part}" for part in path)
        return {"@path": "$" + "".join(steps)}

    process = subprocess.Popen(
        [node, str(_SEGMENT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(process.kill)
    stdin, stdout = process.stdin, process.stdout
    assert stdin
    assert stdout
    stdin.write(json.dumps({"mapping": nested(paths, directive), "events": events}) + "\n")

    def run() -> float:
        stdin.write("20\n")
        stdin.flush()
        return float(stdout.readline())

    return Contender("Segment mapping-kit", run)
