"""Where a sending gets its token: kept, renewed before it expires, one token call at a time."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias

from orderkit.errors import CredentialsError
from orderkit.masking import Secret, mask
from orderkit.sending.credentials import AccessToken, Credentials, read_entry, write_entry
from orderkit.sending.delivery import Verdict
from orderkit.sending.token_answers import Token, read_token, refusal

#: Seconds until an early renewal that failed is tried once more, while the token still holds.
PAUSE: Final = 30.0

_log = logging.getLogger("orderkit")

#: Verdict, HTTP status and body of a token call's last answer.
TokenAnswer: TypeAlias = tuple[Verdict, int | None, bytes]

#: Makes one token call with the fields of its form, and ends by a deadline on the client's clock.
Fetch: TypeAlias = Callable[[dict[str, str], float], Awaitable[TokenAnswer]]


class TokenError(CredentialsError):
    """No token was to be had: what that makes of an order, and the HTTP status, if any came."""

    def __init__(self, verdict: Verdict, status: int | None = None) -> None:
        self.verdict, self.status = verdict, status
        super().__init__(verdict.message)


class FixedToken:
    """A token from elsewhere: no token call is made, and nothing can be done when it is refused."""

    def __init__(self, given: AccessToken) -> None:
        self._given = given

    async def get(self, deadline: float) -> Secret:  # noqa: ARG002 - as `TokenProvider.get`
        """The token."""
        return self._given.token

    async def renew(self, refused: Secret, deadline: float) -> Secret | None:  # noqa: ARG002
        """None: there is no other token."""
        return None

    def refused(self) -> str:
        """What to say when the endpoint does not accept the token."""
        return (
            f"the endpoint refused the access token {self._given.source}; tokens expire after some"
            f" days: give a new one there, or none, and client key and client secret instead"
        )


class TokenProvider:
    """The tokens of one merchant: `get` one to use, `renew` one that was refused.

    However many ask at once, one call is made, and all have its result, be it an error.
    """

    def __init__(
        self,
        credentials: Credentials,
        form: dict[str, str],
        fetch: Fetch,
        now: Callable[[], float],
        *,
        entry: str = "",
        place: str = "",
    ) -> None:
        """`form` has the call's constant fields. With `entry`, tokens are kept in that entry of the
        keyring, for `place` alone: a token of one endpoint is never used at another.
        """
        self._credentials, self._form, self._fetch, self._now = credentials, form, fetch, now
        self._entry, self._place = entry, place
        self._token: Token | None = None
        self._lock = asyncio.Lock()
        self._recalled = False
        self._calls = 0
        self._error: TokenError | None = None
        self._not_before = -math.inf

    async def get(self, deadline: float) -> Secret:
        """A token that has not expired. Raises TokenError."""
        token = self._token
        if token is None:
            return (await self._next(None, deadline)).access
        if self._now() < max(token.renew_at, self._not_before):
            return token.access
        try:
            return (await self._next(token, deadline)).access
        except TokenError:
            if self._now() >= token.expires_at:
                raise
            # Renewed early on purpose: the old one still holds.
            self._not_before = min(self._now() + PAUSE, token.expires_at)
            return token.access

    async def renew(self, refused: Secret, deadline: float) -> Secret:
        """A token other than the one that was refused. Raises TokenError."""
        token = self._token
        stale = token if token and token.access == refused else None
        if token and stale is None:
            return token.access
        return (await self._next(stale, deadline)).access

    def refused(self) -> str:
        """What to say when the endpoint does not accept a token that was just given out."""
        return (
            "the endpoint refused a token that TikTok had just given out; check that the client key"
            f" and client secret {self._credentials.source} are those of an app that may send"
            f" orders for merchant_id {self._form.get('merchant_id')!r}"
        )

    async def _next(self, stale: Token | None, deadline: float) -> Token:
        calls = self._calls
        async with self._lock:
            if self._token is not None and self._token is not stale:
                return self._token
            if self._calls != calls and self._error is not None:
                # The call this one waited for failed: asking at once again would not help.
                error = self._error
                raise TokenError(error.verdict, error.status)
            if self._entry and not self._recalled:
                self._recalled = True
                stale = await self._recall()
                if stale and self._now() < stale.renew_at:
                    self._token = stale
                    return stale
            self._error = None
            try:
                self._token = await self._call(stale, deadline)
            except TokenError as error:
                self._error = error
                raise
            finally:
                self._calls += 1
            self._not_before = -math.inf
            if self._entry:
                await self._keep(self._token)
            return self._token

    async def _call(self, stale: Token | None, deadline: float) -> Token:
        pair = {
            "client_key": self._credentials.client_key.reveal(),
            "client_secret": self._credentials.client_secret.reveal(),
        }
        if stale and stale.refresh and self._now() < stale.refresh_expires_at:
            refresh = {"grant_type": "refresh_token", "refresh_token": stale.refresh.reveal()}
            try:
                token = await self._read({**pair, **self._form, **refresh}, deadline)
            except TokenError as error:
                # Refused, perhaps as the answer to an earlier refresh, which rotated it, was lost.
                if error.verdict.cause != "credentials":
                    raise
            else:
                # TikTok rotates refresh tokens; an answer without one leaves the old one valid.
                if token.refresh:
                    return token
                return replace(
                    token, refresh=stale.refresh, refresh_expires_at=stale.refresh_expires_at
                )
        return await self._read({**pair, **self._form, "grant_type": "access_token"}, deadline)

    async def _read(self, form: dict[str, str], deadline: float) -> Token:
        verdict, status, body = await self._fetch(form, deadline)
        arrived = status is not None and 200 <= status < 300
        if arrived and (token := read_token(body, self._now())):
            return token
        raise TokenError(refusal(verdict, status, body, self._credentials.source), status)

    async def _recall(self) -> Token | None:
        try:
            # A keyring may ask the user to unlock it: that must not stop the event loop.
            entry = await asyncio.to_thread(read_entry, self._entry)
        except CredentialsError as error:
            _log.warning("tokens are not kept: %s", mask(str(error)))
            self._entry = ""
            return None
        return Token.from_entry(entry) if entry and entry.get("place") == self._place else None

    async def _keep(self, token: Token) -> None:
        try:
            entry = {"place": self._place, **token.as_entry()}
            await asyncio.to_thread(write_entry, self._entry, entry)
        except CredentialsError as error:
            _log.warning("tokens are not kept: %s", mask(str(error)))
            self._entry = ""
