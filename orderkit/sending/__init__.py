"""A payload becomes a delivery: client, retries, tokens, ledger, and the run over many orders.

It may import errors, masking, events, destination, mapping and sandbox.
"""
