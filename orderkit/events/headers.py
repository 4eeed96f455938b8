"""The headers of the request that brought an event, kept beside its properties."""

from typing import Final

#: The key at an event's root under which they stand, an object of names and texts. `GETHEADER`
#: reads it; no field mapping does, so that it goes into nothing that is sent.
HEADERS: Final = "_headers"
