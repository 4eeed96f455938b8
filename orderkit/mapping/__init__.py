"""An event becomes a payload, or problems.

May import: errors, events, language, destination.
"""
