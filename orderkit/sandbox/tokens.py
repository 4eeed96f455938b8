"""The token call's side: giving tokens out, rotating refresh tokens, knowing them again.

Source of fields and rules: TikTok's public page of the merchant token call. Both ``expires_in``
are Unix timestamps there, the moment of expiry; its other token call gives durations, which
`expires_as` stands for.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

from orderkit.sandbox.envelope import INVALID, Refusal

ExpiresAs: TypeAlias = Literal["moment", "duration"]

#: Seconds: about 120 hours is what TikTok states for access tokens; the other one is ours.
ACCESS_LIFETIME: Final = 120 * 3600.0
REFRESH_LIFETIME: Final = 365 * 24 * 3600.0

_FIELDS: Final = {
    "access_token": ("client_key", "client_secret", "merchant_id"),
    "refresh_token": ("client_key", "client_secret", "refresh_token"),
}


class TokenIssuer:
    """Tokens that were given out, and those the sandbox was told to accept.

    `clients` maps each accepted client key to its secret; None accepts any.
    """

    def __init__(
        self,
        accepted: Iterable[str],
        clients: Mapping[str, str] | None,
        lifetime: float,
        expires_as: ExpiresAs,
        clock: Callable[[], float],
    ) -> None:
        self._accepted, self._clients = frozenset(accepted), clients
        self._lifetime, self._expires_as, self._clock = lifetime, expires_as, clock
        self._access: dict[str, float] = {}
        self._refresh: dict[str, float] = {}
        self._revoked: set[str] = set()

    def grant(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a token call with these form fields. Raises `Refusal`."""
        grant_type = form.get("grant_type", "")
        if grant_type not in _FIELDS:
            found = f"found {grant_type!r}" if grant_type else "it is missing"
            raise Refusal(400, INVALID, f"grant_type: {found}; write one of {', '.join(_FIELDS)}")
        absent = [name for name in _FIELDS[grant_type] if not form.get(name, "").strip()]
        if absent:
            raise Refusal(400, INVALID, f"missing or blank: {', '.join(absent)}")
        key = form["client_key"]
        if self._clients is not None and self._clients.get(key) != form["client_secret"]:
            raise Refusal(401, "invalid_client", "client_key and client_secret do not belong here")
        now = self._clock()
        if grant_type == "refresh_token" and self._refresh.pop(form["refresh_token"], 0.0) <= now:
            raise Refusal(
                401,
                "invalid_grant",
                "refresh_token: not one of ours, expired or used before; "
                "refresh tokens are rotated, so keep the newest",
            )
        return self._issue(now)

    def accepts(self, token: str) -> bool:
        """Whether an order call may bear the token."""
        if token in self._revoked:
            return False
        return token in self._accepted or self._access.get(token, 0.0) > self._clock()

    def revoke(self, token: str) -> None:
        """Refuse the token from now on."""
        self._revoked.add(token)

    def _issue(self, now: float) -> dict[str, Any]:
        access, refresh = f"act.{secrets.token_hex(24)}", f"rft.{secrets.token_hex(24)}"
        self._access[access] = now + self._lifetime
        self._refresh[refresh] = now + REFRESH_LIFETIME
        start = now if self._expires_as == "moment" else 0.0
        return {
            "access_token": access,
            "expires_in": int(start + self._lifetime),
            "refresh_token": refresh,
            "refresh_expires_in": int(start + REFRESH_LIFETIME),
        }
