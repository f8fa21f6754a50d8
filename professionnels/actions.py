"""What changes the directory: its imports."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings

from mes.socle import travaux
from professionnels.annuaire.fichiers import Fichiers
from professionnels.annuaire.importation import Suivi, importer, sans_suivi
from professionnels.models import ImportAnnuaire
from professionnels.tasks import TRAVAIL


class DossierAbsent(Exception):
    """MES_ANNUAIRE_URL doesn't name a folder that can be read."""


def importer_annuaire(
    *, fichiers: Fichiers, par: str, forcer: bool = False, suivi: Suivi = sans_suivi
) -> ImportAnnuaire:
    """Imports the files given by a person; `forcer` passes over the safety stop, and is kept.

    Raises ImportEnCours, FichierIllisible or ArretDeSecurite (`annuaire.importation`).
    """
    return importer(fichiers, demande_par=par, forcer=forcer, suivi=suivi)


def planifier_import_du_jour(*, jour: date) -> UUID | None:
    """Plans the import of the folder MES_ANNUAIRE_URL, once a day however often it is asked.

    Returns the target of the job (the same all day), or None when no folder is set. Raises
    DossierAbsent when it is set and isn't a folder.
    """
    if not settings.MES_ANNUAIRE_URL:
        return None
    if not Path(settings.MES_ANNUAIRE_URL).is_dir():
        raise DossierAbsent("MES_ANNUAIRE_URL doit être un dossier lisible")
    cible_id = uuid5(NAMESPACE_OID, f"annuaire:{jour.isoformat()}")
    travaux.planifier(TRAVAIL, cible_id)
    return cible_id
