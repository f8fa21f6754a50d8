"""The patient's session: how long it lasts, extend it, take up a form that came too late."""

from comptes.views.session import etat, prolonger, reprise

__all__ = ["etat", "prolonger", "reprise"]
