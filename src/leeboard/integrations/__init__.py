"""Integrations: the interfaces of other tools, on top of this one's."""
