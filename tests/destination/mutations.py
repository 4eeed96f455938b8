"""Mutated settings: ``python -m tests.destination.mutations [NUMBER [SEED]]`` tries that many.

Each is a settings file with values or characters of it changed. It must be read, or refused with a
SettingsError that names a place; what is read must come back from its JSON, and map.
"""

import random
import sys
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, time
from functools import cache
from typing import Any, Final

import tomlkit

from orderkit import Mapper, Settings
from orderkit.destination.loading import drafted, parse_settings
from orderkit.errors import SettingsError, SettingsFault
from orderkit.events import samples
from tests import mutating
from tests.language.mutations import PIECES, seeds
from tests.mapping.golden import CASES, read

_ODD: Final = (
    *(
        "https://",
        "https://[::1",
        "http://x",
        "https://a..b/",
        "https://ü.example/",
        "https://h:99999/",
    ),
    *(
        "https://user:pw@h/",
        "https://h/\n",
        "HTTPS://H",
        "https://[fe80::1%25eth0]/",
        "https://" + "a" * 300,
    ),
    *(
        "https://xn--a/",
        "javascript:1",
        "//h",
        "https://h:/",
        "https://\u2488.example",
        "{{a}}" * 1_500,
    ),
    *(
        "items." + "9" * 5_000,
        "a." * 300,
        "Europe/Nowhere",
        "../etc/passwd",
        "(" * 500,
        "[[:alpha:]]",
    ),
    *({"formula": ""}, {"formula": 5}, {"formula": "NUMBER(" * 300}, {"formula": "9" * 5_000}),
    *({"formula": "items." + "9" * 5_000}, {"formula": "SELECT(a, '(a+)+$')"}, {"other": 1}),
    *(
        float("nan"),
        float("inf"),
        date(2026, 1, 1),
        time(1),
        ["is"],
        {"is": 1},
        "matches",
        "exists",
    ),
)


@cache
def _known() -> tuple[str, ...]:
    every = [read(case, "settings") for case in CASES]
    every.append(tomllib.loads(samples.SETTINGS.read_text(encoding="utf-8")))
    condition = {"property": "items.coupon", "operator": "match regex", "values": ["^A", "b$"]}
    every.append(
        every[-1]
        | {
            "filter": {
                "match": "any",
                "condition": [condition],
                "formula": "a > 1",
                "consent": "3",
            },
            "transformation": [
                {"property": "items.price", "value": {"formula": "NUMBER(price)"}},
                {"property": "a", "new_name": "b", "event_names": ["x"], "condition": [condition]},
            ],
            "smart_mapping": {"order_info.order_url": "{{a}}-{{b.c}}"},
            "connection": {"endpoint_url": "https://h.example/x", "throttle_codes": [1, "slow"]},
            "checks": {"platform": False},
        }
    )
    return tuple(sorted({tomlkit.dumps(_without_null(data)) for data in every}))


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_null(v) for k, v in value.items() if v is not None}
    return [_without_null(v) for v in value] if isinstance(value, list) else value


def mutated(number: int, seed: int) -> Iterator[str | dict[str, Any]]:
    """So many settings: texts of files, and data as forms have it."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made
    formulas = seeds()

    def odd() -> Any:
        if chance.random() < 0.2:
            return {"formula": mutating.cut(chance.choice(formulas), chance, PIECES)}
        return chance.choice((*mutating.VALUES, *_ODD))

    for _ in range(number):
        text = chance.choice(_known())
        if chance.random() < 0.3:
            for _change in range(chance.randint(1, 3)):
                text = mutating.cut(
                    text, chance, ("[", "]", '"', "=", "\n", "9" * 30, "{", "#", ".")
                )
            yield text
        else:
            data: Any = tomllib.loads(text)
            for _change in range(chance.randint(1, 3)):
                data = mutating.replaced(data, chance, odd)
            if isinstance(data, dict):
                yield data


def outcome(tried: str | dict[str, Any]) -> str:
    """What becomes of settings."""
    faults: Sequence[SettingsFault] = ()
    if isinstance(tried, str):
        try:
            settings = parse_settings(tried)
        except SettingsError as error:
            faults, settings = error.faults, Settings()
    else:
        # A form goes on with what can be used.
        settings, faults = drafted(tried)
    assert all(fault.key and fault.expected for fault in faults), "a fault without a reason"
    if faults and isinstance(tried, str):
        return "refused"
    assert Settings.model_validate_json(settings.model_dump_json()) == settings
    mapper, event = Mapper(settings), samples.sample_events()["created"]
    mapped = mapper.explain(event)
    # Writing the function takes longer than all the rest.
    if len(repr(settings)) % 4 == 0:
        assert mapper.map(event).outcome == mapped.outcome
    return mapped.outcome


if __name__ == "__main__":
    sys.exit(mutating.main(mutated, outcome))
