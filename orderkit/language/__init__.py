"""What an engineer types on the platform: references, formulas, filters and transformations.

It may import errors and events.
"""
