"""An event becomes a payload, or problems that say what to mend and who can.

It may import errors, events, language and destination.
"""
