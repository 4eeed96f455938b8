"""Sending in tests: one call on a real socket, with a time that passes only by waiting."""

import asyncio
import math
from dataclasses import dataclass, field
from typing import Any

from orderkit.sending.client import Client, Delivery, Endpoint, Policy, Wait
from orderkit.sending.credentials import AccessToken, Credentials, Given
from orderkit.sending.verdicts import KNOWN_CODES, AnswerCodes
from tests.sending.server import Script, Server, answer, serving

ORDER: dict[str, Any] = {"order_info": {"order_id": "H-1", "order_status": "CREATE_ORDER"}}
FIXED = AccessToken.of("fixed-token-1", "in ORDERKIT_ACCESS_TOKEN")
PAIR = Credentials.of("key-of-tests", "secret-of-tests", "in the tests")

#: The wall clock's time at second 0 of a `FakeTime`.
NOON = 1_800_000_000.0


@dataclass
class FakeTime:
    """A clock that only sleeping moves, and what was slept and told."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    told: list[Wait] = field(default_factory=list)

    def clock(self) -> float:
        """Seconds since the beginning."""
        return self.seconds

    def now(self) -> float:
        """The wall clock's time."""
        return NOON + self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def client(self, endpoint: Endpoint, credentials: Given, **policy: Any) -> Client:
        """A client in this time: no pace unless asked for, and the longest back-off."""
        return Client(
            endpoint,
            credentials,
            Policy(**{"rate": math.inf, **policy}),
            on_wait=self.told.append,
            clock=self.clock,
            now=self.now,
            sleep=self.sleep,
            chance=lambda: 1.0,
        )


def endpoint_of(server: Server, codes: AnswerCodes = KNOWN_CODES) -> Endpoint:
    """The endpoint that a scripted server is."""
    return Endpoint(server.order_url, server.token_url, "merchant-1", codes=codes)


def token_answer(number: int = 1, expires_in: Any = 432_000, **more: Any) -> Any:
    """An answer of the token call."""
    return answer({"access_token": f"access-{number:04}", "expires_in": expires_in, **more})


def send(
    orders: Script,
    tokens: Script | None = None,
    *,
    world: FakeTime | None = None,
    payload: Any = ORDER,
    deadline: float = math.inf,
    codes: AnswerCodes = KNOWN_CODES,
    **policy: Any,
) -> tuple[Delivery, Server]:
    """One sending against scripts; with a script of token calls, with credentials."""

    async def run() -> tuple[Delivery, Server]:
        async with serving(orders, tokens) as server:
            credentials = FIXED if tokens is None else PAIR
            client = (world or FakeTime()).client(endpoint_of(server, codes), credentials, **policy)
            async with client:
                return await client.send(payload, deadline=deadline), server

    return asyncio.run(run())
