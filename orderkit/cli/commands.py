"""Which commands there are, and where each stands."""

#: Group → command → (its place, one line for the list of commands), in the order of the work.
GROUPS = {
    "To begin with": {
        "demo": ("demo:command", "Show the whole way with the samples, sandbox included."),
        "app": ("app:command", "Serve the page that is shown to a client."),
        "lab": ("lab:command", "Open JupyterLab on a working copy of the notebooks."),
    },
    "A client's events": {
        "listen": ("listen:command", "Collect a site's events on this machine."),
        "events": ("events:command", "Show what a file of events is; write them one a line."),
        "suggest": ("suggest:command", "Propose a reference for each setting, from events."),
    },
    "Mapping": {
        "fields": ("fields:command", "Print the destination's field mappings."),
        "check": ("check:command", "Check events: outcome and problems of each."),
        "explain": ("explain:command", "Show how each value of a payload came about."),
        "formula": ("formula:command", "Print the value of a formula."),
        "profile": ("profile:command", "Show how well each row is filled, over many events."),
        "diff": ("review:diff", "Show what changed settings would change."),
        "verify": ("review:verify", "Compare with approved results, for CI."),
        "map": ("map:command", "Write payload lines for events, streaming."),
    },
    "Sending": {
        "credentials": ("credentials:command", "Keep TikTok's credentials in the keyring."),
        "send": ("send:command", "Send events as orders, or show what would be sent."),
        "deliveries": ("deliveries:command", "Show what became of orders: causes, one order."),
        "handover": ("handover:command", "Write the document for the client."),
        "sandbox": ("sandbox:command", "Serve TikTok's side of the wire here, for tests."),
    },
}

COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}
