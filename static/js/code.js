// The code of the link received by e-mail (after the « # », which no server sees) fills the field.
const champ = document.querySelector("[data-code-unique]");
const recu = /^#(\d{6})$/.exec(location.hash);
if (champ && recu) {
  champ.value = recu[1];
  history.replaceState(null, "", location.pathname + location.search);
}
if (!document.getElementById("erreurs-formulaire")) champ?.focus();
