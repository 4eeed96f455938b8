"""The code lists."""

import pytest

from orderkit.destination.codes import STATUS, countries, currencies


def test_countries() -> None:
    """The countries are the 249 codes of ISO 3166-1, without what is reserved or made up."""
    assert len(countries()) == 249
    assert countries() >= {"FR", "GB", "US", "PT", "HK", "PS", "SX", "BQ", "AX", "UM"}
    assert not countries() & {"UK", "EU", "XK", "ZZ", "AN", "EA", "IC", "001", "UN", "QO"}


def test_currencies() -> None:
    """The currencies are those of ISO 4217 in use, without past ones and unofficial codes."""
    assert currencies() >= {"EUR", "USD", "GBP", "JPY", "CHF", "CNY", "KWD", "XPF", "VES", "SLE"}
    assert not currencies() & {"DEM", "FRF", "HRK", "ZWD", "CNH", "BTC", "EURO", "GGP", ""}
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in currencies())


@pytest.mark.parametrize("word", ["CREATE_ORDER", "X", "A1", "NO_SHOW_2"])
def test_statuses(word: str) -> None:
    """Any word in capitals is an order status: the vendor names two and no list."""
    assert STATUS.fullmatch(word)
