"""The way data flows, kept by the imports: each module builds only on those before it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import orderkit

PACKAGE = Path(orderkit.__file__).parent

#: From what knows nothing to what knows all. A line may build on itself, from left to right, and on
#: the lines above it. A module that is not there yet is no fault; one without a place is.
LAYERS = (
    "errors paths jsontext codes problems",
    "fields formulas dates conversions sources filters transformation masking endpoint",
    "settings settings_file settings_saving",
    "checks findings rows ordinary generation mapping",
    "writing files columns events samples inputs review profile unseen suggesting",
    "results bulk",
    "retry delivery credentials tokens token_sources calls client",
    "sandbox ledger sending report speed",
    "assumptions markup charts history views pages handover",
    "widgets",
    "demo lab cli __main__",
)
ORDER = [name for layer in LAYERS for name in layer.split()]

#: Library → the one module or folder that may import it.
HOMES = {
    "httpx": "client",
    "anywidget": "widgets",
    "ipywidgets": "widgets",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
    "jsonschema": "sandbox",
    "tomllib": "settings_file",
    "tomlkit": "settings_saving",
    "sqlite3": "ledger",
    "pyarrow": "columns",
    "zstandard": "files",
    "fsspec": "files",
    "distributed": "bulk",
}
#: The client is the only module that speaks HTTP, whatever it does it with.
OTHER_CLIENTS = {"aiohttp", "http.client", "requests", "urllib.request", "urllib3"}

FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
NAMES = [path.relative_to(PACKAGE).as_posix() for path in FILES]


def place(path: Path) -> str:
    """The module or folder directly in the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Each dotted name that is imported at run time, those inside functions included."""
    if isinstance(tree, ast.If) and "TYPE_CHECKING" in ast.unparse(tree.test):
        return
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


def own(name: str) -> str | None:
    """The place of an imported name in the order, None where it is another package's."""
    top, _, rest = name.partition(".")
    if top != "orderkit":
        return None
    first = rest.partition(".")[0]
    return orderkit._HOME.get(first, first)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_go_one_way(path: Path) -> None:
    """A module imports only what stands before it in the order."""
    here = place(path)
    assert here in ORDER, f"give {here} a place in LAYERS"
    for name in imports(parsed(path)):
        there = own(name)
        if there and there != here:
            assert there in ORDER, f"give {there} a place in LAYERS"
            assert ORDER.index(there) < ORDER.index(here), f"{here} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_libraries_have_one_home(path: Path) -> None:
    """Each of these libraries is imported in one place only, and HTTP is spoken in one module."""
    for name in imports(parsed(path)):
        for library, home in HOMES.items():
            if name == library or name.startswith(f"{library}."):
                assert place(path) == home, f"{path.name} imports {name}"
        assert not any(name == other or name.startswith(f"{other}.") for other in OTHER_CLIENTS)


def test_the_sandbox_does_not_know_the_table() -> None:
    """What the sandbox accepts is written by hand: it reads neither the table nor the mapping."""
    for path in (PACKAGE / "sandbox").glob("**/*.py"):
        read = {own(name) for name in imports(parsed(path))}
        assert not read & {"fields", "mapping", "checks", "conversions"}, path.name


def test_the_package_loads_nothing_by_itself() -> None:
    """Importing the package imports none of its modules: their names are loaded on first use."""
    tree = parsed(PACKAGE / "__init__.py")
    assert not [name for name in imports(tree) if name.startswith("orderkit.")]


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
