"""What an engineer types on the platform: references, formulas, filters and transformations.

May import: errors, events.
"""
