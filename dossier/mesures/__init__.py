"""Measures: weight, blood pressure, glycaemia… the patient's side only (R-MES-01…06, 09, 10)."""
