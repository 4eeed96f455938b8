"""Where credentials come from."""

import json
from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from orderkit.errors import CredentialsError
from orderkit.sending import credentials
from orderkit.sending.credentials import (
    AccessToken,
    Credentials,
    delete_credentials,
    find_credentials,
    hold_credentials,
    read_entry,
    store_credentials,
    token_entry,
    write_entry,
)

PAIR = Credentials.of("key-typed", "secret-typed")
IN_ENVIRONMENT = {"ORDERKIT_CLIENT_KEY": "key-env", "ORDERKIT_CLIENT_SECRET": "secret-env"}


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that forgets."""

    priority = 1
    entries: dict[tuple[str, str], str]

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class LockedKeyring(MemoryKeyring):
    """A keyring that its user did not unlock."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(f"locked, wanted {username} of {service}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked(f"locked, not stored: {service} {username} {password}")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    """An empty keyring in place of the machine's own, and nothing typed."""
    monkeypatch.setattr(credentials, "_typed", {})
    before = keyring.get_keyring()
    backend = MemoryKeyring()  # type: ignore[no-untyped-call]
    backend.entries = {}
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def revealed(given: Credentials | AccessToken) -> tuple[str, ...]:
    if isinstance(given, AccessToken):
        return (given.token.reveal(),)
    return given.client_key.reveal(), given.client_secret.reveal()


def test_order_of_places(ring: MemoryKeyring) -> None:
    """Typed comes before the environment, a token there before key and secret, keyring last."""
    store_credentials("hotel", Credentials.of("key-ring", "secret-ring"))
    assert revealed(find_credentials("hotel", {})) == ("key-ring", "secret-ring")
    assert revealed(find_credentials("hotel", IN_ENVIRONMENT)) == ("key-env", "secret-env")
    with_token = {**IN_ENVIRONMENT, "ORDERKIT_ACCESS_TOKEN": " token-env\n"}
    assert find_credentials("hotel", with_token) == AccessToken.of("token-env")
    hold_credentials("hotel", PAIR)
    assert find_credentials("hotel", with_token) is PAIR
    assert ("orderkit", "hotel") in ring.entries


@pytest.mark.parametrize("given", [PAIR, AccessToken.of("token-typed")])
def test_keyring_keeps_what_it_is_given(
    ring: MemoryKeyring, given: Credentials | AccessToken
) -> None:
    """What was stored is found again, and its source names the keyring's entry."""
    store_credentials("hotel", given)
    found = find_credentials("hotel", {})
    assert found == given
    assert "'hotel'" in found.source
    assert len(ring.entries) == 1


def test_delete_forgets_tokens_too(ring: MemoryKeyring) -> None:
    """Deleting credentials deletes what was typed and the tokens, and again is no error."""
    store_credentials("hotel", PAIR)
    write_entry(token_entry("hotel"), {"access_token": "x"})
    hold_credentials("hotel", PAIR)
    delete_credentials("hotel")
    delete_credentials("hotel")
    assert not ring.entries
    with pytest.raises(CredentialsError, match=r"named 'hotel'.*ORDERKIT_CLIENT_KEY"):
        find_credentials("hotel", {})


@pytest.mark.parametrize(
    ("there", "absent"),
    [
        ("ORDERKIT_CLIENT_KEY", "ORDERKIT_CLIENT_SECRET"),
        ("ORDERKIT_CLIENT_SECRET", "ORDERKIT_CLIENT_KEY"),
    ],
)
@pytest.mark.usefixtures("ring")
def test_half_a_pair_is_an_error(there: str, absent: str) -> None:
    """One of the two variables alone is an error that names the other."""
    with pytest.raises(CredentialsError, match=f"{there} is set, but {absent} is not"):
        find_credentials("hotel", {there: "value-1234", absent: " "})


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, LockedKeyring])
@pytest.mark.usefixtures("ring")
def test_no_keyring_says_what_to_do(backend: type[keyring.backend.KeyringBackend]) -> None:
    """Without a keyring that works, the error names the environment, and no secret."""
    keyring.set_keyring(backend())
    with pytest.raises(CredentialsError, match=r"environment.*keyring.*set ORDERKIT_CLIENT_KEY"):
        find_credentials("hotel", {})
    with pytest.raises(CredentialsError, match="keyring could not be changed") as caught:
        store_credentials("hotel", PAIR)
    assert "secret-typed" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ["no JSON", "[]", json.dumps({"client_key": 1})])
def test_foreign_entries_are_told(ring: MemoryKeyring, text: str) -> None:
    """An entry that holds something else is an error, not a crash."""
    ring.entries["orderkit", "hotel"] = text
    with pytest.raises(CredentialsError, match="no credentials; delete it"):
        find_credentials("hotel", {})
    assert read_entry("hotel") in ({}, {"client_key": 1})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("  ", "is blank"),
        ("abc", "fewer than 4"),
        ("••••••", "is a masked text"),
        ("two words", "white space"),
        ("line\nbreak", "white space"),
        ("schlüssel", "beyond ASCII"),
    ],
)
def test_texts_that_are_no_secrets_are_refused(text: str, fault: str) -> None:
    """A text that cannot be a secret is refused before it is used, and not quoted."""
    with pytest.raises(CredentialsError, match=fault) as caught:
        Credentials.of("key-1234", text)
    assert "client secret" in str(caught.value)
    assert len(text.strip()) < 5 or text not in str(caught.value)


def test_credentials_do_not_show_themselves() -> None:
    """The repr of credentials has the source, and no secret."""
    assert "secret-typed" not in repr(PAIR)
    assert "typed for this session" in repr(PAIR)
