"""What the settings say beside the platform's own: the client's look, and who does what."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from orderkit.destination import validators

Text = Annotated[str, BeforeValidator(validators.check_text)]


class SettingsModel(BaseModel):
    """A table of the settings file: no key that is not known, and no change once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Branding(SettingsModel):
    """Whose bookings they are: what the app and the hand-over show on top.

    name:   as the client writes it
    logo:   a picture file (PNG, JPEG, SVG, WebP), named from the settings file's folder
    colour: of the client's brand: #1565c0
    """

    name: Text | None = None
    logo: Text | None = None
    colour: Annotated[str | None, BeforeValidator(validators.check_colour)] = None


class Step(SettingsModel):
    """One thing that somebody does until all is switched on, for the list "who does what".

    what:  what is to be done, in the client's words
    who:   a name or a role
    until: a date
    """

    what: Text
    who: Text | None = None
    until: Annotated[str | None, BeforeValidator(validators.check_day)] = None
