"""Pro Santé Connect, as its service providers see it: OpenID Connect, realm `esante-wallet`."""
