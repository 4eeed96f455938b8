"""Access tokens, and why there is none: read from the answers of the token call. Pure functions."""

import math
from dataclasses import dataclass
from typing import Any, Final, Self

from orderkit.masking import Secret, mask
from orderkit.sending.delivery import Verdict
from orderkit.sending.verdicts import answer_json

#: Seconds before its expiry at which a token is renewed; a tenth of its life if that is less.
MARGIN: Final = 300.0

# From here on a number is a moment: as seconds it would be 31 years, as a moment it is 2001.
_MOMENTS_FROM: Final = 1_000_000_000

# What makes a failed token call a matter of the credentials.
_REFUSALS: Final = frozenset({"rejected_by_code", "token_code", "http_400", "http_401", "http_403"})


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; moments are Unix seconds, infinite where none was named.

    renew_at is when to get the next one, a while before the token expires at expires_at.
    """

    access: Secret
    renew_at: float = math.inf
    expires_at: float = math.inf
    refresh: Secret | None = None
    refresh_expires_at: float = math.inf

    def as_entry(self) -> dict[str, Any]:
        """The token as JSON for the keyring: its secrets are in it. Infinite moments are null."""
        moments = (self.renew_at, self.expires_at, self.refresh_expires_at)
        return {
            "access_token": self.access.reveal(),
            "refresh_token": self.refresh.reveal() if self.refresh else None,
            "moments": [None if math.isinf(moment) else moment for moment in moments],
        }

    @classmethod
    def from_entry(cls, entry: dict[str, Any]) -> Self | None:
        """A token from the keyring, None when the entry cannot be read."""
        match entry:
            case {"access_token": str(access), "refresh_token": refresh, "moments": [_, _, _] as m}:
                if not isinstance(refresh, str | None) or not _usable(access):
                    return None
                if not all(x is None or isinstance(x, int | float) for x in m):
                    return None
                renew_at, expires_at, refresh_until = (math.inf if x is None else x for x in m)
                token = Secret(refresh) if refresh else None
                return cls(Secret(access), renew_at, expires_at, token, refresh_until)
        return None


def read_token(body: bytes, now: float) -> Token | None:
    """The token in an answer of the token call, None if it has none; `now` is in Unix seconds.

    The fields stand at the root of the answer, or under ``data`` as in TikTok's other calls.
    """
    fields = answer_fields(body)
    access, refresh = fields.get("access_token"), fields.get("refresh_token")
    if not isinstance(access, str) or not _usable(access):
        return None
    expires_at = expiry(fields.get("expires_in"), now)
    life = expires_at - now
    if life <= 0:
        # Our clock or theirs is wrong. A token that just came is good until a 401 says otherwise.
        expires_at = life = math.inf
    return Token(
        Secret(access),
        expires_at - min(MARGIN, life / 10),
        expires_at,
        Secret(refresh) if isinstance(refresh, str) and refresh else None,
        expiry(fields.get("refresh_expires_in"), now),
    )


def answer_fields(body: bytes) -> dict[str, Any]:
    """The fields of a token call's answer, those under ``data`` included; {} if it is no object."""
    answer = answer_json(body)
    if not isinstance(answer, dict):
        return {}
    data = answer.get("data")
    return {**answer, **data} if isinstance(data, dict) else answer


def expiry(value: object, now: float) -> float:
    """The moment that an ``expires_in`` means, in Unix seconds; infinite if it cannot be read.

    TikTok's merchant token call writes the moment itself there, its other one a duration in
    seconds; 10⁹ tells them apart.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.inf
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return math.inf
    if not math.isfinite(number):
        return math.inf
    return number if number >= _MOMENTS_FROM else now + number


def refusal(verdict: Verdict, status: int | None, body: bytes, source: str) -> Verdict:
    """What a token call that gave no token makes of an order; `source` is that of credentials."""
    if verdict.cause in ("no_time_left", "stopped"):
        return verdict
    fields = answer_fields(body)
    code, said, log_id = verdict.code, verdict.message, verdict.log_id
    if isinstance(fields.get("error"), str):
        # OAuth's own form of an error, which TikTok's other token call uses.
        code, said = mask(fields["error"]), mask(str(fields.get("error_description", "")))
        log_id = log_id or mask(str(fields.get("log_id") or "")) or None
        refused = status is not None and status < 500
    else:
        refused = verdict.cause in _REFUSALS
    if refused:
        parts = (str(code or ""), said, f"(log_id {log_id})" if log_id else "")
        message = (
            f"TikTok gives no token for the client key and client secret {source}, it says:"
            f" {' '.join(part for part in parts if part)}; check both, and merchant_id"
        )
    elif verdict.cause in ("delivered", "no_verdict"):
        message = "the token call's answer has no access_token in it"
    else:
        message = f"no token came: {said}"
    cause = "credentials" if refused else "no_token"
    return Verdict("failed", cause, code, message, log_id)


def _usable(token: str) -> bool:
    # What is no visible ASCII cannot stand in a header.
    return bool(token) and token.isascii() and token.isprintable() and " " not in token
