"""Statistics on result tables: intervals, pairs, inequality, compliance, crossings, expectations."""
