"""TikTok Sync Order Information: its field mappings, its settings, and the files of settings.

It may import errors, masking, events and language.
"""
