import os
from pathlib import Path

#: Where the browser tests put their pictures, for people to look at.
SCREENSHOTS = Path(
    os.environ.get("ORDERKIT_SCREENSHOTS") or Path(__file__).parents[1] / "build" / "screenshots"
)
