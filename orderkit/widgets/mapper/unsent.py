"""What is shown of an event that is not sent: an order's rows, or none of them is asked for."""

from typing import Any, Final

from orderkit.destination.settings import Filter, Settings
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped
from orderkit.mapping.suggest.statuses import ProposedEvents

#: What an order begins with, as long as nothing says otherwise. Assumption: TikTok's list of order
#: statuses is not public.
FIRST_STATUS: Final = "CREATE_ORDER"


def as_if_sent(settings: Settings, event: Any, name: Any, proposed: ProposedEvents) -> Mapped:
    """What the rows give for an event of that name if it is sent: its mapping may be wanting."""
    unfiltered = Mapper(settings.model_copy(update={"filter": Filter()}))
    found = unfiltered.explain(event)
    if found.trace:
        return found
    meant = proposed.named(str(name))
    return unfiltered.explain(event, status=meant.order_status or meant.perhaps or FIRST_STATUS)


def is_aside(settings: Settings, name: Any, proposed: ProposedEvents) -> bool:
    """Whether an event of that name, which is not sent, is none that may be an order."""
    if not settings.event_mapping:
        return False
    if not isinstance(name, str) or name in settings.statuses():
        return True  # the filter leaves it out, or it has no name
    meant = proposed.named(name)
    return not (meant.order_status or meant.perhaps)
