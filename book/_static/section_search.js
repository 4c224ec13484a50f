// The search page: rank the sections of the book (searchsections.js) for the words in the field, and show where they are.
// Stemmer and stopwords are Sphinx's, from language_data.js.
(function () {
  "use strict";
  var MOST = 30, MOST_OF_A_PAGE = 3, AROUND = 110;
  var TITLE = 5, PAGE_TITLE = 2.5, CODE = 0.3;

  var stemmer = new Stemmer();
  var stems = {};
  var sections = [];      // {page, title, place, text, counts, length}
  var spread = {};        // stem -> in how many sections it stands
  var otherNames = [];    // [name, the glossary's term]
  var typical = 1;

  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function stemOf(word) {
    if (!Object.prototype.hasOwnProperty.call(stems, word)) stems[word] = stemmer.stemWord(word);
    return stems[word];
  }

  // Words of letters and digits; a name with underscores counts as a whole and by its parts.
  function words(text) {
    var found = [];
    (plain(text).match(/[\p{L}\p{N}_]+/gu) || []).forEach(function (word) {
      found.push(stemOf(word));
      if (word.indexOf("_") > 0) word.split("_").forEach(function (part) { if (part) found.push(stemOf(part)); });
    });
    return found;
  }

  function add(counts, text, worth) {
    var found = words(text || "");
    found.forEach(function (stem) { counts["$" + stem] = (counts["$" + stem] || 0) + worth; });
    return found.length;
  }

  function take(page) {
    page.sections.forEach(function (source, number) {
      var section = { page: page, title: source.title, place: number ? source.place : "", text: source.text || "",
        weight: page.weight * (source.weight || 1) };
      section.counts = {};
      add(section.counts, source.title + " " + (source.names || []).join(" "), TITLE);
      if (!number) add(section.counts, page.title, PAGE_TITLE);
      add(section.counts, source.code, CODE);
      section.length = add(section.counts, section.text, 1);
      Object.keys(section.counts).forEach(function (key) { spread[key] = (spread[key] || 0) + 1; });
      (source.names || []).forEach(function (name) { otherNames.push([plain(name), plain(source.title)]); });
      sections.push(section);
    });
  }

  // The stems that a word of the question stands for: its own, or those that begin with it while it is being typed.
  function meant(word) {
    var stem = "$" + stemOf(word);
    if (spread[stem]) return [stem];
    return Object.keys(spread).filter(function (key) { return key.indexOf("$" + word) === 0 || key.indexOf(stem) === 0; });
  }

  function score(section, groups, phrase, all) {
    var sum = 0, here = 0;
    groups.forEach(function (group) {
      var best = 0;
      group.forEach(function (stem) {
        var count = section.counts[stem];
        if (!count) return;
        var rarity = Math.log(1 + sections.length / spread[stem]);
        best = Math.max(best, rarity * count * 2.2 / (count + 1.2 * (0.4 + 0.6 * section.length / typical)));
      });
      if (best) here += 1;
      sum += best;
    });
    if (!here || (all && here < groups.length)) return 0;
    var title = plain(section.title);
    if (title === phrase) sum *= 3;
    else if (title.indexOf(phrase) >= 0) sum *= 1.7;
    else if (groups.length > 1 && section.plain.indexOf(phrase) >= 0) sum *= 1.4;
    return sum * section.weight * (here / groups.length);
  }

  function ranked(question, all) {
    var asked = (question.match(/[\p{L}\p{N}_]+/gu) || []);
    var kept = asked.filter(function (word) { return stopwords.indexOf(word) < 0; });
    var groups = (kept.length ? kept : asked).map(meant);
    var phrase = asked.join(" ");
    if (!groups.length) return [];
    return sections.map(function (section) {
      return { section: section, score: score(section, groups, phrase, all), words: kept.length ? kept : asked };
    }).filter(function (result) { return result.score > 0; });
  }

  // A short name such as BPTT is looked for by its long one, too.
  function questions(text) {
    var found = [text];
    otherNames.forEach(function (pair) {
      var name = new RegExp("(^|[^\\p{L}\\p{N}])" + pair[0].replace(/[^\p{L}\p{N}]/gu, "\\$&") + "($|[^\\p{L}\\p{N}])", "u");
      if (name.test(text)) found.push(text.replace(name, "$1" + pair[1] + "$2"));
    });
    return found;
  }

  function search(text) {
    var best = new Map();
    [true, false].some(function (all) {
      questions(plain(text)).forEach(function (question) {
        ranked(question, all).forEach(function (result) {
          var before = best.get(result.section);
          if (!before || before.score < result.score) best.set(result.section, result);
        });
      });
      return best.size > 0;
    });
    var ofPage = new Map();
    return Array.from(best.values())
      .sort(function (a, b) { return b.score - a.score; })
      .filter(function (result) {
        var page = result.section.page;
        ofPage.set(page, (ofPage.get(page) || 0) + 1);
        return ofPage.get(page) <= MOST_OF_A_PAGE;
      })
      .slice(0, MOST);
  }

  // The stretch of the text in which most of the words stand, and where they stand in it.
  function snippet(text, wanted) {
    var hits = [], pattern = /[\p{L}\p{N}_]+/gu, match;
    while ((match = pattern.exec(text))) {
      var stem = stemOf(plain(match[0]));
      for (var i = 0; i < wanted.length; i++) {
        if (stem === stemOf(wanted[i]) || plain(match[0]).indexOf(wanted[i]) === 0) {
          hits.push({ from: match.index, to: match.index + match[0].length, word: i });
          break;
        }
      }
    }
    var best = 0, most = -1;
    hits.forEach(function (hit, number) {
      var seen = {};
      for (var j = number; j < hits.length && hits[j].to < hit.from + 2 * AROUND; j++) seen[hits[j].word] = true;
      if (Object.keys(seen).length > most) { most = Object.keys(seen).length; best = hit.from; }
    });
    var from = Math.max(0, best - AROUND / 2), to = Math.min(text.length, from + 2 * AROUND);
    if (from) from = text.indexOf(" ", from) + 1;
    if (to < text.length) to = text.lastIndexOf(" ", to);
    return { from: from, to: to, hits: hits };
  }

  function paragraph(text, wanted) {
    var shown = snippet(text, wanted), line = document.createElement("p"), at = shown.from;
    if (shown.from) line.append("\u2026 ");
    shown.hits.forEach(function (hit) {
      if (hit.from < shown.from || hit.to > shown.to) return;
      line.append(text.slice(at, hit.from));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(hit.from, hit.to);
      line.append(mark);
      at = hit.to;
    });
    line.append(text.slice(at, shown.to) + (shown.to < text.length ? " \u2026" : ""));
    return line;
  }

  function entry(result) {
    var section = result.section, item = document.createElement("li"), link = document.createElement("a");
    var root = document.documentElement.dataset.content_root || "";
    link.href = root + section.page.page + (section.place ? "#" + section.place : "");
    link.textContent = section.title;
    link.addEventListener("click", function () {
      // Sphinx marks these words on the page that is opened.
      try { localStorage.setItem("sphinx_highlight_terms", result.words.join(" ")); } catch (error) { /* not kept */ }
    });
    item.append(link);
    if (section.place) {
      var where = document.createElement("span");
      where.className = "rnn-where";
      where.textContent = section.page.title;
      item.append(" ", where);
    }
    if (section.text) item.append(paragraph(section.text, result.words));
    return item;
  }

  function show(text) {
    var list = document.getElementById("rnn-results"), found = document.getElementById("rnn-found");
    list.replaceChildren();
    if (!text.trim()) { found.textContent = ""; return; }
    var results = search(text);
    results.forEach(function (result) { list.append(entry(result)); });
    found.textContent = results.length
      ? (results.length === 1 ? "One place" : results.length + " places") + " in the book, the likeliest first."
      : "Nothing found. Try fewer or other words, or look into the glossary.";
  }

  var field = document.querySelector(".rnn-search input[type=search]");
  var asked = new URLSearchParams(location.search).get("q") || "";
  window.RNN_SECTIONS.forEach(take);
  sections.forEach(function (section) { section.plain = plain(section.text); });
  typical = sections.reduce(function (sum, section) { return sum + section.length; }, 0) / sections.length;
  field.value = asked;
  field.addEventListener("input", function () { show(field.value); });
  field.focus();
  show(asked);
})();
