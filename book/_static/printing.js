// Before printing, what is folded opens and the colours are light; afterwards all is as it was.
// (What sphinx-togglebutton has folded, it opens by itself.)
(function () {
  "use strict";
  var page = document.documentElement;
  var before = null;

  function prepare() {
    if (before) return;
    before = { theme: page.dataset.theme, closed: document.querySelectorAll("details:not([open])") };
    before.closed.forEach(function (folded) { folded.open = true; });
    page.dataset.theme = "light";
  }

  function restore() {
    if (!before) return;
    before.closed.forEach(function (folded) { folded.open = false; });
    page.dataset.theme = before.theme;
    before = null;
  }

  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
})();
