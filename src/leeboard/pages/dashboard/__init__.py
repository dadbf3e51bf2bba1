"""The dashboard's pages: documented values in, HTML out; no store, no clock."""
