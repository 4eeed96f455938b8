"""What holds the project together: README, notebooks, environment, package."""

import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import make_dataclass
from pathlib import Path

import nbformat
import pytest
import yaml

import orderkit
from orderkit.cli.commands import COMMANDS
from orderkit.events.formats import FORMATS
from orderkit.reports.charts import VERDICTS
from tests.write_readme import PARTS, README, ROOT, described_fields, put, written

READMES = [
    README,
    *sorted(ROOT.glob("orderkit/**/README.md")),
    *sorted(ROOT.glob("tests/**/README.md")),
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DRIVING = sorted((ROOT / "tests" / "notebooks").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("name", PARTS)
def test_the_readmes_are_in_step_with_the_code(name: str) -> None:
    """What is generated in a README is what the code says today."""
    assert written(name) == (ROOT / name).read_text(encoding="utf-8")


def test_generators_fail_rather_than_delete() -> None:
    """A part without a line, a README without its place, and a field without a word are errors."""
    text = "<!-- x: written -->\nold\n<!-- /x -->\n"
    assert put(text, "x", "new") == "<!-- x: written -->\nnew\n<!-- /x -->\n"
    with pytest.raises(ValueError, match="nothing to write for x"):
        put(text, "x", "\n")
    with pytest.raises(ValueError, match="no place for y"):
        put(text, "y", "new")
    with pytest.raises(ValueError, match="no line for undescribed"):
        described_fields(make_dataclass("Kind", ["undescribed"]))


@pytest.mark.parametrize("indentation", ["", "    "], ids=["since 3.13", "before 3.13"])
def test_docstrings_are_read_with_and_without_indentation(indentation: str) -> None:
    """The compiler takes a docstring's indentation away since Python 3.13."""
    kind = make_dataclass("Kind", ["digits", "text"])
    lines = ["What is limited.", "", "digits:  of a number", "text:    characters", ""]
    kind.__doc__ = f"\n{indentation}".join(lines)
    assert described_fields(kind) == {"digits": "of a number", "text": "characters"}


def test_the_readme_is_short() -> None:
    """The README fits on a few screens: what is reference stands in the rooms' own."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 280


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    """Each link is an address, or a file that is there; its anchor is a heading of that file."""
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", path.read_text("utf-8")):
        if not target.startswith("https://"):
            file = path.parent / target if target else path
            assert file.is_file(), target
            assert not anchor or anchor in headings(file), f"{target}#{anchor}"


def headings(file: Path) -> set[str]:
    """The anchors of a file's headings, as GitHub makes them."""
    titles = re.findall(r"(?m)^#+ (.+)$", file.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_are_as_the_readmes_write_them(path: Path) -> None:
    """Each command that is written in a README exists, with each of its options."""
    from orderkit.cli.group import orderkit

    text = path.read_text(encoding="utf-8")
    for name, rest in re.findall(
        r"(?:^ *|`|bin/|&& )orderkit ([a-z]+)\b([^`\n]*)", text, re.MULTILINE
    ):
        # In a sentence, a word after "orderkit" is no command.
        if name in COMMANDS or " --" in rest:
            command = orderkit.get_command(None, name)  # type: ignore[arg-type]
            assert command is not None, name
            known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
            written = re.findall(r"(?<=\s|\[|\|)(--?[a-z][a-z-]*)", rest.partition("#")[0])
            assert set(written) <= known, f"orderkit {name}{rest}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built as an index would get it."""
    pytest.importorskip("hatchling", reason='needs pip install -e ".[dev]"')
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_has_what_it_needs(wheel: zipfile.ZipFile) -> None:
    """READMEs, tables, styles, schemas and notebooks travel with the wheel."""
    listed = subprocess.run(
        ["git", "ls-files", "orderkit", "notebooks"],  # noqa: S607 - found by its name everywhere
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [re.sub(r"^notebooks/", "orderkit/notebooks/", f) for f in listed.stdout.splitlines()]
    assert set(files) <= set(wheel.namelist())


def test_an_index_shows_the_readme_without_dead_links(wheel: zipfile.ZipFile) -> None:
    """On the package's page, where no file is beside the README, no link leads to one."""
    name = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
    shown = wheel.read(name).decode()
    assert re.findall(r"\]\((?!https://)[^)]*\)", shown) == []
    assert "## Your first hour with a client's file" in shown
    packed = set(re.findall(r"\(`(orderkit/[^`]+)`\)", shown))
    assert packed
    assert packed <= set(wheel.namelist())


def test_nobody_is_sent_to_an_index() -> None:
    """No index has orderkit: neither a message nor a README says to install it from one."""
    files = [*ROOT.glob("orderkit/**/*.py"), *ROOT.glob("notebooks/*.ipynb"), *READMES]
    sent = re.compile(r"""(?<!\w)pip install [^\n`]*(?<![./\w])orderkit\b""")
    assert [path for path in files if sent.search(path.read_text(encoding="utf-8"))] == []


def test_the_version_is_the_projects() -> None:
    """``orderkit.__version__`` is the version that is installed."""
    assert orderkit.__version__ == PROJECT["version"]
    assert "__version__" in dir(orderkit)


def test_every_verdict_and_format_is_in_its_readme() -> None:
    """The tables of verdicts and of formats leave none out, and name no other."""
    text = (ROOT / "orderkit/sending/README.md").read_text(encoding="utf-8")
    verdicts = re.findall(r"(?m)^\| `([\w-]+)` \|", text[: text.index("<!-- causes")])
    assert sorted(verdicts) == sorted(VERDICTS)
    text = (ROOT / "orderkit/events/README.md").read_text(encoding="utf-8")
    formats = re.findall(r"(?m)^\| (\w[\w ]*) \|", text)
    assert sorted(formats) == sorted(["Format", *(each.name for each in FORMATS)])


def test_the_readme_begins_with_two_commands() -> None:
    """Right under the purpose, two one-line commands: one to try it and one to test it."""
    text = README.read_text(encoding="utf-8")
    start = text.index("## Quick start")
    assert text[:start].count("## ") == 0
    commands = re.findall(r"```sh\n(.*?)\n```", text[start:], flags=re.DOTALL)[:2]
    assert all("\n" not in command for command in commands)
    assert commands[0].endswith("orderkit demo")
    assert commands[1].endswith("pytest")


def test_every_command_is_in_the_readme() -> None:
    """No command is left out of the README."""
    text = README.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`orderkit {name}" not in text] == []


@pytest.mark.parametrize("path", [*NOTEBOOKS, *DRIVING], ids=lambda path: path.stem)
def test_notebooks_are_compared_cell_by_cell(path: Path) -> None:
    """Each code cell is committed executed, and no widget state is saved."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.execution_count for cell in code)
    assert "widgets" not in notebook.metadata
    assert not any(o.output_type == "error" for cell in code for o in cell.outputs)


def test_the_notebooks_are_those_of_the_readme() -> None:
    """The notebooks are those that the README names."""
    assert [path.stem for path in NOTEBOOKS] == [
        "01_destination_settings",
        "02_preview_mapping",
        "03_required_fields",
        "04_send_test_orders",
        "05_backfill_orders",
        "06_live_events",
        "demo",
    ]


def test_environment_is_in_step() -> None:
    """environment.yml pins a Python that the project supports and an extra that it has."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    python = next(d for d in environment["dependencies"] if str(d).startswith("python="))
    assert PROJECT["requires-python"] == ">=3.11"
    assert tuple(map(int, python.removeprefix("python=").split("."))) >= (3, 11)
    pip = next(d for d in environment["dependencies"] if isinstance(d, dict))["pip"]
    extra = re.fullmatch(r"-e \.\[(\w+)\]", pip[0])
    assert extra is not None
    assert extra[1] in PROJECT["optional-dependencies"]


def test_the_top_level_is_what_the_user_fixed() -> None:
    """Nothing but the agreed names stands at the top level."""
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - git is found by its name everywhere
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed.stdout.splitlines() if not name.startswith(".")}
    assert top <= {
        *("notebooks", "orderkit", "tests", "environment.yml", "pyproject.toml"),
        *("README.md", "LICENSE"),
    }
