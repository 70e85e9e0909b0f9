"""A small client of Hotline. Start reading in __main__.py; resuming.py is the part worth copying."""
