"""What is wrong with a configuration, apart from what reads one: the command line tells it to people."""


class ConfigFault(Exception):
    """The configuration cannot be used; the text names file, line, key and what would be right."""
