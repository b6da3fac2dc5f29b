"""The dbt project: how it is told about this installation, and how its engines read the lake."""
