/* The verification book: the theme button, the command to copy, and nothing folded on paper. */
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  var button = document.getElementById("theme");
  function theme() { return root.dataset.theme || (system.matches ? "dark" : "light"); }
  function name() {
    button.textContent = theme() === "dark" ? button.dataset.light : button.dataset.dark;
    root.dataset.ready = theme();
  }
  button.addEventListener("click", function () {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    try { localStorage.setItem("guanxi-theme", root.dataset.theme); } catch (error) { /* see theme.js */ }
    name();
  });
  system.addEventListener("change", name);
  var copy = document.getElementById("copy");
  copy.addEventListener("click", function () {
    var text = document.getElementById("command").textContent;
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(function () { copy.textContent = copy.dataset.done; }, function () {});
    }
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) {
      if (!one.open) { one.dataset.folded = "1"; one.open = true; }
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-folded]").forEach(function (one) {
      one.open = false;
      delete one.dataset.folded;
    });
  });
  name();
})();
