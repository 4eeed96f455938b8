"""Which commands there are, and where each stands."""

#: Command → (its place, one line for the list of commands), in the order of the work.
COMMANDS = {
    "demo": (
        "demo:command",
        "Show the whole way with the samples, sandbox included.",
    ),
    "app": ("app:command", "Serve the demo page that is shown to a client."),
    "lab": ("lab:command", "Open JupyterLab on a working copy of the notebooks."),
    "listen": ("listen:command", "Collect a site's events on this machine."),
    "fields": ("fields:command", "Print the destination's field mappings."),
    "events": ("events:command", "Show what a file of events is; write them one a line."),
    "suggest": ("suggest:command", "Propose a reference for each setting, from events."),
    "check": ("check:command", "Check events: outcome and problems of each."),
    "explain": ("explain:command", "Show how each value of an event's payload came about."),
    "formula": ("formula:command", "Print the value of a formula."),
    "profile": ("profile:command", "Show how well each row is filled, over many events."),
    "diff": ("review:diff", "Show what changed settings would change."),
    "verify": ("review:verify", "Compare with approved results, for CI."),
    "map": ("map:command", "Write payload lines for events, streaming."),
    "send": ("send:command", "Send events as orders, or show what would be sent."),
    "deliveries": (
        "deliveries:command",
        "Show what became of orders: over time, causes, one order.",
    ),
    "handover": (
        "handover:command",
        "Write a page for the client: settings, mapping, test orders.",
    ),
    "sandbox": ("sandbox:command", "Serve TikTok's side of the wire on this machine, for tests."),
}
