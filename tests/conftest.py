"""What holds for every test: nothing depends on chance, on the clock or on a home folder."""

import hypothesis

hypothesis.settings.register_profile(
    "orderkit", derandomize=True, deadline=None, database=None, print_blob=False
)
hypothesis.settings.load_profile("orderkit")
