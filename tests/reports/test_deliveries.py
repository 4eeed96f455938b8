"""What reports say of a ledger."""

from orderkit.reports.deliveries import filtered_reasons
from orderkit.sending.ledger import Ledger


def test_reasons_add_up_to_all_that_was_filtered() -> None:
    """Of many reasons the most frequent are named, and the others are counted in one line."""
    with Ledger() as ledger:
        for number in range(1, 8):
            for _ in range(number):
                ledger.filter("sandbox", f"reason {number}")
        found = filtered_reasons(ledger, "sandbox")
    assert found == [
        *((f"reason {number}", number) for number in (7, 6, 5, 4, 3)),
        ("other reasons", 3),
    ]
