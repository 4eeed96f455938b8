"""What comes in: files of events, envelopes, tables, paths into events, and the samples.

It may import errors.
"""
