"""How the functions of the language are declared: one decorator, one table."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Prepare: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """One function of the language.

    name:         as it is written
    signature:    with the names of its arguments; those in ``[…]`` may be left out
    minimum:      how many arguments it takes at least
    maximum:      and at most; None without bound
    description:  one line
    category:     logic, text, conversion, date, array or event
    """

    name: str
    signature: str
    minimum: int
    maximum: int | None
    description: str
    category: str
    # How it is run: `lazy` gets the unevaluated arguments, `framed` the evaluation under way;
    # `nulls` says that it is called for a null first argument too, instead of giving null.
    run: Callable[..., Any] = field(repr=False, compare=False)
    lazy: bool = False
    framed: bool = False
    nulls: bool = False
    # Whether it reads the clock, so that it may give another value for the same event.
    clock: bool = False
    # By position: what turns an argument into what the function takes, once if it is constant.
    prepare: Mapping[int, Prepare] = field(default_factory=dict, repr=False, compare=False)

    @property
    def scoped(self) -> bool:
        """Whether names in its second argument refer to an element of the first."""
        return self.lazy and self.category == "array"

    def takes(self) -> str:
        """ "1 argument", "2 or 3 arguments", "at least 3 arguments"."""
        if self.maximum is None:
            return f"at least {self.minimum} argument{'' if self.minimum == 1 else 's'}"
        if self.maximum == self.minimum:
            return f"{self.minimum or 'no'} argument{'' if self.minimum == 1 else 's'}"
        return f"{self.minimum} or {self.maximum} arguments"


TABLE: Final[dict[str, FunctionInfo]] = {}


def function(
    signature: str,
    category: str,
    description: str,
    *,
    lazy: bool = False,
    nulls: bool = False,
    clock: bool = False,
    prepare: Mapping[int, Prepare] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a function of the language; how many arguments it takes is read from Python's."""

    def declare(run: Callable[..., Any]) -> Callable[..., Any]:
        parameters = list(inspect.signature(run).parameters.values())
        framed = bool(parameters) and parameters[0].name == "frame"
        given = [p for p in parameters[framed:] if p.kind is not p.VAR_POSITIONAL]
        name = signature.split("(", 1)[0]
        TABLE[name] = FunctionInfo(
            name=name,
            signature=signature,
            minimum=sum(p.default is p.empty for p in given),
            maximum=len(given) if len(given) == len(parameters[framed:]) else None,
            description=description,
            category=category,
            run=run,
            lazy=lazy,
            framed=framed,
            nulls=nulls or lazy,
            clock=clock,
            prepare=prepare or {},
        )
        return run

    return declare
