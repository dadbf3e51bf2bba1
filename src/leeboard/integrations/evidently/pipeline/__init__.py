"""Where Evidently keeps its column mapping."""
