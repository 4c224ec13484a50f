// What a reader has read and ticked, kept in this browser alone: no cookie, no server. Chapters and case studies note
// the sections whose end was on the screen for a moment, exercises can be ticked, and the first page's cards tell it.
(function () {
  "use strict";
  var KEY = "rnncourse.progress.1"; // the number changes when what is stored changes its form
  var MOMENT = 1500; // milliseconds for which a section's end must be seen
  var PAGE = /((?:book\/(?:chapters|case_studies)|exercises)\/\d[^\/]*)\.html$/.exec(location.pathname);
  var KEPT = "This is kept in this browser only; nothing is sent.";

  // The store: {read: {page: [section, ...]}, done: {page: [section, ...]}, last: page} --------------------------------
  function storage() {
    try {
      localStorage.setItem(KEY + ".try", "1");
      localStorage.removeItem(KEY + ".try");
      return localStorage;
    } catch (forbidden) {
      return null; // a private window, or a reader who forbids it: then nothing is kept and nothing is offered
    }
  }

  function lists(value) {
    var found = {};
    Object.keys(Object(value)).forEach(function (page) {
      if (Array.isArray(value[page])) found[page] = value[page].filter(function (id) { return typeof id === "string"; });
    });
    return found;
  }

  function load() {
    var stored = {};
    try {
      stored = Object(JSON.parse(store.getItem(KEY)));
    } catch (unreadable) { /* then nothing has been read */ }
    return { read: lists(stored.read), done: lists(stored.done), last: String(stored.last || "") };
  }

  function change(edit) {
    var progress = load(); // anew each time, because another window may have written
    edit(progress);
    try {
      store.setItem(KEY, JSON.stringify(progress));
    } catch (full) { /* the reader goes on reading */ }
    show();
  }

  function put(kind, page, ids, is) {
    change(function (progress) {
      var others = (progress[kind][page] || []).filter(function (id) { return ids.indexOf(id) < 0; });
      progress[kind][page] = is ? others.concat(ids) : others;
      if (kind === "read" && is) progress.last = page;
    });
  }

  /** Which of these sections are in the store; one that the page no longer has does not count. */
  function among(ids, stored) {
    return ids.filter(function (id) { return (stored || []).indexOf(id) >= 0; });
  }

  function element(name, properties, children) {
    var made = Object.assign(document.createElement(name), properties);
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }

  function counted(part, whole, what) {
    return part + " of " + whole + " " + what + (whole === 1 ? "" : "s");
  }

  // A chapter, a case study, a page of exercises -----------------------------------------------------------------------
  function showPage(kind, what, words) {
    var page = PAGE[1];
    var sections = Array.prototype.filter.call(document.querySelectorAll("article section > section[id]"), function (e) {
      var heading = e.querySelector(":scope > h2");
      return heading && (kind === "read" || /^\d+\. /.test(heading.textContent));
    });
    var ids = sections.map(function (section) { return section.id; });
    if (!ids.length) return;
    var count = element("span");
    var bar = element("progress", { max: ids.length, value: 0 });
    var button = element("button", { type: "button", className: "rnn-button" });
    var parts = [element("label", {}, [count, bar]), button, element("small", { textContent: KEPT })];
    var box = element("div", { className: "rnn-progress rnn-no-print" }, parts);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Your progress");
    document.querySelector("article").append(box);

    button.addEventListener("click", function () {
      put(kind, page, ids, among(ids, load()[kind][page]).length < ids.length);
    });
    (kind === "read" ? watch : offerTicks)(sections, function (id, is) { put(kind, page, [id], is); });
    views.push(function (progress) {
      var has = among(ids, progress[kind][page]);
      count.textContent = counted(has.length, ids.length, what) + " " + words.past;
      bar.value = has.length;
      button.textContent = has.length < ids.length ? "Mark all as " + words.past : "Mark all as not " + words.past;
      document.querySelectorAll(".rnn-tick input").forEach(function (tick) {
        tick.checked = has.indexOf(tick.value) >= 0;
      });
    });
  }

  /** Call `seen(id, true)` when the end of a section has stayed on the screen for a moment. */
  function watch(sections, seen) {
    var timers = {};
    var observer = new IntersectionObserver(function (changes) {
      changes.forEach(function (change) {
        var id = change.target.dataset.endOf;
        clearTimeout(timers[id]);
        if (change.isIntersecting) timers[id] = setTimeout(function () { note(change.target, id); }, MOMENT);
      });
    });
    function note(end, id) {
      if (document.visibilityState !== "visible") return;
      observer.unobserve(end);
      seen(id, true);
    }
    sections.forEach(function (section) {
      var end = element("span", { className: "rnn-section-end" });
      end.dataset.endOf = section.id;
      section.append(end);
      observer.observe(end);
    });
  }

  function offerTicks(sections, ticked) {
    sections.forEach(function (section) {
      var title = section.querySelector("h2").textContent.replace(/#$/, "");
      var tick = element("input", { type: "checkbox", value: section.id });
      var name = element("span", { className: "visually-hidden", textContent: " with exercise " + title });
      tick.addEventListener("change", function () { ticked(section.id, tick.checked); });
      section.append(element("label", { className: "rnn-tick rnn-no-print" }, [tick, " Done", name]));
    });
  }

  // The first page: a bar on each card, the way on, and the way out ----------------------------------------------------
  function showCards(cards) {
    cards = Array.prototype.map.call(cards, function (card) {
      return {
        page: card.dataset.page,
        title: card.dataset.title,
        sections: JSON.parse(card.dataset.sections),
        address: card.querySelector("a").getAttribute("href"),
        room: Array.prototype.filter.call(card.querySelectorAll(".rnn-card-progress"), function (room) {
          return room.closest("[data-page]") === card;
        })[0]
      };
    });
    cards.forEach(function (card) {
      var ids = card.sections.map(function (section) { return section[0]; });
      views.push(function (progress) {
        var kind = card.room.dataset.what === "section" ? "read" : "done";
        var has = among(ids, progress[kind][card.page]).length;
        card.room.firstElementChild.textContent = counted(has, ids.length, card.room.dataset.what);
        card.room.lastElementChild.max = ids.length;
        card.room.lastElementChild.value = has;
        card.room.classList.add("rnn-shown");
      });
    });
    showTheWayOn(cards.filter(function (card) { return card.room.dataset.what === "section"; }));
    offerToForget();
  }

  function showTheWayOn(cards) {
    var link = document.querySelector(".rnn-start a");
    var start = link && { text: link.textContent, address: link.getAttribute("href") };
    if (!link) return;
    views.push(function (progress) {
      var next = nextSection(cards, progress);
      link.textContent = next ? "Continue: " + next.text : start.text;
      link.setAttribute("href", next ? next.address : start.address);
    });
  }

  /** The first section not yet read of the page read last, or of those after it. */
  function nextSection(cards, progress) {
    var last = cards.findIndex(function (card) { return card.page === progress.last; });
    for (var i = last; i >= 0 && i < cards.length; i++) {
      var read = progress.read[cards[i].page] || [];
      var unread = cards[i].sections.filter(function (section) { return read.indexOf(section[0]) < 0; });
      if (unread.length) {
        return { text: named(cards[i].title) + ", " + unread[0][1], address: cards[i].address + "#" + unread[0][0] };
      }
    }
    return null;
  }

  function named(title) {
    var number = /^(\d+)\. /.exec(title);
    return number ? "chapter " + number[1] : title.split(": ")[0];
  }

  function offerToForget() {
    var cards = document.querySelectorAll(".rnn-cards");
    var button = element("button", { type: "button", className: "rnn-button", textContent: "Forget my progress" });
    var text = element("span", { textContent:
      "This browser keeps which sections you have read and which exercises you have ticked. Nothing is sent. " });
    var said = element("span", { className: "rnn-said" });
    said.setAttribute("role", "status");
    button.addEventListener("click", function () {
      if (!confirm("Forget what you have read and ticked? It cannot be brought back.")) return;
      store.removeItem(KEY);
      said.textContent = " Forgotten.";
      show();
    });
    var box = element("p", { className: "rnn-forget rnn-no-print" }, [text, button, said]);
    cards[cards.length - 1].after(box);
  }

  // ---------------------------------------------------------------------------------------------------------------------
  var store = storage();
  var views = [];
  function show() {
    var progress = load();
    views.forEach(function (view) { view(progress); });
  }
  if (!store) return;
  if (PAGE && PAGE[1].indexOf("exercises/") === 0) showPage("done", "exercise", { past: "done" });
  else if (PAGE) showPage("read", "section", { past: "read" });
  var cards = document.querySelectorAll("[data-page][data-sections]");
  if (cards.length) showCards(cards);
  show();
  addEventListener("storage", show); // another window has read on
  addEventListener("pageshow", show); // the reader came back to a page that the browser had kept
})();
