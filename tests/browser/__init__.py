"""Tests in a browser: a person's way through the pages, on Debian's Chromium."""
