"""Where the TikTok credentials come from, and where they are kept.

They never lie in a settings file, which only has their *name*. Kept for later they are in the
operating system's keyring, under the service ``orderkit``, one entry a name.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, Self, TypeAlias, TypeVar

from orderkit.errors import CredentialsError
from orderkit.masking import MASK, SHORTEST, Secret, mask

SERVICE: Final = "orderkit"
KEY_VARIABLE: Final = "ORDERKIT_CLIENT_KEY"
SECRET_VARIABLE: Final = "ORDERKIT_CLIENT_SECRET"  # noqa: S105 - a name, not a value
TOKEN_VARIABLE: Final = "ORDERKIT_ACCESS_TOKEN"  # noqa: S105

#: The end of each message about absent credentials.
HOW_TO_GIVE: Final = (
    "client key and client secret are those of your app in TikTok's developer portal; set"
    f" {KEY_VARIABLE} and {SECRET_VARIABLE}, or {TOKEN_VARIABLE} if TikTok gave you a token, or"
    " keep them with `orderkit credentials set NAME`"
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a token is asked for with; `source` says where they were found, in words."""

    client_key: Secret
    client_secret: Secret
    source: str = field(default="typed for this session", compare=False)

    @classmethod
    def of(
        cls, client_key: str, client_secret: str, source: str = "typed for this session"
    ) -> Self:
        """Credentials from texts, white space around them dropped.

        Raises CredentialsError for a text that cannot be a secret; the text is not in the message.
        """
        key = _secret(client_key, f"the client key {source}")
        return cls(key, _secret(client_secret, f"the client secret {source}"), source)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that TikTok gave out beforehand: it is sent as it is, and cannot be refreshed."""

    token: Secret
    source: str = field(default="typed for this session", compare=False)

    @classmethod
    def of(cls, token: str, source: str = "typed for this session") -> Self:
        """A token from text; raises CredentialsError like `Credentials.of`."""
        return cls(_secret(token, f"the access token {source}"), source)


Given: TypeAlias = Credentials | AccessToken

_typed: dict[str, Given] = {}


def hold_credentials(name: str, given: Given) -> None:
    """Keep credentials under a name for this process alone: they were typed for the session."""
    _typed[name] = given


def find_credentials(name: str, environ: Mapping[str, str] = os.environ) -> Given:
    """The credentials of that name: typed for the session, else environment, else keyring.

    In the environment an access token comes before key and secret, and means that no token call is
    made. Raises CredentialsError, with what to do, when there are none, or half of a pair.
    """
    if name in _typed:
        return _typed[name]
    if token := environ.get(TOKEN_VARIABLE, "").strip():
        return AccessToken.of(token, f"in {TOKEN_VARIABLE}")
    key, secret = (environ.get(each, "").strip() for each in (KEY_VARIABLE, SECRET_VARIABLE))
    if key and secret:
        return Credentials.of(key, secret, f"in {KEY_VARIABLE} and {SECRET_VARIABLE}")
    if key or secret:
        there, absent = (KEY_VARIABLE, SECRET_VARIABLE)[:: 1 if key else -1]
        raise CredentialsError(f"{there} is set, but {absent} is not; set both")
    try:
        entry = read_entry(name)
    except CredentialsError as error:
        raise CredentialsError(
            f"no credentials in the environment, and {error}; {HOW_TO_GIVE}"
        ) from None
    if entry is None:
        raise CredentialsError(
            f"no credentials named {name!r}, neither in the environment nor in the operating"
            f" system's keyring (service {SERVICE!r}); {HOW_TO_GIVE}"
        )
    source = f"in the keyring's entry {name!r} of {SERVICE!r}"
    match entry:
        case {"client_key": str(key), "client_secret": str(secret)}:
            return Credentials.of(key, secret, source)
        case {"access_token": str(token)}:
            return AccessToken.of(token, source)
    raise CredentialsError(f"what lies {source} are no credentials; delete it and save them again")


def store_credentials(name: str, given: Given) -> None:
    """Save credentials in the operating system's keyring under a name.

    Raises CredentialsError when there is no keyring, or when it is locked.
    """
    if isinstance(given, AccessToken):
        write_entry(name, {"access_token": given.token.reveal()})
        return
    pair = {"client_key": given.client_key, "client_secret": given.client_secret}
    write_entry(name, {key: secret.reveal() for key, secret in pair.items()})


def delete_credentials(name: str) -> None:
    """Forget the credentials of that name, and the tokens that were got with them.

    Nothing happens when there are none. Raises CredentialsError like `store_credentials`.
    """

    def delete(keyring: ModuleType) -> None:
        for entry in (name, token_entry(name)):
            if keyring.get_password(SERVICE, entry) is not None:
                keyring.delete_password(SERVICE, entry)

    _typed.pop(name, None)
    _with_keyring("changed", delete)


def token_entry(name: str) -> str:
    """The keyring's entry for the tokens got with the credentials of that name."""
    return f"{name} (tokens)"


def read_entry(entry: str) -> dict[str, Any] | None:
    """An entry of the keyring, None when there is none. Raises CredentialsError."""
    text = _with_keyring("read", lambda keyring: keyring.get_password(SERVICE, entry))
    if text is None:
        return None
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def write_entry(entry: str, fields: Mapping[str, Any]) -> None:
    """Write an entry of the keyring. Raises CredentialsError."""
    text = json.dumps(dict(fields))
    _with_keyring("changed", lambda keyring: keyring.set_password(SERVICE, entry, text))


def _with_keyring(verb: str, call: Callable[[ModuleType], _T]) -> _T:
    try:
        # Its search for a backend takes longer than the rest of a command's start.
        import keyring

        return call(keyring)
    except Exception as error:  # each backend has exceptions of its own
        reason = re.split(r"\.\s|\n", mask(str(error)))[0].rstrip(". ") or type(error).__name__
    raise CredentialsError(f"the operating system's keyring could not be {verb} ({reason})")


def _secret(text: str, what: str) -> Secret:
    text = text.strip()
    if not text:
        raise CredentialsError(f"{what} is blank; {HOW_TO_GIVE}")
    if MASK[0] in text:
        raise CredentialsError(f"{what} is a masked text; give the value itself, not its mask")
    if len(text) < SHORTEST:
        raise CredentialsError(f"{what} has fewer than {SHORTEST} characters; copy all of it")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise CredentialsError(
            f"{what} has white space or characters beyond ASCII in it; copy it again"
        )
    return Secret(text)
