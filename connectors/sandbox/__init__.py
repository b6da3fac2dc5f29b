"""The sample company: a firm that does not exist, behind the wire protocols of the vendors it would use.

It answers on loopback only, and the connectors that read it are the ones that read the vendors.
"""
