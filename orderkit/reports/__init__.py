"""What results show: tables, pages, profiles, comparisons, charts.

May import: all rooms before it but bulk.
"""
