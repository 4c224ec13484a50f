// A term's meaning, and a reference's authors and title, beside the link that leads to them: on hover, on keyboard
// focus, and on a first touch (a second one follows the link). Escape puts a tip away; the pointer may rest on it.
(function () {
  "use strict";
  var TO_OPEN = 150, TO_CLOSE = 300, GAP = 6, MARGIN = 8;  // milliseconds, then pixels
  var open = null;        // {link, tip}
  var timer = 0;

  // A reference's text comes as the link's title, which only a mouse can see: make a tip of it.
  function tipOfReference(link) {
    var tip = document.createElement("div"), id = "tip-ref-" + link.hash.slice(1);
    if (!document.getElementById(id)) {
      tip.className = "rnn-tip";
      tip.id = id;
      tip.setAttribute("role", "tooltip");
      tip.hidden = true;
      tip.textContent = link.title;
      document.querySelector("article.bd-article").append(tip);
    }
    link.removeAttribute("title");
    link.setAttribute("aria-describedby", id);
  }

  function place() {
    if (!open) return;
    var tip = open.tip, lines = open.link.getClientRects();
    if (!lines.length) return;
    var width = document.documentElement.clientWidth, height = document.documentElement.clientHeight;
    var last = lines[lines.length - 1];
    var left = Math.max(MARGIN, Math.min(last.left, width - tip.offsetWidth - MARGIN));
    var below = last.bottom + GAP, above = lines[0].top - GAP - tip.offsetHeight;
    tip.style.left = left + "px";
    tip.style.top = (below + tip.offsetHeight > height && above > 0 ? above : below) + "px";
  }

  function close() {
    clearTimeout(timer);
    if (open) open.tip.hidden = true;
    open = null;
  }

  function show(link) {
    clearTimeout(timer);
    if (open && open.link === link) return;
    close();
    var tip = document.getElementById(link.getAttribute("aria-describedby"));
    if (!tip) return;
    open = { link: link, tip: tip };
    tip.hidden = false;
    place();
  }

  function later(action, wait) {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  }

  function isMouse(event) { return event.pointerType === "mouse"; }

  function watchLink(link) {
    var touched = false, wasOpen = false;
    link.addEventListener("pointerenter", function (event) {
      if (isMouse(event)) later(function () { show(link); }, TO_OPEN);
    });
    link.addEventListener("pointerleave", function (event) { if (isMouse(event)) later(close, TO_CLOSE); });
    link.addEventListener("focus", function () { if (link.matches(":focus-visible")) show(link); });
    link.addEventListener("blur", function () { if (open && open.link === link) close(); });
    link.addEventListener("pointerdown", function (event) {
      touched = !isMouse(event);
      wasOpen = Boolean(open && open.link === link);
    });
    link.addEventListener("click", function (event) {
      if (touched && !wasOpen) {
        event.preventDefault();
        show(link);
      }
      touched = false;
    });
  }

  function watchTip(tip) {
    tip.addEventListener("pointerenter", function () { clearTimeout(timer); });
    tip.addEventListener("pointerleave", function (event) { if (isMouse(event)) later(close, TO_CLOSE); });
  }

  document.querySelectorAll(".bibtex-citation a[title]").forEach(tipOfReference);
  document.querySelectorAll("a[aria-describedby^='tip-']").forEach(watchLink);
  document.querySelectorAll(".rnn-tip").forEach(watchTip);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") close(); });
  document.addEventListener("pointerdown", function (event) {
    if (open && !open.tip.contains(event.target) && !open.link.contains(event.target)) close();
  });
  window.addEventListener("scroll", place, { capture: true, passive: true });
  window.addEventListener("resize", place);
})();
