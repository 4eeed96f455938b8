"""The masking layer."""

import base64
import copy
import html
import json
import logging
import pickle
import threading
from urllib.parse import quote, quote_plus

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit import masking
from orderkit.masking import MASK, MaskingFilter, Secret, mask

ODD = "s3cr&t/\"ü+=<x>%'y"


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "_forms", frozenset())


def test_secret_does_not_show_itself() -> None:
    """Every way of turning a secret into text gives the mask, except `reveal`."""
    secret = Secret("hush-hush")
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:s}", f"{[secret]}"]
    assert not any("hush" in text for text in shown)
    assert secret.reveal() == "hush-hush"


def test_secret_is_not_written_by_accident() -> None:
    """Pickle and JSON refuse a secret; copying gives the same one."""
    secret = Secret("hush-hush")
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        orjson.dumps({"secret": secret})
    assert copy.deepcopy([secret])[0] is secret


def test_secrets_are_equal_by_value() -> None:
    """Two secrets of one value are one in a set, and a secret is no text."""
    assert {Secret("hush-hush"), Secret("hush-hush")} == {Secret("hush-hush")}
    assert Secret("hush-hush") != "hush-hush"


@pytest.mark.parametrize(
    "written",
    [
        ODD,
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        quote(ODD).lower(),
        json.dumps(ODD)[1:-1],
        orjson.dumps(ODD).decode()[1:-1],
        json.dumps(ODD)[1:-1].replace("/", "\\/"),
        json.dumps(ODD)[1:-1]
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e"),
        json.dumps(json.dumps(ODD)[1:-1])[1:-1],
        repr(ODD)[1:-1],
        html.escape(ODD),
        base64.b64encode(ODD.encode()).decode(),
        base64.urlsafe_b64encode(ODD.encode()).decode(),
    ],
)
def test_each_form_of_a_secret_is_masked(written: str) -> None:
    """A registered value is masked however a text writes it."""
    Secret(ODD)
    assert mask(f"before {written} after").replace("=", "") == f"before {MASK} after"


@given(st.text("abcXYZ019+/&=%\"'é ", min_size=4, max_size=30), st.binary(max_size=7))
def test_a_secret_inside_base64_is_masked(value: str, before: bytes) -> None:
    """What base64 makes of a secret's own bytes does not survive, whatever bytes precede them."""
    Secret(value)
    text = base64.b64encode(before + value.encode() + b":tail").decode()
    kept = "".join(mask(text).split(MASK))
    start = -(-len(before) * 8 // 6)
    own = text[start : (len(before) + len(value.encode())) * 8 // 6]
    assert len(own) < 8 or own not in kept


@given(st.lists(st.text(min_size=4, max_size=12), min_size=1, max_size=4), st.data())
def test_no_registered_value_is_left(values: list[str], data: st.DataObject) -> None:
    """No value is left in a masked text, even where several overlap, and masking twice is once."""
    values = [value for value in values if "•" not in value]
    for value in values:
        Secret(value)
    pieces = st.sampled_from([*values, "-", "a", *(value[:3] for value in values)])
    text = "".join(data.draw(st.lists(pieces, max_size=12))) if values else ""
    masked = mask(text)
    assert not any(value in masked for value in values)
    assert mask(masked) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"access_token": "a\\"b", "n": 1}', f'{{"access_token": "{MASK}", "n": 1}}'),
        (r"{\"refresh_token\":\"abc def\"}", rf"{{\"refresh_token\":\"{MASK}\"}}"),
        ('{"access_token":"cut off here', f'{{"access_token":"{MASK} off here'),
        ("client_key=k1&client_secret=s1&x=1", f"client_key={MASK}&client_secret={MASK}&x=1"),
        ("Authorization: Bearer abc", f"Authorization: Bearer {MASK}"),
        ("{'Authorization': 'Bearer abc'}", f"{{'Authorization': 'Bearer {MASK}'}}"),
        ("(b'x', b'Bearer abcdefg1')", f"(b'x', b'Bearer {MASK}')"),
        ("Set-Cookie: a=b; c\nnext", f"Set-Cookie: {MASK}\nnext"),
    ],
)
def test_places_of_secrets_are_masked(text: str, masked: str) -> None:
    """Where a secret stands by convention, its value is masked without being registered."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text", ["the bearer presented it", "order H-1 is delivered", "", "set client_key first"]
)
def test_other_texts_stay(text: str) -> None:
    """A text without secrets comes back as it was."""
    assert mask(text) is text


def test_values_too_short_are_not_searched_for() -> None:
    """A secret of three characters shows as the mask, but spoils no other text."""
    assert str(Secret("abc")) == MASK
    assert mask("abcabc") == "abcabc"


def test_registering_from_threads_loses_nothing() -> None:
    """Secrets made in many threads at once are all masked."""
    values = [f"thread-secret-{number:03}" for number in range(80)]
    threads = [
        threading.Thread(target=lambda part=part: [Secret(value) for value in values[part::8]])
        for part in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mask(" ".join(values)) == " ".join([MASK] * 80)


def test_the_filter_masks_log_lines(caplog: pytest.LogCaptureFixture) -> None:
    """Message, arguments and traceback of a log record are masked."""
    Secret("hush-hush")
    caplog.handler.addFilter(MaskingFilter())
    try:
        int("hush-hush")
    except ValueError:
        logging.getLogger("orderkit").exception("with %s", "hush-hush")
    assert "hush" not in caplog.text
    assert "ValueError" in caplog.text


def test_a_password_in_an_address_is_masked() -> None:
    """What stands before the @ of an address is not shown; mail addresses are left alone."""
    assert (
        mask("found 'https://user:pw@host.example/x'") == f"found 'https://{MASK}@host.example/x'"
    )
    assert (
        mask("https://host.example/a@b, me@host.example")
        == "https://host.example/a@b, me@host.example"
    )
