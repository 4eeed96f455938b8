"""The mapper: settings beside the client's own events, on one screen, drawn by a small front end.

`session` is the state and every step, without a widget; `screen` says what is shown of it;
``front/`` draws that and sends back what a person does.
"""

from orderkit.widgets.mapper.form import SettingsForm

__all__ = ["SettingsForm"]
