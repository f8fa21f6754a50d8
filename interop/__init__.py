"""Pure codecs of the exchange formats: bytes in, values out. No Django, no model, no network."""
