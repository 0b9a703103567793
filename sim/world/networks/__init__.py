"""Who is tied to whom: one file per kind of network, found through `table.NETWORKS`."""
