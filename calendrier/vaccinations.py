"""The vaccinations of a person, disease by disease (R-VAC-05)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from calendrier.echeances import ActeEcarte, Echeance, Etat
from calendrier.personnes import Fait, Nature, Personne, Rang
from calendrier.regles import (
    Maladie,
    Mode,
    RegleVaccinale,
    Tables,
    raison_de_la_cohorte,
    raison_de_la_situation,
)
from calendrier.saisons import Campagnes, echeances_de_grossesse
from calendrier.series import Rappels, Serie, Verdict, echeance

Attente = Serie | Rappels


def affecter(
    fait: Fait, series: Sequence[Serie], rappels: Rappels | None
) -> tuple[Attente | None, str]:
    """Who takes the dose, or nobody and the French reason.

    What the injection was said to be decides; unsaid, the need whose window holds the age of the
    day does, first doses before boosters.
    """
    verdicts: list[tuple[Attente, Verdict]] = [(serie, serie.verdict(fait)) for serie in series]
    if rappels is not None:
        verdicts.append((rappels, rappels.verdict(fait)))
    if not verdicts:
        return None, ""

    def rang(couple: tuple[Attente, Verdict]) -> tuple[bool, bool]:
        attente, verdict = couple
        est_rappel = attente is rappels
        if fait.acte.rang is Rang.RAPPEL:
            return (not est_rappel, not verdict.dans_la_fenetre)
        if fait.acte.rang is Rang.INITIALE:
            return (est_rappel, not verdict.dans_la_fenetre)
        return (not verdict.dans_la_fenetre, est_rappel)

    def commence_apres_un_rappel(couple: tuple[Attente, Verdict]) -> bool:
        """An unsaid dose after a booster isn't the first of a series that should be long over."""
        attente, _ = couple
        return (
            isinstance(attente, Serie)
            and not attente.recues
            and rappels is not None
            and bool(rappels.faits)
            and fait.acte.rang is not Rang.INITIALE
        )

    acceptes = [c for c in verdicts if c[1].accepte and not commence_apres_un_rappel(c)]
    if acceptes:
        return min(acceptes, key=rang)[0], ""
    en_cours = [v for a, v in verdicts if isinstance(a, Serie) and a.est_en_cours]
    refus = [v for v in (*en_cours, *(v for _, v in verdicts)) if v.raison]
    return None, refus[0].raison if refus else ""


def _par_schema(regles: Sequence[RegleVaccinale]) -> list[list[RegleVaccinale]]:
    schemas: dict[str, list[RegleVaccinale]] = {}
    for regle in regles:
        schemas.setdefault(regle.schema, []).append(regle)
    return list(schemas.values())


def _par_besoin(regles: Sequence[RegleVaccinale]) -> list[list[RegleVaccinale]]:
    besoins: dict[str, list[RegleVaccinale]] = {}
    for regle in regles:
        besoins.setdefault(regle.besoin, []).append(regle)
    return list(besoins.values())


def _non_concerne(
    regle: RegleVaccinale, maladie: Maladie, raison: str, a_verifier: bool
) -> Echeance:
    rendue = echeance(regle, maladie.code, regle.rang, Etat.NON_CONCERNE, raison)
    return replace(rendue, a_verifier=a_verifier)


def _maladie(
    personne: Personne, maladie: Maladie, faits: Sequence[Fait], jour: date, tables: Tables
) -> tuple[list[Echeance], list[ActeEcarte]]:
    rendues: list[Echeance] = []
    ecartes: list[ActeEcarte] = []
    presentes = personne.situations_au(jour)
    suivies: list[RegleVaccinale] = []
    for regle in tables.vaccinations:
        if maladie.code not in regle.maladies:
            continue
        if cohorte := raison_de_la_cohorte(regle, personne):
            rendues.append(_non_concerne(regle, maladie, *cohorte))
        # A pregnancy that is over still explains the doses of its time.
        elif regle.mode is not Mode.GROSSESSE and (
            situation := raison_de_la_situation(regle, presentes, tables.situations)
        ):
            rendues.append(_non_concerne(regle, maladie, situation, False))
        else:
            suivies.append(regle)
    par_mode = {mode: [r for r in suivies if r.mode is mode] for mode in Mode}
    series = [
        Serie(personne, maladie, _par_schema(regles))
        for regles in _par_besoin(par_mode[Mode.SERIE])
    ]
    ages = par_mode[Mode.AGE]
    rappels = Rappels(personne, maladie, ages, jour) if ages else None
    refuses: list[tuple[Fait, str]] = []
    for fait in faits:
        attente, raison = affecter(fait, series, rappels)
        if attente is not None:
            attente.compter(fait)
        elif raison:
            refuses.append((fait, raison))
    for serie in series:
        rendues.extend(serie.echeances(jour))
    if rappels is not None:
        en_attente = any(serie.est_en_cours for serie in series)
        derniere = faits[-1] if faits else None
        rendues.extend(rappels.echeances(jour, attente=en_attente, derniere=derniere))
    ailleurs: list[Echeance] = []
    for regles in _par_besoin(par_mode[Mode.SAISON]):
        campagnes = Campagnes(personne, maladie, regles, faits)
        ailleurs.extend(campagnes.echeances(jour))
        ecartes.extend(campagnes.ecartes)
    for regle in par_mode[Mode.GROSSESSE]:
        ailleurs.extend(echeances_de_grossesse(personne, maladie, regle, faits, jour))
    # What a series refuses may be the dose of a campaign or of a pregnancy.
    servies = {e.fait_le for e in ailleurs}
    ecartes.extend(
        ActeEcarte(fait.acte, maladie.code, raison)
        for fait, raison in refuses
        if fait.acte.quand not in servies
    )
    return [*rendues, *ailleurs], ecartes


def vaccinations(
    personne: Personne, faits: Sequence[Fait], jour: date, tables: Tables
) -> tuple[list[Echeance], list[ActeEcarte]]:
    """What every vaccination rule says, and the doses that don't count for a disease."""
    rendues: list[Echeance] = []
    ecartes: list[ActeEcarte] = []
    injections = [f for f in faits if f.acte.nature is Nature.VACCIN]
    for fait in injections:
        if fait.acte.code not in tables.vaccins:
            ecartes.append(ActeEcarte(fait.acte, "", "Ce vaccin n'est pas dans la table."))
    for maladie in tables.maladies.values():
        contre = [
            f
            for f in injections
            if f.acte.code in tables.vaccins
            and maladie.code in tables.vaccins[f.acte.code].maladies
        ]
        dites, refusees = _maladie(personne, maladie, contre, jour, tables)
        rendues += dites
        # One need may count what another refuses.
        ecartes += dict.fromkeys(refusees)
    return rendues, ecartes


def maladies_sans_regle(tables: Tables) -> Iterator[str]:
    """The diseases that a vaccine covers and that no rule speaks of."""
    avec = {maladie for regle in tables.vaccinations for maladie in regle.maladies}
    return (code for code in tables.maladies if code not in avec)
