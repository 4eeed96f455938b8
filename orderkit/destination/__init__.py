"""TikTok Sync Order Information: its field mappings, its settings and their files.

May import: errors, masking, events, language.
"""
