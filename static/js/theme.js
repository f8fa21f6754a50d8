// Before the first paint: the theme the person chose here. Nothing chosen: the system's (mes.css).
const choisi = localStorage.getItem("theme");
if (choisi === "dark" || choisi === "light") {
  document.documentElement.dataset.frTheme = choisi;
}
