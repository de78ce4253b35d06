"""Levers: what platforms, regulators and supervisors can do. Each file: one lever, its settings, terms and cost."""
