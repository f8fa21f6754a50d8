"""The daily import of the directory, as a durable job."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings

from mes.socle import travaux
from mes.socle.models import Travail
from professionnels.annuaire.fichiers import fichiers_du_dossier
from professionnels.annuaire.fusion import ArretDeSecurite
from professionnels.annuaire.importation import importer

journal_technique = logging.getLogger("mes.annuaire")

TRAVAIL = "professionnels.importer_annuaire"


@travaux.nature(TRAVAIL, file="analyses", essais_max=5)
def importer_annuaire_du_dossier(travail: Travail) -> None:
    """Imports the last files of the folder. Running it twice changes nothing the second time."""
    fichiers = fichiers_du_dossier(Path(settings.MES_ANNUAIRE_URL))
    try:
        trace = importer(fichiers, demande_par="tâche quotidienne")
    except ArretDeSecurite as arret:
        # Only a person can lift it: trying again would say the same.
        journal_technique.error("import de l'annuaire arrêté : %s", arret)
        return
    journal_technique.info("annuaire importé : %d changements", trace.changements)
