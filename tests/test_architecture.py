"""The house: which room may use which, one home for each heavy library, nothing private shared."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import orderkit

PACKAGE = Path(orderkit.__file__).parent

_CORE = "errors masking events language destination mapping"
#: Room → the rooms it may import, besides itself.
ROOMS = {
    room: set(allowed.split())
    for room, allowed in {
        "errors": "",
        "masking": "",
        "events": "errors",
        "language": "errors events",
        "destination": "errors masking events language",
        "mapping": "errors events language destination",
        "sandbox": "errors events",
        "sending": "errors masking events destination mapping sandbox",
        "bulk": "errors events destination mapping",
        "reports": f"{_CORE} sandbox sending",
        "widgets": f"{_CORE} sandbox sending reports",
        "cli": f"{_CORE} sandbox sending bulk reports",
        "__main__": "cli",
    }.items()
}

#: Library → the files that may import it, each a path below the package or the beginning of one.
HOMES = {
    "httpx": ("sending/transport.py",),
    "httpcore": ("sending/transport.py",),
    "anywidget": ("widgets/",),
    "ipywidgets": ("widgets/",),
    "pandas": ("reports/",),
    "starlette": ("sandbox/",),
    "uvicorn": ("sandbox/",),
    "jsonschema_rs": ("sandbox/",),
    "tomllib": ("destination/loading.py",),
    "tomlkit": ("destination/saving.py", "destination/entries.py"),
    "sqlite3": ("sending/ledger/",),
    "pyarrow": ("events/tables.py", "bulk/tables.py"),
    "zstandard": ("events/packing.py",),
    "fsspec": ("events/files.py",),
    "distributed": ("bulk/",),
    "ijson": ("events/formats/har.py",),
    "python_calamine": ("events/formats/spreadsheet.py",),
    "tree_sitter": ("events/formats/literals.py",),
    "tree_sitter_javascript": ("events/formats/literals.py",),
}
#: The transport is the only module that speaks HTTP, whatever it does it with.
OTHER_CLIENTS = {"aiohttp", "http.client", "requests", "urllib.request", "urllib3"}

FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
NAMES = [path.relative_to(PACKAGE).as_posix() for path in FILES]


def room(path: Path) -> str:
    """The module or folder directly in the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Each dotted name that is imported: those inside functions, and those of types, included."""
    if isinstance(tree, ast.Import):
        yield from (alias.name for alias in tree.names)
    elif isinstance(tree, ast.ImportFrom):
        assert tree.level == 0, "imports are absolute"
        yield from (f"{tree.module}.{alias.name}" for alias in tree.names)
    elif isinstance(tree, ast.Call) and ast.unparse(tree.func) == "optional":
        yield ast.literal_eval(tree.args[0])
    for child in ast.iter_child_nodes(tree):
        yield from imports(child)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(name: str) -> str | None:
    """The room of an imported name, None where it is another package's."""
    top, _, rest = name.partition(".")
    if top != "orderkit":
        return None
    first = rest.partition(".")[0]
    return orderkit._HOME.get(first, first).partition(".")[0]


def file_of(name: str) -> str | None:
    """The file, below the package, in which an imported name stands; None for other packages'."""
    parts = name.split(".")
    if parts[0] != "orderkit":
        return None
    if len(parts) == 2 and parts[1] in orderkit._HOME:
        parts = ["orderkit", *orderkit._HOME[parts[1]].split(".")]
    for end in range(len(parts), 0, -1):
        place = PACKAGE.joinpath(*parts[1:end])
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                return file.relative_to(PACKAGE).as_posix()
    raise AssertionError(f"{name} is in no file")


def test_the_house_has_ten_rooms() -> None:
    """Ten folders, two ground modules, and what makes the package one."""
    entries = {path for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    entries = {path for path in entries if path.name not in ("__pycache__", "notebooks")}
    assert {room(path) for path in entries} == {*ROOMS, "__init__"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_go_one_way(path: Path) -> None:
    """A module imports its own room, and those that the table allows."""
    here = room(path)
    for name in imports(parsed(path)):
        there = room_of(name)
        assert there in (None, here) or there in ROOMS[here], f"{here} imports {name}"


@pytest.mark.parametrize("name", sorted(name for name in ROOMS if (PACKAGE / name).is_dir()))
def test_each_folder_says_what_it_may_import(name: str) -> None:
    """A folder says in a sentence what it is for, and in a second what the table allows it."""
    first, second = (ast.get_docstring(parsed(PACKAGE / name / "__init__.py")) or "").split("\n\n")[
        :2
    ]
    assert first.endswith(".")
    allowed, others = ROOMS[name], set(ROOMS) - ROOMS[name] - {name, "__main__"}
    few, but = (others, "every room but ") if len(others) < 4 else (allowed, "")
    *rooms, last = [each for each in ROOMS if each in few]
    words = f"{', '.join(rooms)} and {last}" if rooms else last
    assert second == f"It may import {but}{words}."


def test_no_files_import_each_other_in_a_circle() -> None:
    """From no file do imports lead back to it, those of types included."""
    arrows = {
        name: {file_of(found) for found in imports(parsed(path))} - {None, name}
        for name, path in zip(NAMES, FILES, strict=True)
    }
    while leaves := [name for name, there in arrows.items() if not there & arrows.keys()]:
        for name in leaves:
            del arrows[name]
    circles = {name: sorted(map(str, there & arrows.keys())) for name, there in arrows.items()}
    assert not circles


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_private_names_stay_in_their_room(path: Path) -> None:
    """No other room's underscored name is imported, or read from a module of it."""
    tree, here = parsed(path), room(path)
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and room_of(f"{node.module}.x") not in (None, here):
            for alias in node.names:
                assert not alias.name.startswith("_"), f"{node.module}.{alias.name}"
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        ):
            assert not node.attr.startswith("_"), f"{modules[node.value.id]}.{node.attr}"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_libraries_have_one_home(path: Path) -> None:
    """Each of these libraries is imported in one place only, and HTTP is spoken in one module."""
    file = path.relative_to(PACKAGE).as_posix()
    for name in imports(parsed(path)):
        for library, home in HOMES.items():
            if name == library or name.startswith(f"{library}."):
                assert file.startswith(home), f"{file} imports {name}"
        assert not any(name == other or name.startswith(f"{other}.") for other in OTHER_CLIENTS)


#: A command's function is found by this name in the module of the command.
CONVENTIONS = {"command"}


def test_one_name_for_one_thing() -> None:
    """No two public classes or functions of the package have one name.

    Formulas' functions are named after the platform's, and are looked up by its names alone.
    """
    homes: dict[str, list[str]] = {}
    for path in FILES:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                of_formulas = path.match("language/formulas/*_functions.py") and node.decorator_list
                if not node.name.startswith("_") and not of_formulas:
                    homes.setdefault(node.name, []).append(path.relative_to(PACKAGE).as_posix())
    shared = {name: files for name, files in homes.items() if len(files) > 1}
    assert {*shared} <= CONVENTIONS, shared


def test_the_package_loads_nothing_by_itself() -> None:
    """Importing the package imports none of its modules: their names are loaded on first use."""
    tree = parsed(PACKAGE / "__init__.py")
    run = [node for node in tree.body if not isinstance(node, ast.If)]
    found = [name for node in run for name in imports(node)]
    assert not [name for name in found if name.startswith("orderkit.")]


def test_public_names() -> None:
    """The public names are sorted, are those that load, and those that are typed."""
    assert orderkit.__all__ == sorted(orderkit.__all__) == sorted(orderkit._HOME)
    tree = parsed(PACKAGE / "__init__.py")
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.name: (node.module or "").removeprefix("orderkit.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == orderkit._HOME
    assert set(orderkit.__all__) <= set(dir(orderkit))


@pytest.mark.parametrize("name", orderkit.__all__)
def test_public_names_resolve(name: str) -> None:
    """Each public name loads, is the one of its module, and is documented."""
    value = getattr(orderkit, name)
    assert value is getattr(importlib.import_module(f"orderkit.{orderkit._HOME[name]}"), name)
    assert (value.__doc__ or "").strip()


def test_no_other_names() -> None:
    """A name that is not there is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = orderkit.nonsense


@pytest.mark.parametrize("path", [PACKAGE / "__init__.py", *FILES], ids=["__init__.py", *NAMES])
def test_docstrings(path: Path) -> None:
    """Each module says what it is for; so does each public function and class in it.

    What a decorator such as ``@function("UPPER(text)", "text", "…")`` says counts.
    """
    tree = parsed(path)
    assert ast.get_docstring(tree), "a module without a docstring"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            described = any(
                isinstance(decorator, ast.Call) and "formulas" in path.parts
                for decorator in node.decorator_list
            )
            said = described or ast.get_docstring(node)
            assert node.name.startswith("_") or said, node.name
