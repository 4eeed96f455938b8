"""A payload becomes a delivery: client, retries, tokens, ledger, run.

May import: errors, masking, events, destination, mapping, sandbox.
"""
