"""Doses one after the other, and boosters at fixed ages, for one disease.

Both look at the same acts: each act serves one of them (`vaccinations.affecter`). A need holds
the schemas that replace each other; the first dose that counts chooses the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from calendrier.durees import Duree, premier, veille
from calendrier.echeances import Echeance, Etat
from calendrier.personnes import Fait, Nature, Personne
from calendrier.regles import Maladie, RegleVaccinale
from mes.socle.dates import formater_jour

DATE_IMPRECISE = "La date est imprécise : l'âge ou l'intervalle ne se vérifie pas au jour près."
CARNET_VIDE = "Aucune dose n'est enregistrée ici : vérifiez vos anciens carnets avant de conclure."
RATTRAPAGE_INCONNU = (
    "Le calendrier ne dit pas si cette dose peut encore être faite : demandez à un professionnel "
    "de santé."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a dose counts for a need: the French reason when it doesn't."""

    raison: str = ""
    dans_la_fenetre: bool = False
    est_sur: bool = True

    @property
    def accepte(self) -> bool:
        return not self.raison


@dataclass(frozen=True, slots=True)
class Place:
    """One expected dose of a schema."""

    regle: RegleVaccinale
    numero: int
    reference: int | None
    """Index of the dose from which the interval is counted."""


def places_du_schema(regles: Sequence[RegleVaccinale]) -> tuple[Place, ...]:
    """The expected doses, in order; a rule may stand for several."""
    places: list[Place] = []
    derniere: dict[str, int] = {}
    for regle in regles:
        for tour in range(regle.doses):
            precedente = len(places) - 1 if places else None
            reference = derniere.get(regle.apres, precedente) if tour == 0 else precedente
            derniere[regle.id] = len(places)
            places.append(Place(regle, len(places) + 1, reference))
    return tuple(places)


def echeance(regle: RegleVaccinale, maladie: str, numero: int, etat: Etat, raison: str) -> Echeance:
    """The common part of an answer about a vaccine."""
    return Echeance(
        nature=Nature.VACCIN,
        regle=regle.id,
        libelle=regle.libelle,
        maladie=maladie,
        numero=numero,
        etat=etat,
        portee=regle.portee,
        raison=raison,
        reserves=(regle.note,) if regle.note else (),
        confiance=regle.confiance,
        lecture=regle.lecture,
        source=regle.source,
    )


def echeance_faite(
    regle: RegleVaccinale, maladie: str, numero: int, fait: Fait, *, est_sur: bool = True
) -> Echeance:
    """A dose received."""
    prefixe = "Dose reçue le" if fait.acte.quand.est_precise else "Dose reçue en"
    rendue = echeance(regle, maladie, numero, Etat.FAIT, f"{prefixe} {fait.acte.quand}.")
    return replace(
        rendue,
        fait_le=fait.acte.quand,
        reserves=rendue.reserves if est_sur else (*rendue.reserves, DATE_IMPRECISE),
        a_verifier=not est_sur,
    )


def age_dit(duree: Duree | None) -> str:
    """« à 11 mois », « dès la naissance »."""
    if duree is None or duree == Duree():
        return "dès la naissance"
    return f"à {duree}"


class Serie:
    """The doses of one need against one disease."""

    def __init__(
        self, personne: Personne, maladie: Maladie, schemas: Sequence[Sequence[RegleVaccinale]]
    ) -> None:
        self.personne, self.maladie = personne, maladie
        self.schemas = [places_du_schema(regles) for regles in schemas if regles]
        self.choisi: tuple[Place, ...] | None = None
        self.recues: list[tuple[Fait, bool]] = []

    @property
    def est_complete(self) -> bool:
        return self.choisi is not None and len(self.recues) >= len(self.choisi)

    @property
    def est_en_cours(self) -> bool:
        return bool(self.recues) and not self.est_complete

    def _le(self, duree: Duree | None) -> date | None:
        return duree.apres(self.personne.naissance) if duree is not None else None

    def _limite(self, regle: RegleVaccinale) -> tuple[date | None, bool]:
        """First day when the dose is no longer given, and whether the table says it."""
        rattrapage = regle.rattrapage.get(self.maladie.code)
        if rattrapage is not None:
            return self._le(rattrapage.limite), True
        return self._le(regle.age_max), regle.age_max is None

    def _terme(self, places: Sequence[Place], rang: int) -> date | None:
        """The day by which this dose should be done: its own bound, or that of what follows."""
        for place in places[rang:]:
            if place.regle.age_max is not None:
                return self._le(place.regle.age_max)
        return None

    def verdict(self, fait: Fait) -> Verdict:
        """Whether the dose would count as the next one."""
        if self.est_complete:
            return Verdict("Le schéma était déjà complet : dose supplémentaire.")
        if self.choisi is not None:
            return self._verdict(self.choisi, fait)
        verdicts = [self._verdict(places, fait) for places in self._par_preference(fait)]
        acceptes = [v for v in verdicts if v.accepte]
        return next(iter(acceptes or verdicts), Verdict("Aucun schéma ne concerne la personne."))

    def compter(self, fait: Fait) -> None:
        """Takes the dose. To be called on an accepted one only."""
        if self.choisi is None:
            self.choisi = next(
                places
                for places in self._par_preference(fait)
                if self._verdict(places, fait).accepte
            )
        est_sur = self._verdict(self.choisi, fait).est_sur
        self.recues.append((fait, est_sur))

    def _par_preference(self, fait: Fait) -> list[tuple[Place, ...]]:
        """The schemas in force when the dose was given first, then in the order of the table."""
        return sorted(
            self.schemas,
            key=lambda places: not places[0].regle.validite.contient(fait.au_plus_tard),
        )

    def _verdict(self, places: tuple[Place, ...], fait: Fait) -> Verdict:
        rang = len(self.recues)
        place = places[rang]
        regle = place.regle
        if not regle.admet(fait.acte.code):
            return Verdict("Ce vaccin n'est pas celui que prévoit la règle.")
        minimum = regle.minimum.apres(self.personne.naissance)
        if fait.au_plus_tard < minimum:
            return Verdict(f"Dose reçue trop tôt, avant l'âge minimal ({regle.minimum}).")
        est_sur = fait.au_plus_tot >= minimum
        if place.reference is not None:
            reference = self.recues[place.reference][0]
            precedente = self.recues[-1][0]
            if fait.au_plus_tard <= precedente.au_plus_tot:
                return Verdict("Une dose contre cette maladie est déjà comptée ce jour-là.")
            ecart = regle.intervalle_min or Duree()
            if fait.au_plus_tard < ecart.apres(reference.au_plus_tot):
                return Verdict(
                    f"Dose reçue trop tôt : il faut au moins {ecart} après la précédente."
                )
            est_sur = est_sur and fait.au_plus_tot >= ecart.apres(reference.au_plus_tard)
        else:
            limite, _ = self._limite(regle)
            if limite is not None and fait.au_plus_tot >= limite:
                return Verdict("Dose reçue après l'âge où ce schéma se commence.")
        terme = self._terme(places, rang)
        return Verdict(dans_la_fenetre=terme is None or fait.au_plus_tot < terme, est_sur=est_sur)

    def _est_ouvert(self, places: tuple[Place, ...], jour: date) -> bool:
        """Whether this schema may be begun or joined on `jour`, by age and by date."""
        if len(self.recues) >= len(places):
            return False
        # Who joins a schema must have the age to begin it, and to receive its next dose.
        for regle in (places[0].regle, places[len(self.recues)].regle):
            limite, _ = self._limite(regle)
            if (
                not regle.validite.contient(jour)
                or regle.minimum.apres(self.personne.naissance) > jour
                or (limite is not None and jour >= limite)
            ):
                return False
        return True

    def _suivi(self, jour: date) -> tuple[Place, ...] | None:
        """The schema to follow on `jour`."""
        ouverts = [places for places in self.schemas if self._est_ouvert(places, jour)]
        if self.choisi is not None:
            regle = self.choisi[min(len(self.recues), len(self.choisi) - 1)].regle
            limite, _ = self._limite(regle)
            est_clos = (limite is not None and jour >= limite) or not regle.validite.contient(jour)
            return ouverts[0] if est_clos and ouverts and not self.est_complete else self.choisi
        if ouverts:
            return ouverts[0]
        futurs = [
            places
            for places in self.schemas
            if places[0].regle.validite.contient(jour)
            and places[0].regle.minimum.apres(self.personne.naissance) > jour
        ]
        if futurs:
            return min(futurs, key=lambda p: p[0].regle.minimum.apres(self.personne.naissance))
        return self.schemas[-1] if self.schemas else None

    def echeances(self, jour: date) -> Iterator[Echeance]:
        """One answer by expected dose; the other schemas' rules don't concern the person."""
        suivi, code = self._suivi(jour), self.maladie.code
        if suivi is None:
            return
        faites = len(self.recues)
        dites: set[str] = set()
        for rang, (fait, est_sur) in enumerate(self.recues):
            assert self.choisi is not None
            place = self.choisi[rang]
            dites.add(place.regle.id)
            yield echeance_faite(place.regle, code, place.numero, fait, est_sur=est_sur)
        debut: date | None = None
        est_close = False
        for rang in range(faites, len(suivi)):
            place = suivi[rang]
            rendue = self._attendue(suivi, rang, jour, debut)
            if est_close and rendue.etat is not Etat.NON_CONCERNE:
                # What can't be begun can't go on.
                rendue = self._close(rendue, "La dose qui précède n'est plus prévue à cet âge.")
            est_close = rendue.etat is Etat.NON_CONCERNE
            if self.choisi is not None and suivi is not self.choisi:
                rendue = replace(
                    rendue,
                    a_verifier=True,
                    reserves=(
                        *rendue.reserves,
                        "Le schéma a été commencé à un autre âge : le nombre de doses est à vérifier.",
                    ),
                )
            dites.add(place.regle.id)
            debut = rendue.debut
            yield rendue
        for places in self.schemas:
            for place in places:
                if place.regle.id not in dites:
                    dites.add(place.regle.id)
                    yield echeance(
                        place.regle,
                        code,
                        place.numero,
                        Etat.NON_CONCERNE,
                        self._ailleurs(place, jour),
                    )

    def _ailleurs(self, place: Place, jour: date) -> str:
        """Why a rule of a schema that isn't followed asks nothing."""
        limite, _ = self._limite(place.regle)
        if not place.regle.validite.contient(jour):
            return f"Règle en vigueur {place.regle.validite}."
        if limite is not None and jour >= limite:
            return "L'âge que prévoit cette règle est dépassé."
        return "Un autre schéma contre la même maladie s'applique."

    def _attendue(
        self, places: tuple[Place, ...], rang: int, jour: date, debut_precedent: date | None
    ) -> Echeance:
        """What to say of a dose that isn't received."""
        place, code = places[rang], self.maladie.code
        regle, faites = place.regle, len(self.recues)
        debut = regle.ouverture.apres(self.personne.naissance)
        ecart = regle.intervalle_min or Duree()
        if rang > 0:
            reference = places[rang].reference
            if rang > faites:
                debut = max(debut, ecart.apres(max(debut_precedent or jour, jour)))
            elif reference is not None and self.recues:
                debut = max(
                    debut, ecart.apres(self.recues[min(reference, faites - 1)][0].au_plus_tard)
                )
        limite, est_dite = self._limite(regle)
        terme = self._terme(places, rang)
        retard = regle.delai.apres(debut) if regle.delai is not None else None
        fin = veille(premier(retard, self._le(regle.age_max), limite))
        rendue = replace(
            echeance(regle, code, place.numero, Etat.A_VENIR, ""),
            debut=debut,
            fin=fin if fin is None or fin >= debut else None,
        )
        if self.recues and not all(est_sur for _, est_sur in self.recues):
            rendue = replace(rendue, reserves=(*rendue.reserves, DATE_IMPRECISE), a_verifier=True)
        prevue = f"Dose prévue {age_dit(regle.age_recommande or regle.age_min)}"
        prevue += f", au moins {ecart} après la précédente." if rang and ecart != Duree() else "."
        if not regle.validite.contient(jour):
            return self._close(rendue, f"Règle en vigueur {regle.validite}.")
        if limite is not None and max(jour, debut) >= limite:
            if est_dite:
                return self._close(rendue, f"L'âge limite de cette dose est dépassé. {prevue}")
            return self._close(rendue, f"L'âge prévu est dépassé. {prevue}", inconnu=True)
        if rang > faites:
            return replace(rendue, raison=f"Après la dose précédente. {prevue}")
        if jour < debut:
            return replace(rendue, raison=prevue)
        if regle.est_rattrapage or (terme is not None and jour >= terme):
            jusque = f"jusqu'au {formater_jour(limite)} exclu" if limite else "à tout âge"
            rendue = replace(
                rendue,
                etat=Etat.RATTRAPAGE,
                fin=veille(limite),
                raison=f"Rattrapage possible {jusque}. {prevue}",
            )
        elif retard is not None and jour >= retard:
            rendue = replace(
                rendue,
                etat=Etat.EN_RETARD,
                raison=f"Attendue avant le {formater_jour(retard)}. {prevue}",
            )
        else:
            return replace(rendue, etat=Etat.A_FAIRE, raison=prevue)
        if not self.recues:
            return replace(rendue, reserves=(*rendue.reserves, CARNET_VIDE), a_verifier=True)
        return rendue

    @staticmethod
    def _close(rendue: Echeance, raison: str, *, inconnu: bool = False) -> Echeance:
        return replace(
            rendue,
            etat=Etat.NON_CONCERNE,
            raison=raison,
            debut=None,
            fin=None,
            reserves=(*rendue.reserves, RATTRAPAGE_INCONNU) if inconnu else rendue.reserves,
            a_verifier=inconnu or rendue.a_verifier,
        )


@dataclass(frozen=True, slots=True)
class Rappel:
    """A booster of the chain and the day when the next one replaces it."""

    regle: RegleVaccinale
    numero: int
    debut: date
    suivant: date | None


class Rappels:
    """The boosters at fixed ages against one disease."""

    def __init__(
        self, personne: Personne, maladie: Maladie, regles: Sequence[RegleVaccinale], jour: date
    ) -> None:
        self.personne, self.maladie = personne, maladie
        debuts: list[tuple[RegleVaccinale, int, date]] = []
        for regle in regles:
            debut, numero = regle.minimum.apres(personne.naissance), 1
            debuts.append((regle, numero, debut))
            while regle.recurrence is not None and debut <= jour:
                suivant = regle.recurrence.apres(debut)
                if suivant <= debut:
                    break
                debut, numero = suivant, numero + 1
                debuts.append((regle, numero, debut))
        self.rappels = [
            Rappel(regle, numero, debut, debuts[rang + 1][2] if rang + 1 < len(debuts) else None)
            for rang, (regle, numero, debut) in enumerate(debuts)
        ]
        self.faits: dict[tuple[str, int], tuple[Fait, bool]] = {}

    def _rappel(self, fait: Fait) -> Rappel | None:
        for rappel in self.rappels:
            if rappel.debut <= fait.au_plus_tard and (
                rappel.suivant is None or fait.au_plus_tard < rappel.suivant
            ):
                return rappel
        return None

    def verdict(self, fait: Fait) -> Verdict:
        """Whether the dose would count as the booster of its age."""
        rappel = self._rappel(fait)
        if rappel is None:
            return Verdict("Dose reçue avant l'âge du premier rappel.")
        if not rappel.regle.admet(fait.acte.code):
            return Verdict("Ce vaccin n'est pas celui que prévoit la règle.")
        if (rappel.regle.id, rappel.numero) in self.faits:
            return Verdict("Le rappel de cet âge était déjà fait : dose supplémentaire.")
        maximum = rappel.regle.age_max
        return Verdict(
            dans_la_fenetre=maximum is None
            or fait.au_plus_tot < maximum.apres(self.personne.naissance),
            est_sur=fait.au_plus_tot >= rappel.debut,
        )

    def compter(self, fait: Fait) -> None:
        """Takes the dose. To be called on an accepted one only."""
        rappel = self._rappel(fait)
        assert rappel is not None
        self.faits[rappel.regle.id, rappel.numero] = (fait, self.verdict(fait).est_sur)

    def echeances(self, jour: date, *, attente: bool, derniere: Fait | None) -> Iterator[Echeance]:
        """One answer by booster. `attente`: the first doses are under way and come before."""
        for rappel in self.rappels:
            fait = self.faits.get((rappel.regle.id, rappel.numero))
            if fait is not None:
                yield echeance_faite(
                    rappel.regle, self.maladie.code, rappel.numero, fait[0], est_sur=fait[1]
                )
            else:
                yield self._attendu(rappel, jour, attente=attente, derniere=derniere)

    def _attendu(
        self, rappel: Rappel, jour: date, *, attente: bool, derniere: Fait | None
    ) -> Echeance:
        regle, naissance = rappel.regle, self.personne.naissance
        rattrapage = regle.rattrapage.get(self.maladie.code)
        maximum = regle.age_max.apres(naissance) if regle.age_max else None
        limite = (
            rattrapage.limite.apres(naissance) if rattrapage and rattrapage.limite else None
        ) or (None if rattrapage else maximum)
        retard = regle.delai.apres(rappel.debut) if regle.delai else None
        rendue = replace(
            echeance(regle, self.maladie.code, rappel.numero, Etat.A_VENIR, ""),
            debut=rappel.debut,
            fin=veille(premier(retard, maximum, limite, rappel.suivant)),
        )
        prevu = f"Rappel prévu à partir du {formater_jour(rappel.debut)}."
        if not regle.validite.contient(jour):
            return _clos(rendue, f"Règle en vigueur {regle.validite}.")
        if rappel.suivant is not None and jour >= rappel.suivant:
            return _clos(rendue, "Ce rappel est remplacé par celui de l'âge suivant.")
        if limite is not None and jour >= limite:
            if rattrapage is None:
                return replace(
                    _clos(rendue, f"L'âge prévu est dépassé. {prevu}"),
                    reserves=(*rendue.reserves, RATTRAPAGE_INCONNU),
                    a_verifier=True,
                )
            return _clos(rendue, f"L'âge limite de ce rappel est dépassé. {prevu}")
        if jour < rappel.debut:
            return replace(rendue, raison=prevu)
        if attente:
            return replace(rendue, raison=f"Après les premières doses, qui manquent. {prevu}")
        if derniere is None:
            rendue = replace(rendue, reserves=(*rendue.reserves, CARNET_VIDE), a_verifier=True)
        else:
            rendue = replace(
                rendue,
                reserves=(
                    *rendue.reserves,
                    f"Dernière dose enregistrée : {derniere.acte.quand}. Le calendrier ne donne pas "
                    "d'intervalle minimal avant ce rappel.",
                ),
            )
        if maximum is not None and jour >= maximum:
            return replace(rendue, etat=Etat.RATTRAPAGE, fin=veille(limite), raison=prevu)
        if retard is not None and jour >= retard:
            return replace(rendue, etat=Etat.EN_RETARD, raison=prevu)
        return replace(rendue, etat=Etat.A_FAIRE, raison=prevu)


def _clos(rendue: Echeance, raison: str) -> Echeance:
    return replace(rendue, etat=Etat.NON_CONCERNE, raison=raison, debut=None, fin=None)
