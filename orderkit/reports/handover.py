"""The document for the client: how ready all is, what to type, what becomes of a booking."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson

from orderkit.destination.assumptions import assumptions
from orderkit.destination.fields import ruled_statuses
from orderkit.destination.settings import Settings
from orderkit.events import paths
from orderkit.events.jsontext import dumps_plain
from orderkit.events.paths import count
from orderkit.mapping.compiled import CompiledField
from orderkit.mapping.mapper import Mapper
from orderkit.mapping.results import Mapped, TraceEntry
from orderkit.reports import html
from orderkit.reports.by_cause import by_cause_html
from orderkit.reports.client_words import client_words, in_order_of_life, kind_of, shown_value
from orderkit.reports.pages import document
from orderkit.reports.readiness import Readiness, client_name, not_found, readiness
from orderkit.reports.readiness_html import (
    lights_html,
    logo_html,
    strip_html,
    tasks_html,
)
from orderkit.reports.ribbon import ribbon_svg
from orderkit.reports.settings_html import settings_html
from orderkit.reports.still_open import still_open_html
from orderkit.sending.ledger import Entry

_OTHER = "any other status"
#: Nothing that TikTok takes is as long: a longer value is cut in its middle.
_MOST_SHOWN: Final = 300

#: Test orders on a page at most, the latest ones, and entries of a ledger that they are sought in.
_MOST_TESTS: Final = 100
MOST: Final = 10_000


def handover_page(
    settings: Settings,
    events: Mapping[str, Mapping[str, Any]],
    entries: Sequence[Entry] = (),
    logo: str = "",
) -> str:
    """A self-contained page; `events` give the examples, `entries` of a ledger the test orders.

    No secret is in it: settings have only the name of credentials. Nor is another client's order,
    as one ledger may hold those of several.
    """
    mapper = Mapper(settings)
    results = [mapper.explain(event) for event in events.values()]
    numbers = _numbers(events.values(), entries)
    entries = _of_client(entries, results, numbers)
    delivered = {
        (entry.delivery.order_id, entry.delivery.order_status)
        for entry in entries
        if entry.delivery.verdict == "delivered"
    }
    found = readiness(settings, results, delivered)
    unfound = not_found(settings, results)
    name = client_name(settings)
    sections = (
        ("Settings to type into the platform", settings_html(settings) + _hosts(settings), False),
        ("What TikTok receives", _examples(mapper, results, unfound), False),
        ("Test orders", _tests(entries, numbers), False),
        ("What each order status needs", _required(mapper), True),
        ("What no source states, and is assumed", _assumptions(), True),
    )
    today = date.today()  # noqa: DTZ011 - the reader's day
    day = f"{today.day} {today:%B %Y}"
    head = (
        f'<header class="ok-doc-head">{logo_html(name, logo, settings.client.colour or "")}'
        f"<strong>{escape(name)}</strong><span>prepared by Commanders Act, {day}</span></header>"
    )
    body = "".join(
        _section(number, title, inside, folded)
        for number, (title, inside, folded) in enumerate(sections, start=1)
    )
    first = _first_page(found, settings, unfound)
    return document(
        f"{name}: bookings at TikTok", f"{head}{first}{body}", f"{name} · orders to TikTok · {day}"
    )


def _section(number: int, title: str, inside: str, folded: bool) -> str:
    if not folded:
        return f'<section id="part{number}"><h2>{number} · {escape(title)}</h2>{inside}</section>'
    return (
        f'<section id="part{number}"><details class="ok-appendix">'
        f"<summary><h2>{number} · {escape(title)}</h2></summary>{inside}</details></section>"
    )


def _first_page(found: Readiness, settings: Settings, unfound: Collection[str]) -> str:
    named = "until when" if any(step.until for step in settings.step) else ""
    return (
        '<section class="ok-first ok-ready"><h1>Your bookings at TikTok</h1>'
        f'<p class="ok-lead">{escape(found.sentence())}</p>'
        f"{lights_html(found, 'h2')}{strip_html(found)}"
        f"{still_open_html(settings, unfound)}"
        f"<h2>The way of a booking</h2>{flow_html(found)}"
        f"<h2>Who does what{', ' + named if named else ''}</h2>{tasks_html(found.tasks)}</section>"
    )


def flow_html(found: Readiness) -> str:
    """One picture: from the booking site through the platform to TikTok, with numbers."""
    ready = sum(kind.ready for kind in found.kinds)
    orders = sum(len(kind.orders) for kind in found.kinds)
    kept = sum(kind.kept for kind in found.kinds)
    seen = found.seen + found.others + found.unsaid
    waiting = found.seen - ready
    aside = [f"{waiting} wait for a correction"] if waiting else []
    aside += [f"{found.others} not for TikTok"] if found.others else []
    aside += [f"{found.unsaid} still open"] if found.unsaid else []
    stay = f"{', '.join(aside)}. They stay here. " if aside else ""
    replaced = f"{ready - orders} replaced by a later one." if orders < ready else ""
    below = f'<p class="ok-flow-aside">{stay}{replaced}</p>' if stay or replaced else ""
    return (
        '<div class="ok-flow" role="img" aria-label="'
        f"Your booking site gives {seen} messages to Commanders Act, {orders} orders are ready for "
        'TikTok">'
        "<div><strong>Your booking site</strong><span>booked, cancelled, over</span>"
        "<span>stays as it is</span></div>"
        f"<i><b>{seen} messages</b></i>"
        '<div class="ok-flow-us"><strong>Commanders Act</strong>'
        "<span>takes what TikTok asks for, and checks it</span>"
        f"<span>sends it, and again when needed</span>{below}</div>"
        f"<i><b>{orders} orders</b>{f'<em>{kept} kept in the test</em>' if kept else ''}</i>"
        "<div><strong>TikTok</strong><span>keeps each order once</span>"
        "<span>shows it in your reports</span></div></div>"
    )


def _hosts(settings: Settings) -> str:
    """Which hosts orders and secrets go to."""
    connection = settings.connection
    orders = urlsplit(connection.endpoint_url or "").netloc
    rows = [
        ["orders", html.code(orders) if orders else "open: TikTok’s partner reference has it"],
        ["client key and secret", html.code(urlsplit(connection.token_url).netloc)],
    ]
    return "<h3>Where it goes</h3>" + html.html_table(("what", "host"), rows)


def _examples(mapper: Mapper, results: Sequence[Mapped], unfound: Collection[str]) -> str:
    """Each field with its source and one example a kind of booking: the one that fills most."""
    best: dict[str, Mapped] = {}
    for mapped in results:
        if mapped.trace and mapped.order_status:
            before = best.get(mapped.order_status)
            if before is None or _filled(mapped) > _filled(before):
                best[mapped.order_status] = mapped
    if not best:
        return "<p>No booking is there to show it with.</p>"
    shown = in_order_of_life(best)
    states = [{entry.target: entry for entry in best[status].trace} for status in shown]
    fields = mapper.compiled.by_target
    rows: list[list[str]] = []
    heads: dict[int, str] = {}
    group = ""
    for target, word in client_words().items():
        entries = [state[target] for state in states]
        if not any(entry.matters for entry in entries):
            continue
        if word.group != group:
            group = word.group
            heads[len(rows)] = escape(group)
        field = fields[target]
        asked = {"always": "always", "": "optional"}.get(
            field.row.mandatory, kind_of(field.row.mandatory).title.lower()
        )
        rows.append(
            [
                escape(word.word),
                html.OPEN if target in unfound else html.code(_source(field)),
                *(_example(entry, field.zone) for entry in entries),
                escape(asked),
            ]
        )
    names = [kind_of(status).title for status in shown]
    table = html.html_table(
        ["what", "where your site has it", *names, "asked for"],
        rows,
        heads=heads,
        classes=dict.fromkeys(names, "ok-long"),
    )
    filled = {entry.target for mapped in results for entry in mapped.trace if entry.state == "ok"}
    picture = ribbon_svg(fields[target] for target in client_words() if target in filled)
    return (
        "<p>Which parts of a booking TikTok’s values are read from, over "
        f"{count(sum(bool(mapped.trace) for mapped in results), 'booking')}:</p>{picture}"
        "<p>One booking of each kind as an example. Names in <code>this type</code> are those of "
        f"your site’s data; “later” is no fault.</p>{table}"
    )


def _source(field: CompiledField) -> str:
    """What a field reads by these settings; what it is called where they leave it open."""
    return field.reads or field.row.source


def _example(entry: TraceEntry, zone: ZoneInfo) -> str:
    match entry.state:
        case "ok":
            text = shown_value(entry, zone)
            if len(text) > _MOST_SHOWN:
                half = _MOST_SHOWN // 2
                text = f"{text[:half]}…{text[-half:]}"
            return html.code(text)
        case "not yet":
            return '<span class="ok-hint">later</span>'
        case "not needed":
            return ""
    return html.badge(entry.state)


def _filled(mapped: Mapped) -> int:
    return sum(entry.state == "ok" for entry in mapped.trace)


def _required(mapper: Mapper) -> str:
    statuses = dict.fromkeys([*mapper.settings.statuses().values(), *ruled_statuses(), _OTHER])
    rows = [
        [
            html.code(field.target.removeprefix("order_info.")),
            html.code(", ".join(field.source.properties) or _source(field)),
            *(html.badge("mandatory" if field.row.mandatory_for(s) else "") for s in statuses),
        ]
        for field in mapper.compiled.fields
        if field.row.mandatory
    ]
    return html.html_table(["target", "source", *statuses], rows)


def _numbers(events: Iterable[Any], entries: Sequence[Entry]) -> dict[bytes, int]:
    """Event, as a ledger keeps it → its number, where an order without an id is to be named."""
    if all(entry.delivery.order_id for entry in entries):
        return {}
    return {dumps_plain(event): number for number, event in enumerate(events)}


def _of_client(
    entries: Sequence[Entry], results: Sequence[Mapped], numbers: Mapping[bytes, int]
) -> list[Entry]:
    """The entries of the merchant, or of the orders, that the events are mapped to."""
    merchants = {_of(result.payload, "third_merchant_id") for result in results} - {""}
    orders = {_of(result.payload, "order_id") for result in results} - {""}
    return [
        entry
        for entry in entries
        if entry.delivery.order_id in orders
        or entry.event in numbers
        or (entry.payload and _of(orjson.loads(entry.payload), "third_merchant_id") in merchants)
    ]


def _of(payload: Any, field: str) -> str:
    found = paths.get(payload, ("order_info", field))
    return "" if found is paths.MISSING else str(found)


def _tests(entries: Sequence[Entry], numbers: Mapping[bytes, int]) -> str:
    if not entries:
        return "<p>No test order was sent yet.</p>"
    more = len(entries) - _MOST_TESTS
    cut = f"<p>The latest {_MOST_TESTS} of {len(entries):,} sendings.</p>" if more > 0 else ""
    return cut + by_cause_html(entries[:_MOST_TESTS], numbers)


def _assumptions() -> str:
    rows = [[html.code(about), html.prose(said)] for about, said in assumptions()]
    return html.html_table(("about", "assumption"), rows)
