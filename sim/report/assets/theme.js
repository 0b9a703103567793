/* Runs before the page is painted, so that a chosen theme does not flash. */
(function () {
  "use strict";
  try {
    var chosen = localStorage.getItem("guanxi-theme");
    if (chosen === "dark" || chosen === "light") { document.documentElement.dataset.theme = chosen; }
  } catch (error) { /* storage may be closed to files; the system's theme then holds */ }
})();
