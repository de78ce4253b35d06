"""What it means: paired comparison of variants, with intervals."""
