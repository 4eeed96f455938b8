"""The funnel of a run: every event is counted once, and what was lost stands beside its step."""

import re

from hypothesis import given
from hypothesis import strategies as st

from orderkit.reports.charts import VERDICTS
from orderkit.reports.funnel import run_funnel_html


def steps(html: str) -> list[int]:
    """The numbers of the four steps."""
    return [int(n.replace(",", "")) for n in re.findall(r"<strong>([0-9,]+)</strong>", html)]


def test_each_loss_stands_beside_its_step() -> None:
    """Filtered and invalid events, orders not sent, refused, and not known."""
    counts = {"delivered": 5, "skipped": 1, "rejected": 2, "unknown": 1, "failed": 3}
    html = run_funnel_html({**counts, "filtered": 4, "invalid": 2})
    assert steps(html) == [18, 12, 9, 6]
    for said in ("4 not for TikTok", "2 with problems", "3 not sent", "2 refused, 1 not known"):
        assert said in html
    assert "none yet" in run_funnel_html({"dry-run": 3})
    assert "2 delivered already" in run_funnel_html({"delivered": 1, "skipped": 2})


@given(st.dictionaries(st.sampled_from(VERDICTS), st.integers(0, 2_000)))
def test_no_step_is_larger_than_the_one_before(counts: dict[str, int]) -> None:
    """Whatever came of a run, all events are in the first step, and fewer in each that follows."""
    found = steps(run_funnel_html(counts))
    assert found[0] == sum(counts.values())
    assert found == sorted(found, reverse=True)
