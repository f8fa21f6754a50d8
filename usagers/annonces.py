"""Who is told of what happens in an espace: its managers, by their preferences (R-NOT-02…10)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid5

from django.conf import settings
from django.urls import reverse

from notifications.actions import envoyer, notifier
from notifications.courriels import composer
from notifications.models import Canal, CodeNotification
from usagers.recherche import Gestionnaire, gestionnaires

COURRIEL_REGLABLE = frozenset(
    {
        CodeNotification.AJOUT_DOCUMENT,
        CodeNotification.MODIF_DOCUMENT,
        CodeNotification.SUPP_DOC,
        CodeNotification.CONSULT_DOCUMENT,
    }
)
"""What the « documents » switch stops (R-NOT-05); security and emergencies always go (R-NOT-06)."""


def prevenir(
    *,
    espace_id: UUID,
    code: CodeNotification,
    evenement_id: UUID,
    objet_id: UUID | None = None,
    a_prevenir: Callable[[Gestionnaire], bool] = lambda gestionnaire: True,
) -> None:
    """Tells the managers for whom `a_prevenir` holds, in the centre and by e-mail.

    Centre: exactly once by reader. E-mail: at least once, always the same Message-ID, no health
    data (R-NOT-03). `evenement_id` names the event: telling it twice tells it once.
    """
    prevenus = [g for g in gestionnaires(espace_id) if a_prevenir(g)]
    notifier(
        evenement_id=evenement_id,
        espace_id=espace_id,
        comptes=[gestionnaire.compte_id for gestionnaire in prevenus],
        code=code,
        objet_id=objet_id,
    )
    for gestionnaire in prevenus:
        if not gestionnaire.courriel:
            continue
        if code in COURRIEL_REGLABLE and not gestionnaire.courriel_document:
            continue
        courriel = composer(
            "evenement",
            {
                "prenom": gestionnaire.prenom,
                "evenement": str(code.label),
                "lien": settings.MES_URL + reverse("accueil:notifications"),
            },
        )
        envoyer(
            canal=Canal.COURRIEL,
            adresse=gestionnaire.courriel,
            sujet=courriel.sujet,
            texte=courriel.texte,
            html=courriel.html,
            # The same event for the same reader is the same message, however often asked.
            envoi_id=uuid5(evenement_id, str(gestionnaire.compte_id)),
        )
