"""The client: sends payloads, and gives a `Delivery` for each, whatever the endpoint does."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, Self, TypeAlias

from orderkit.destination.urls import check_endpoint
from orderkit.errors import EndpointError
from orderkit.masking import Secret, mask
from orderkit.sending.attempts import Attempts, Environment, Reply
from orderkit.sending.credentials import AccessToken, Given, token_entry
from orderkit.sending.delivery import OUTCOMES, Delivery, Verdict
from orderkit.sending.loop_clock import LoopClock
from orderkit.sending.request import Endpoint, Request, order_request, token_request
from orderkit.sending.retry import DEFAULT_POLICY, Pacer, Policy, Wait, retry_after
from orderkit.sending.tokens import FixedToken, TokenAnswer, TokenError, TokenProvider
from orderkit.sending.transport import Answer, NoAnswerError, Timeout, Transport
from orderkit.sending.verdicts import read_verdict, status_text

__all__ = ["Client", "Delivery", "Endpoint", "Policy", "Request", "Wait", "check_endpoint"]

OnWait: TypeAlias = Callable[[Wait], None]

# An answer is shown up to here; TikTok's own have a few hundred characters.
_SHOWN: Final = 20_000


class Client:
    """Sends payloads to one endpoint, with one pace and one token for all that is in flight.

    Use it as ``async with Client(endpoint, credentials) as client``. `on_wait` is told each wait
    before it begins, those of a token call too, which belong to no one delivery. With `remember`,
    the name of credentials, tokens are kept in the operating system's keyring too. The last four
    arguments are for tests: seconds that only grow (by default those for which the event loop
    runs), Unix seconds, sleeping, and chance from 0 to 1.

    Raises EndpointError when a token is needed and the endpoint names no merchant.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Given,
        policy: Policy = DEFAULT_POLICY,
        *,
        on_wait: OnWait | None = None,
        remember: str = "",
        clock: Callable[[], float] | None = None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.endpoint, self.policy = endpoint, policy
        self._clock = LoopClock()
        self._timeout: Timeout = self._clock.timeout if clock is None else asyncio.timeout
        self._environment = Environment(
            policy, Pacer(policy.rate), self._post, clock or self._clock, sleep, chance, on_wait
        )
        self._now = now
        self._in_flight = asyncio.Semaphore(policy.in_flight)
        self._transport: Transport | None = None
        self._tokens = self._token_source(credentials, remember)

    def _token_source(self, credentials: Given, remember: str) -> TokenProvider | FixedToken:
        if isinstance(credentials, AccessToken):
            return FixedToken(credentials)
        merchant, code = self.endpoint.merchant_id, self.endpoint.code
        if not merchant:
            raise EndpointError(
                "merchant_id is not set, and tokens are given out by merchant; write the merchant's"
                " id at TikTok under [connection] in the settings"
            )
        return TokenProvider(
            credentials,
            {"merchant_id": merchant, **({"code": code} if code else {})},
            self._fetch_token,
            self._now,
            entry=token_entry(remember) if remember else "",
            place=f"{merchant} at {self.endpoint.token_url}",
        )

    async def __aenter__(self) -> Self:
        urls = [self.endpoint.order_url]
        if self.asks_for_tokens:
            urls.append(self.endpoint.token_url)
        self._transport = Transport(urls)
        self._clock.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._clock.stop()
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def request(self, payload: dict[str, Any] | bytes) -> Request:
        """The request that `send` makes, without its token: nothing is sent (a dry run)."""
        return order_request(self.endpoint.order_url, payload, None)

    async def until_stopped(self) -> None:
        """Wait until it is stopped."""
        await self._environment.stopped.wait()

    @property
    def asks_for_tokens(self) -> bool:
        """Whether tokens come from token calls, and not from elsewhere."""
        return isinstance(self._tokens, TokenProvider)

    async def token(self, deadline: float = math.inf) -> Secret:
        """An access token, asked for if need be, to try credentials without sending an order.

        Raises TokenError, which is a CredentialsError.
        """
        return await self._tokens.get(deadline)

    def stop(self) -> None:
        """Make no further try: a try under way ends as it does, and every wait ends at once."""
        self._environment.stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._environment.stopped.is_set()

    async def send(
        self,
        payload: dict[str, Any] | bytes | Request,
        *,
        deadline: float = math.inf,
        on_start: Callable[[], None] | None = None,
    ) -> Delivery:
        """Send a payload; the delivery says how that ended, and no failure raises an exception.

        Bytes, and what `request` made, are sent as they are. `deadline` is a moment on the client's
        clock: no try begins after it, and one under way is broken off. `on_start` is called right
        before the first try goes out; what it raises ends the sending.
        """
        request = payload if isinstance(payload, Request) else self.request(payload)
        renewed = False

        async def post(token: Secret) -> Reply:
            nonlocal request
            request = replace(request, token=token)
            reply = await attempts.post(request)
            attempts.hold_others(reply)
            return reply

        async def attempt() -> Reply:
            nonlocal renewed
            if over := await attempts.turn():
                return over
            # Only now: a token taken before the wait may have expired since.
            token = await self._tokens.get(deadline)
            reply = await post(token)
            if renewed or not reply.token_refused:
                return reply
            renewed = True
            other = await self._tokens.renew(token, deadline)
            if other is None:
                return reply
            return await attempts.turn() or await post(other)

        async with self._in_flight:
            attempts = Attempts(self._environment, deadline, on_start=on_start)
            try:
                reply = await attempts.settle(attempt)
            except TokenError as error:
                reply = Reply(error.verdict, error.status)
            if reply.token_refused and renewed:
                refused = replace(reply.verdict, message=self._tokens.refused())
                reply = replace(reply, verdict=refused)
            return attempts.delivery(request, reply)

    async def _fetch_token(self, form: dict[str, str], deadline: float) -> TokenAnswer:
        request = token_request(self.endpoint, form)
        until = min(deadline, self._environment.clock() + self.policy.total_seconds)
        attempts = Attempts(self._environment, until, "token call: ")

        async def attempt() -> Reply:
            return await attempts.post(request)

        reply = await attempts.settle(attempt)
        return reply.verdict, reply.status, reply.body

    async def _post(self, request: Request, limit: float) -> Reply:
        if self._transport is None:
            raise RuntimeError("send within `async with Client(…) as client:`")
        try:
            answer = await self._transport.post(request, limit, self._timeout)
        except NoAnswerError as error:
            verdict = OUTCOMES[error.cause].verdict
            return Reply(Verdict(verdict, error.cause, message=error.message))
        return self._reply(answer)

    def _reply(self, answer: Answer) -> Reply:
        headers = {name.lower(): text for name, text in answer.headers}
        verdict = read_verdict(answer.status, headers, answer.body, self.endpoint.codes)
        if answer.fault and 200 <= answer.status < 300:
            outcome = OUTCOMES[answer.fault]
            verdict = Verdict(outcome.verdict, answer.fault, None, answer.message, verdict.log_id)
        head = [f"HTTP/1.1 {status_text(answer.status)}"]
        head += [f"{name}: {text}" for name, text in answer.headers]
        # Masked before it is cut: half a secret would not be recognised.
        text = answer.body[: 2 * _SHOWN].decode(errors="replace")
        return Reply(
            verdict,
            answer.status,
            retry_after(headers.get("retry-after"), self._now()),
            answer.body,
            mask("\n".join([*head, "", text]))[:_SHOWN],
        )
