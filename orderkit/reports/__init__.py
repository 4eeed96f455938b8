"""What results show: tables, pages, profiles, comparisons and charts.

It may import every room but bulk, widgets and cli.
"""
