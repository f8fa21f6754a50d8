"""The header of a CDA document: who, what, when. What is missing is None, nothing is refused."""

from __future__ import annotations

from lxml import etree

from interop.cda.elements import attribut, horodatage, identifiant, premier, texte, tous
from interop.cda.modele import (
    OID_INS,
    OID_PROFESSIONNEL,
    OID_STRUCTURE,
    ActeCDA,
    AuteurCDA,
    IdentifiantCDA,
    PatientCDA,
    StructureCDA,
)


def lire_patient(document: etree._Element, avertissements: list[str]) -> PatientCDA:
    """The patient of the first recordTarget (the French profile has exactly one)."""
    roles = list(tous(document, "recordTarget/patientRole"))
    if not roles:
        avertissements.append("Le document ne nomme aucun patient.")
        return PatientCDA()
    if len(roles) > 1:
        avertissements.append("Le document nomme plusieurs patients : seul le premier est lu.")
    role = roles[0]
    personne = premier(role, "patient")
    identifiants = [lu for element in tous(role, "id") if (lu := identifiant(element))]
    ins = next((lu for lu in identifiants if lu.racine in OID_INS and lu.extension), None)
    if ins is None:
        avertissements.append("Le document ne porte pas de matricule INS.")
    nom_naissance, nom_usage, prenoms, prenom_utilise = _noms(premier(personne, "name"))
    return PatientCDA(
        matricule_ins=ins.extension if ins else None,
        oid_ins=ins.racine if ins else None,
        autres_identifiants=tuple(lu for lu in identifiants if lu is not ins),
        nom_naissance=nom_naissance,
        nom_usage=nom_usage,
        prenoms=prenoms,
        prenom_utilise=prenom_utilise,
        sexe=attribut(premier(personne, "administrativeGenderCode"), "code"),
        date_naissance=horodatage(
            premier(personne, "birthTime"), "Date de naissance", avertissements
        ),
        lieu_naissance=texte(premier(personne, "birthplace/place/addr/county")),
    )


def _noms(
    nom: etree._Element | None,
) -> tuple[str | None, str | None, tuple[str, ...], str | None]:
    """Birth name, name in use, birth first names, first name in use.

    Qualifiers: BR of birth, CL in use, SP of the spouse. An unqualified family name is that of
    birth; unqualified first names are the list of birth, which may or may not repeat the BR one,
    the first of them.
    """
    familles = [(attribut(e, "qualifier"), lu) for e in tous(nom, "family") if (lu := texte(e))]
    donnes = [(attribut(e, "qualifier"), lu) for e in tous(nom, "given") if (lu := texte(e))]

    def famille(*qualifiants: str | None) -> str | None:
        ranges = [lu for cherche in qualifiants for sorte, lu in familles if sorte == cherche]
        return ranges[0] if ranges else None

    prenoms = [mot for sorte, lu in donnes if sorte not in ("BR", "CL") for mot in lu.split()]
    premiers = [lu for sorte, lu in donnes if sorte == "BR"]
    if premiers:
        mots = [mot for lu in premiers for mot in lu.split()]
        suite = prenoms[len(mots) :] if prenoms[: len(mots)] == mots else prenoms
        prenoms = [*premiers, *suite]
    utilises = " ".join(lu for sorte, lu in donnes if sorte == "CL")
    return famille("BR", None), famille("CL", "SP"), tuple(prenoms), utilises or None


def lire_auteurs(document: etree._Element, avertissements: list[str]) -> tuple[AuteurCDA, ...]:
    """Every author of the header, in order."""
    return tuple(
        lire_intervenant(
            auteur, premier(auteur, "assignedAuthor"), "Date de l'auteur", avertissements
        )
        for auteur in tous(document, "author")
    )


def lire_responsable(document: etree._Element, avertissements: list[str]) -> AuteurCDA | None:
    """The legal authenticator: who answers for the document."""
    element = premier(document, "legalAuthenticator")
    if element is None:
        return None
    entite = premier(element, "assignedEntity")
    return lire_intervenant(element, entite, "Date de la prise de responsabilité", avertissements)


def lire_intervenant(
    participation: etree._Element,
    entite: etree._Element | None,
    quoi: str,
    avertissements: list[str],
) -> AuteurCDA:
    """Who takes part: the person, or the device, and their organisation.

    `participation` carries the time, `entite` the rest; `quoi` names the time in a warning.
    """
    dispositif = premier(entite, "assignedAuthoringDevice")
    personne = premier(entite, "assignedPerson/name")
    nom = texte(premier(personne, "family"))
    if dispositif is not None:
        logiciel = texte(premier(dispositif, "softwareName"))
        nom = logiciel or texte(premier(dispositif, "manufacturerModelName"))
    elif nom is None and premier(personne, "given") is None:
        nom = texte(personne)  # a name written in one piece
    code = premier(entite, "code")
    prenoms = " ".join(lu for element in tous(personne, "given") if (lu := texte(element)))
    organisation = premier(entite, "representedOrganization")
    return AuteurCDA(
        identifiant=_identifiant_prefere(entite, OID_PROFESSIONNEL),
        nom=nom,
        prenom=prenoms or None,
        specialite_code=attribut(code, "code"),
        specialite_libelle=attribut(code, "displayName"),
        structure=_structure(organisation) if organisation is not None else None,
        est_dispositif=dispositif is not None,
        horodatage=horodatage(premier(participation, "time"), quoi, avertissements),
    )


def lire_depositaire(document: etree._Element) -> StructureCDA | None:
    """The custodian: the organisation that keeps the document."""
    chemin = "custodian/assignedCustodian/representedCustodianOrganization"
    organisation = premier(document, chemin)
    return _structure(organisation) if organisation is not None else None


def _structure(organisation: etree._Element) -> StructureCDA:
    return StructureCDA(
        nom=texte(premier(organisation, "name")),
        identifiant=_identifiant_prefere(organisation, OID_STRUCTURE),
    )


def _identifiant_prefere(element: etree._Element | None, racine: str) -> IdentifiantCDA | None:
    """The identifier of that root if there is one, else the first."""
    lus = [lu for enfant in tous(element, "id") if (lu := identifiant(enfant))]
    return next((lu for lu in lus if lu.racine == racine), lus[0] if lus else None)


def lire_actes(document: etree._Element, avertissements: list[str]) -> tuple[ActeCDA, ...]:
    """The documented acts; a lone instant (`effectiveTime/@value`) is a beginning, no end."""
    actes = []
    for evenement in tous(document, "documentationOf/serviceEvent"):
        periode = premier(evenement, "effectiveTime")
        debut = premier(periode, "low")
        code = premier(evenement, "code")
        actes.append(
            ActeCDA(
                code=attribut(code, "code"),
                code_systeme=attribut(code, "codeSystem"),
                libelle=attribut(code, "displayName"),
                debut=horodatage(
                    debut if debut is not None else periode, "Début de l'acte", avertissements
                ),
                fin=horodatage(premier(periode, "high"), "Fin de l'acte", avertissements),
            )
        )
    return tuple(actes)


def lire_remplacements(document: etree._Element) -> tuple[str, ...]:
    """Identifiers of the documents this one replaces (R-DOC-12)."""
    return tuple(
        str(lu)
        for lien in tous(document, "relatedDocument")
        if attribut(lien, "typeCode") == "RPLC"
        for element in tous(lien, "parentDocument/id")
        if (lu := identifiant(element))
    )
