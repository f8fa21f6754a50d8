"""The services known to a federation."""

from __future__ import annotations

from oauth2_provider.models import Application

from demo.federations.service import Client


def enregistrer(client: Client) -> None:
    """Declares the service, or replaces what was known of it."""
    Application.objects.update_or_create(
        client_id=client.client_id,
        defaults={
            "name": client.federation.nom,
            "client_secret": client.client_secret,
            # The secret of a demonstration, in a folder of its own: hashing it as a password
            # would only cost every call to the token endpoint a third of a second.
            "hash_client_secret": False,
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "algorithm": Application.RS256_ALGORITHM,
            "redirect_uris": " ".join(client.redirections),
            "post_logout_redirect_uris": " ".join(client.redirections_deconnexion),
        },
    )
