"""What a run reads: OKR files, KPI declarations, facts of the warehouse, access to the lake."""
