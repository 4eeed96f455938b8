"""What comes in: files, envelopes, tables, paths into events, and the samples.

May import: errors.
"""
