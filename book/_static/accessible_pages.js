(function () {
  // Regions that scroll must be reached by keyboard, and those that do not scroll should not stop it on its way.
  // The theme looks at code, outputs and tables when a page is loaded or resized, but not when a fold is opened, and
  // not at formulas, which get their width from MathJax, late.
  function update(region) {
    var slanted = region.matches("span.math") ? 2 : 0;  // pixels by which a last letter may lean out of its box
    if (region.scrollWidth > region.clientWidth + slanted) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
  function regions() {
    return document.querySelectorAll(
      "pre, .cell_output > .output, .pst-scrollable-table-container, .math, div.math mjx-container, .rnn-scroll");
  }
  function watch() {
    var sizes = new ResizeObserver(function (entries) {
      entries.forEach(function (entry) { update(entry.target); });
    });
    regions().forEach(function (region) { sizes.observe(region); });
    // A font that arrives late makes a formula wider, and not the box around it.
    document.fonts.addEventListener("loadingdone", function () { regions().forEach(update); });
  }
  window.addEventListener("load", function () {
    var typeset = window.MathJax && MathJax.startup && MathJax.startup.promise;
    Promise.resolve(typeset).then(watch);
  });

  // The theme's buttons that open a dialog forget the focus, so that it could not return to them.
  var opener = null;
  document.addEventListener("click", function (event) {
    if (event.target.closest("dialog")) return;
    opener = event.target.closest(".search-button__button, .primary-toggle, .secondary-toggle");
  }, true);
  document.querySelectorAll("dialog").forEach(function (dialog) {
    dialog.addEventListener("close", function () {
      if (opener) opener.focus({ preventScroll: true });
      opener = null;
    });
    // On a phone the list "on this page" would stay over the page when a place has been chosen.
    dialog.addEventListener("click", function (event) {
      if (!event.target.closest("a[href^='#']")) return;
      opener = null;
      dialog.close();
    });
  });
})();
