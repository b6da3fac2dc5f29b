"""KPIs declared in YAML alone, in `kpis/*.yml`: from a stream, a query, a sheet, or other KPIs."""
