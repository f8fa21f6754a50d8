"""Stand-ins of the identity federations: a small separate project and process of the demonstration.

One issuer per federation, with the paths, claims and delays of the real one. Nothing of the product
imports this package, and it imports nothing of the product: the two only meet over HTTP.
"""
