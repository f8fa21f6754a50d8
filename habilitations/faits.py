"""What governance says of one or several records, for whoever stands before them: one statement.

Written in SQL because every request of the product asks it: the tables it reads are those of
`habilitations.models`, of the matrix and of the wrapped keys, all readable before the wall opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import connection, models

from habilitations.models import ORIGINES_DU_PATIENT, ReglageAcces
from usagers.models import EspaceSante, Identite


class QuiDemande(Protocol):
    """What of an actor the facts depend on; all None for somebody who is no professional."""

    @property
    def id(self) -> UUID | None: ...
    @property
    def exercice_id(self) -> UUID | None: ...
    @property
    def structure_id(self) -> UUID | None: ...
    @property
    def est_soignant(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Faits:
    """The facts about one espace; those about the actor are False or None unless a professional's.

    `retire`: the patient took back this person's access, or the team's unless she herself lets this
    person read (R-PS-12, R-PS-16). `autorise_jusqua`: end of her own or a gathered authorisation.
    `ouverture_*`: the one record this exercice has open, when it is this one (R-PS-22).
    `visite_precedente_le`: when this exercice last opened it before (R-PS-25).
    """

    espace: EspaceSante
    """With its `identite` and its `reglage`, the defaults when she changed nothing (R-URG-09)."""
    version_matrice: UUID | None
    enveloppe_identite: bytes | None
    enveloppe_journal: bytes | None
    bloque: bool
    structure_bloquee: bool
    administrateur: bool
    retire: bool
    autorise_jusqua: datetime | None
    consentement_initial: bool
    ouverture_id: UUID | None
    ouverture_mode: str | None
    ouverture_base: str | None
    ouverture_justifiee: bool
    ouverture_secrete: bool
    visite_precedente_le: datetime | None
    alertes: str | None
    """At which rhythm this exercice is told of new documents (R-PS-30)."""


def _colonnes(modele: type[models.Model], alias: str) -> str:
    return ", ".join(f'{alias}."{champ.column}"' for champ in modele._meta.concrete_fields)


_LUS: Final = ((EspaceSante, "e"), (Identite, "i"), (ReglageAcces, "g"))
_NOMS: Final = {
    modele: [champ.attname for champ in modele._meta.concrete_fields] for modele, _ in _LUS
}
# Only names of our own columns are written in; what comes from outside is a parameter.
_FAITS: Final = f"""
SELECT {", ".join(_colonnes(*lu) for lu in _LUS)},
    (SELECT v.id FROM habilitations_versionmatrice v
      WHERE v.approuvee_le IS NOT NULL AND v.retiree_le IS NULL AND v.effet_le <= %(jour)s
      ORDER BY v.effet_le DESC, v.approuvee_le DESC LIMIT 1),
    (SELECT c.enveloppe FROM socle_cleidentite c WHERE c.espace_id = e.id),
    (SELECT c.enveloppe FROM socle_clejournal c WHERE c.espace_id = e.id),
    EXISTS (SELECT FROM habilitations_blocage b
             WHERE b.espace_id = e.id AND b.leve_le IS NULL
               AND b.professionnel_id = %(professionnel)s),
    EXISTS (SELECT FROM habilitations_blocage b
             WHERE b.espace_id = e.id AND b.leve_le IS NULL AND b.structure_id = %(structure)s),
    EXISTS (SELECT FROM habilitations_administrateur a
             WHERE a.espace_id = e.id AND a.fin_le IS NULL
               AND a.professionnel_id = %(professionnel)s),
    EXISTS (SELECT FROM habilitations_retraitacces r
             WHERE r.espace_id = e.id AND r.leve_le IS NULL
               AND r.professionnel_id = %(professionnel)s)
    OR (EXISTS (SELECT FROM habilitations_retraitacces r
                 WHERE r.espace_id = e.id AND r.leve_le IS NULL AND r.structure_id = %(structure)s)
        AND coalesce(p.origine <> ALL (%(du_patient)s), true)),
    p.fin_le,
    EXISTS (SELECT FROM habilitations_consentementinitial c
             WHERE c.espace_id = e.id AND c.structure_id = %(structure)s
               AND c.retire_le IS NULL AND c.fin_le > statement_timestamp()),
    o.id, o.mode, o.base, o.scelle IS NOT NULL, coalesce(o.secrete, false),
    (SELECT max(d.ouverte_le) FROM habilitations_ouverture d
      WHERE d.espace_id = e.id AND d.exercice_id = %(exercice)s AND d.id IS DISTINCT FROM o.id),
    (SELECT l.rythme FROM habilitations_abonnementalerte l
      WHERE l.espace_id = e.id AND l.exercice_id = %(exercice)s AND l.fin_le IS NULL)
FROM usagers_espacesante e
JOIN usagers_identite i ON i.espace_id = e.id
LEFT JOIN habilitations_reglageacces g ON g.espace_id = e.id
LEFT JOIN habilitations_autorisation p
       ON p.espace_id = e.id AND p.professionnel_id = %(professionnel)s AND p.retiree_le IS NULL
      AND p.debut_le <= statement_timestamp() AND p.fin_le > statement_timestamp()
LEFT JOIN habilitations_ouverture o
       ON o.espace_id = e.id AND o.exercice_id = %(exercice)s AND o.fermee_le IS NULL
      AND o.expire_le > statement_timestamp()
WHERE e.id = ANY (%(espaces)s)
"""  # noqa: S608
"""At most one authorisation by person and one open record by exercice: constraints hold both."""


def faits_de(espaces: Iterable[UUID], qui: QuiDemande, jour: date) -> Mapping[UUID, Faits]:
    """The facts about each of these espaces that exist; `jour` chooses the version of the matrix."""
    soignant = qui.est_soignant
    with connection.cursor() as curseur:
        curseur.execute(
            _FAITS,
            {
                "jour": jour,
                "professionnel": qui.id if soignant else None,
                "structure": qui.structure_id if soignant else None,
                "exercice": qui.exercice_id if soignant else None,
                "du_patient": [str(origine) for origine in ORIGINES_DU_PATIENT],
                "espaces": list(espaces),
            },
        )
        lignes = curseur.fetchall()
    return {faits.espace.pk: faits for faits in map(_depuis, lignes)}


def _depuis(ligne: Sequence[Any]) -> Faits:
    reste = list(ligne)
    lus = []
    for modele, _ in _LUS:
        noms = _NOMS[modele]
        valeurs, reste = reste[: len(noms)], reste[len(noms) :]
        lus.append(None if valeurs[0] is None else modele.from_db("default", noms, valeurs))
    espace, identite, reglage = lus
    assert isinstance(espace, EspaceSante)
    assert isinstance(identite, Identite)
    espace.identite = identite
    espace.reglage = reglage if isinstance(reglage, ReglageAcces) else ReglageAcces(espace=espace)
    return Faits(espace, *reste)
