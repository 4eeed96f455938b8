"""``tests/faults.csv``: what becomes of an order that meets a fault of the sandbox."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

TABLE: Final = Path(__file__).with_name("faults.csv")


@dataclass(frozen=True)
class FaultCase:
    """One row. Its order is sent with a longest back-off of 0.5, 1, 2 … seconds.

    case:     whether the fault passes or lasts
    policy:   of the client, where it is not the usual one
    before:   how many other orders were delivered since the script was written
    attempts: tries of the order, and the seconds waited between them
    stored:   how often the order was stored
    message:  what the user is told, ``{place}`` being host and port
    """

    fault: str
    case: Literal["passes", "lasts"]
    script: str
    policy: dict[str, float]
    before: int
    verdict: str
    cause: str
    attempts: int
    waits: list[float]
    stored: int
    message: str


def fault_cases() -> list[FaultCase]:
    """The rows, in the order of the file."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_case(row) for row in csv.DictReader(file)]


def _case(row: dict[str, str]) -> FaultCase:
    pairs = (pair.split("=") for pair in row["policy"].split())
    return FaultCase(
        fault=row["fault"],
        case="lasts" if row["case"] == "lasts" else "passes",
        script=row["script"],
        policy={name: float(value) for name, value in pairs},
        before=int(row["before"]),
        verdict=row["verdict"],
        cause=row["cause"],
        attempts=int(row["attempts"]),
        waits=[float(seconds) for seconds in row["waits"].split()],
        stored=int(row["stored"]),
        message=row["message"],
    )
