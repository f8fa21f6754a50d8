"""Vaccines of a campaign (flu, COVID-19, newborns' VRS) and of a pregnancy, for one disease.

They look at every act against the disease; an act may also serve a series or a booster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from calendrier.durees import veille
from calendrier.echeances import ActeEcarte, Echeance, Etat
from calendrier.personnes import GROSSESSE, Fait, Grossesse, Personne
from calendrier.regles import Maladie, RegleVaccinale, Saison
from calendrier.series import DATE_IMPRECISE, echeance, echeance_faite
from mes.socle.dates import formater_jour

Fenetre = tuple[date, date]
"""First day and excluded last day."""


def _commune(une: Fenetre, autre: Fenetre) -> Fenetre | None:
    debut, fin = max(une[0], autre[0]), min(une[1], autre[1])
    return (debut, fin) if debut < fin else None


def _annees(jour: date) -> range:
    return range(max(jour.year - 1, date.min.year), min(jour.year + 1, date.max.year - 1) + 1)


def _ages(regle: RegleVaccinale, naissance: date) -> Fenetre:
    fin = regle.age_max.apres(naissance) if regle.age_max else date.max
    return (regle.minimum.apres(naissance), fin)


def _pendant(fait: Fait, fenetre: Fenetre) -> bool:
    return fait.au_plus_tard >= fenetre[0] and fait.au_plus_tot < fenetre[1]


def _est_sur(fait: Fait, fenetre: Fenetre) -> bool:
    return fait.au_plus_tot >= fenetre[0] and fait.au_plus_tard < fenetre[1]


class Campagnes:
    """The campaigns of one need against one disease; for each, one rule at most is followed."""

    def __init__(
        self,
        personne: Personne,
        maladie: Maladie,
        regles: Sequence[RegleVaccinale],
        faits: Sequence[Fait],
    ) -> None:
        self.personne, self.maladie, self.regles = personne, maladie, regles
        self.faits, self.ecartes = self._espaces(faits)

    def _espaces(self, faits: Sequence[Fait]) -> tuple[list[Fait], list[ActeEcarte]]:
        """The doses that respect the interval of the need from the one before."""
        ecart = next((r.intervalle_min for r in self.regles if r.intervalle_min), None)
        gardes: list[Fait] = []
        ecartes: list[ActeEcarte] = []
        for fait in faits:
            if gardes and ecart and fait.au_plus_tard < ecart.apres(gardes[-1].au_plus_tot):
                raison = f"Dose reçue trop tôt : il faut au moins {ecart} après la précédente."
                ecartes.append(ActeEcarte(fait.acte, self.maladie.code, raison))
            else:
                gardes.append(fait)
        return gardes, ecartes

    def _fenetre(self, regle: RegleVaccinale, annee: int, jour: date) -> Fenetre | None:
        """When the rule asks for the dose of this campaign; None: it doesn't."""
        assert regle.saison is not None
        fenetre = _commune(regle.saison.campagne(annee), _ages(regle, self.personne.naissance))
        if fenetre is None or not regle.validite.contient(fenetre[0]):
            return None
        presentes = self.personne.situations_au(jour)
        valables = [ensemble for ensemble in regle.situations if ensemble <= presentes]
        if valables and all(GROSSESSE in ensemble for ensemble in valables):
            for grossesse in self.personne.grossesses:
                if grossesse.debut <= jour <= grossesse.terme:
                    return _commune(fenetre, (grossesse.debut, grossesse.terme))
        return fenetre

    def _premiere_annee(self, regle: RegleVaccinale, jour: date) -> int | None:
        """Of a rule for the first season only, the year of that campaign."""
        if regle.recurrence is not None or regle.age_max is None:
            return None
        naissance = self.personne.naissance
        for annee in range(max(naissance.year - 1, 1), min(naissance.year + 3, date.max.year)):
            if self._fenetre(regle, annee, jour) is not None:
                return annee
        return None

    def _suivie(self, annee: int, jour: date) -> tuple[RegleVaccinale, Fenetre] | None:
        for regle in self.regles:
            seule = self._premiere_annee(regle, jour)
            fenetre = self._fenetre(regle, annee, jour)
            if fenetre is not None and seule in {None, annee}:
                return regle, fenetre
        return None

    def echeances(self, jour: date) -> Iterator[Echeance]:
        """The campaign under way or last, if something is to be said of it, and the next."""
        dites: set[str] = set()
        pris: set[int] = set()
        rendues: list[Echeance] = []
        for annee in reversed(_annees(jour)):
            suivie = self._suivie(annee, jour)
            if suivie is None:
                continue
            regle, fenetre = suivie
            assert regle.saison is not None
            rang = next(
                (
                    i
                    for i, f in reversed(list(enumerate(self.faits)))
                    if i not in pris and _pendant(f, fenetre) and regle.admet(f.acte.code)
                ),
                None,
            )
            if rang is not None:
                pris.add(rang)
                fait = self.faits[rang]
                rendue = echeance_faite(
                    regle, self.maladie.code, annee, fait, est_sur=_est_sur(fait, fenetre)
                )
            elif (attendue := self._attendue(regle, fenetre, annee, jour)) is not None:
                rendue = attendue
            else:
                continue
            dites.add(regle.id)
            rendues.append(replace(rendue, libelle=f"{regle.libelle} ({regle.saison.nom(annee)})"))
        yield from reversed(rendues)
        for regle in self.regles:
            if regle.id not in dites:
                raison = (
                    "Aucune dose n'est prévue à cet âge ou à cette saison."
                    if not rendues
                    else "Une autre règle de la même campagne s'applique."
                )
                yield echeance(regle, self.maladie.code, jour.year, Etat.NON_CONCERNE, raison)

    def _attendue(
        self, regle: RegleVaccinale, fenetre: Fenetre, annee: int, jour: date
    ) -> Echeance | None:
        debut, fin = fenetre
        if fin <= jour:
            return None
        derniere = self.faits[-1] if self.faits else None
        if derniere is not None and regle.intervalle_min is not None:
            debut = max(debut, regle.intervalle_min.apres(derniere.au_plus_tard))
        if debut >= fin:
            return None
        assert regle.saison is not None
        rendue = echeance(
            regle,
            self.maladie.code,
            annee,
            Etat.A_VENIR if jour < debut else Etat.A_FAIRE,
            f"Campagne {regle.saison}.",
        )
        flou = derniere is not None and not derniere.est_precis
        return replace(
            rendue,
            debut=debut,
            fin=veille(fin),
            reserves=(*rendue.reserves, DATE_IMPRECISE) if flou else rendue.reserves,
            a_verifier=flou,
        )


def _fenetres_de_saison(saison: Saison, fenetre: Fenetre) -> Iterator[Fenetre]:
    derniere = min(fenetre[1].year, date.max.year - 1)
    for annee in range(max(fenetre[0].year - 1, 1), derniere + 1):
        if (commune := _commune(saison.campagne(annee), fenetre)) is not None:
            yield commune


def fenetre_de_grossesse(regle: RegleVaccinale, grossesse: Grossesse) -> Fenetre | None:
    """When the dose is given during this pregnancy; None: its season doesn't meet it."""
    fin = grossesse.terme
    if regle.age_max is not None:
        fin = min(fin, regle.age_max.apres(grossesse.debut))
    debut = regle.minimum.apres(grossesse.debut)
    if debut >= fin:
        return None
    if regle.saison is None:
        return debut, fin
    return next(_fenetres_de_saison(regle.saison, (debut, fin)), None)


def echeances_de_grossesse(
    personne: Personne,
    maladie: Maladie,
    regle: RegleVaccinale,
    faits: Sequence[Fait],
    jour: date,
) -> Iterator[Echeance]:
    """The dose of each known pregnancy: received, or due during the one under way."""
    rendues: list[Echeance] = []
    pris: set[int] = set()
    for numero, grossesse in enumerate(grossesses_commencees(personne, jour), start=1):
        fenetre = fenetre_de_grossesse(regle, grossesse)
        if fenetre is None:
            continue
        rang = next(
            (
                i
                for i, f in enumerate(faits)
                if i not in pris and regle.admet(f.acte.code) and _pendant(f, fenetre)
            ),
            None,
        )
        if rang is not None:
            pris.add(rang)
            fait = faits[rang]
            rendues.append(
                echeance_faite(regle, maladie.code, numero, fait, est_sur=_est_sur(fait, fenetre))
            )
        elif jour < fenetre[1] and regle.validite.contient(jour):
            etat = Etat.A_VENIR if jour < fenetre[0] else Etat.A_FAIRE
            raison = f"Pendant la grossesse, à partir du {formater_jour(fenetre[0])}."
            rendues.append(
                replace(
                    echeance(regle, maladie.code, numero, etat, raison),
                    debut=fenetre[0],
                    fin=veille(fenetre[1]),
                )
            )
    yield from rendues
    if not rendues:
        yield echeance(
            regle,
            maladie.code,
            1,
            Etat.NON_CONCERNE,
            "Concerne une grossesse en cours, à sa période.",
        )


def grossesses_commencees(personne: Personne, jour: date) -> list[Grossesse]:
    """The pregnancies begun by `jour`, oldest first, each once."""
    commencees = {g for g in personne.grossesses if g.debut <= jour}
    return sorted(commencees, key=lambda g: (g.debut, g.terme))
