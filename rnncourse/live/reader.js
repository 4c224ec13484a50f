// Reads a date out of a sentence as DateNetwork.read does, and draws where each character of the answer looks.
window.rnnLive.reader = window.rnnLive.reader || (function () {
  var live = window.rnnLive;

  function lettersOf(text, longest) { return Array.from(text.toLowerCase()).slice(0, longest); }
  function part(weights, name) {
    var own = {};
    Object.keys(weights).forEach(function (key) {
      if (key.indexOf(name + ".") === 0) own[key.slice(name.length + 1)] = weights[key];
    });
    return own;
  }
  function network(data) {
    var weights = live.unpackedAll(data.weights);
    return {
      reads: data.reads, writes: data.writes, special: data.special, longest: data.longest,
      steps: data.steps, places: data.places, sure: data.sure,
      letters: weights["encoder.embedding.W"], onward: part(weights, "encoder.layer.forward"),
      back: part(weights, "encoder.layer.backward"), digits: weights["decoder.embedding.W"],
      writer: part(weights, "decoder.layer"), score: weights["decoder.attention.W"],
      combine: part(weights, "decoder.combine"), readout: part(weights, "decoder.readout")
    };
  }
  // A letter's share in the gates is the same wherever it stands, so it is computed once.
  function shareOf(place, net, weights) {
    weights.shares = weights.shares || {};
    if (!weights.shares[place]) weights.shares[place] = live.affine(live.row(net.letters, place), weights.W_x, weights.b);
    return weights.shares[place];
  }
  function states(places, net, weights) {
    var H = weights.W_h.shape[0], step = { h: new Float64Array(H), c: new Float64Array(H) };
    return places.map(function (place) {
      var gates = { W_x: weights.W_x, W_h: weights.W_h, b: shareOf(place, net, weights) };
      step = live.lstmStep([], step.h, step.c, gates);
      return step.h;
    });
  }
  // Both directions side by side, one row for each letter.
  function encode(letters, net) {
    var places = letters.map(function (letter) {
      var place = net.reads.indexOf(letter);
      return place < 0 ? net.special.unknown : place + net.special.first;
    });
    var onward = states(places, net, net.onward), back = states(places.slice().reverse(), net, net.back).reverse();
    return onward.map(function (h, s) { return joined(h, back[s]); });
  }
  function joined(one, other) {
    var both = new Float64Array(one.length + other.length);
    both.set(one);
    both.set(other, one.length);
    return both;
  }
  function dot(one, other) {
    var sum = 0;
    for (var i = 0; i < one.length; i += 1) sum += one[i] * other[i];
    return sum;
  }
  // The weights of one query over the memory, and the context that they make of it.
  function attend(query, memory, net) {
    var projected = live.affine(query, net.score);
    var weights = live.softmax(memory.map(function (key) { return dot(projected, key); }));
    var context = new Float64Array(memory[0].length);
    memory.forEach(function (value, s) {
      for (var i = 0; i < context.length; i += 1) context[i] += weights[s] * value[i];
    });
    return { weights: weights, context: context };
  }
  function likeliest(odds) { return odds.indexOf(Math.max.apply(null, odds)); }
  // {letters, answer, odds, weights}; without a letter there is nothing to look at, and no answer.
  function read(text, net) {
    var letters = lettersOf(text, net.longest), result = { letters: letters, answer: "", odds: [], weights: [] };
    if (!letters.length) return result;
    var memory = encode(letters, net), H = net.score.shape[0], token = net.special.start;
    var step = { h: new Float64Array(H), c: new Float64Array(H) };
    for (var t = 0; t < net.steps; t += 1) {
      step = live.lstmStep(live.row(net.digits, token), step.h, step.c, net.writer);
      var look = attend(step.h, memory, net);
      var mixed = live.affine(joined(look.context, step.h), net.combine.W, net.combine.b).map(Math.tanh);
      var odds = live.softmax(live.affine(mixed, net.readout.W, net.readout.b).slice(net.special.first));
      token = net.special.first + likeliest(odds);
      result.answer += net.writes[likeliest(odds)];
      result.odds.push(odds);
      result.weights.push(look.weights);
    }
    return result;
  }

  // What reader_words.py says.
  function percent(share) { return Math.floor(100 * share) + "\u00a0%"; }
  // {p, other, rival}: how likely the character at step t is, the next likely one, and how likely that is.
  function shares(reading, t, net) {
    var best = likeliest(reading.odds[t]), rest = Array.from(reading.odds[t]);
    rest[best] = -1;
    var next = likeliest(rest);
    return { p: reading.odds[t][best], other: net.writes[next], rival: rest[next] };
  }
  function result(reading, net) {
    if (!reading.letters.length) return "There is no letter to look at, so it writes nothing.";
    var all = reading.odds.map(function (odds, t) { return shares(reading, t, net); }), t = 0;
    all.forEach(function (one, i) { if (one.p < all[t].p) t = i; });
    var says = "It writes " + reading.answer;
    if (all[t].p >= net.sure) return says + ", at least " + percent(all[t].p) + " sure of each character.";
    return says + ". Its doubt: as " + net.places[t] + ", " + reading.answer[t] + " (" + percent(all[t].p) + ") or " +
           all[t].other + " (" + percent(all[t].rival) + ")?";
  }
  function strongest(weights, count) {
    var order = Array.from(weights.keys()).sort(function (a, b) { return weights[b] - weights[a] || a - b; });
    return order.slice(0, count).filter(function (s, i) { return i === 0 || weights[s] >= 0.05; });
  }
  function cut(word) { return word.length <= 10 ? word.join("") : word.slice(0, 10).join("") + "…"; }
  function letterName(letters, s) {
    var begin = s, end = s;
    if (letters[s] === " ") {
      while (letters[begin] === " ") begin += 1;
      end = letters.indexOf(" ", begin);
      if (begin === letters.length) return "the blank at the end";
      return "the blank before “" + cut(letters.slice(begin, end < 0 ? letters.length : end)) + "”";
    }
    while (begin > 0 && letters[begin - 1] !== " ") begin -= 1;
    while (end < letters.length && letters[end] !== " ") end += 1;
    var word = letters.slice(begin, end);
    return word.length === 1 ? "“" + word[0] + "”" : "“" + letters[s] + "” of “" + cut(word) + "”";
  }
  function mostSeen(reading, t) {
    return strongest(reading.weights[t], 2).map(function (s) {
      return letterName(reading.letters, s) + " (" + percent(reading.weights[t][s]) + ")";
    }).join(", ");
  }
  function lookedAt(reading, t, net) {
    if (!reading.answer) return "";
    return "For " + reading.answer[t] + ", the " + net.places[t] + ", it looks at " + mostSeen(reading, t) + ".";
  }
  // The other way round: which characters of the answer a letter was looked at for.
  function lookedAtFor(reading, s, net) {
    var column = reading.weights.map(function (row) { return row[s]; }), name = letterName(reading.letters, s);
    var uses = strongest(column, 2).filter(function (t) { return column[t] >= 0.05; }).map(function (t) {
      return reading.answer[t] + ", the " + net.places[t] + " (" + percent(column[t]) + ")";
    });
    name = name[0].toUpperCase() + name.slice(1);
    return name + (uses.length ? " is looked at for " + uses.join(", and for ") : " is hardly looked at") + ".";
  }
  // One line on a text that is longer than what it reads, or has characters that it cannot tell apart.
  function note(text, net) {
    var letters = Array.from(text.toLowerCase()), read = letters.slice(0, net.longest), strange = [];
    read.forEach(function (letter) {
      if (net.reads.indexOf(letter) < 0 && strange.indexOf(letter) < 0 && strange.length < 5) strange.push(letter);
    });
    var notes = [];
    if (letters.length > net.longest) notes.push("It reads the first " + net.longest + " letters and no more.");
    if (strange.length) notes.push("These are all the same to it: " + strange.join(" "));
    return notes.join(" ");
  }
  function cover(weight) { return weight < 0.005 ? 0 : 0.05 + 0.95 * Math.pow(weight, 0.7); }

  return { network: network, lettersOf: lettersOf, read: read, shares: shares, result: result, mostSeen: mostSeen,
           lookedAt: lookedAt, lookedAtFor: lookedAtFor, note: note, percent: percent, cover: cover };
})();
(function () {
  var reader = window.rnnLive.reader, CELL = 13, ROW = 16, TOP = 20, SVG = "http://www.w3.org/2000/svg";

  function drawn(tag, attributes, text) {
    var element = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    if (text) element.textContent = text;
    return element;
  }
  // As much blue behind an option as its letter can be read on.
  function paint(option, weight) {
    var opacity = (0.6 * reader.cover(weight)).toFixed(3);
    if (option.rnnPaint === opacity) return;  // most letters have none, before and after
    option.rnnPaint = opacity;
    option.style.background = "rgba(43,140,227," + opacity + ")";
  }

  window.rnnLive.start("reader", document.currentScript, function (figure, data) {
    var net = reader.network(data), reading;
    function find(selector) { return figure.querySelector(selector); }
    var field = find(".rnn-text"), map = find(".rnn-map"), svg = find(".rnn-weights"), rows = find(".rnn-rows"), details = find("details");
    var answer = find(".rnn-answer"), letters = find(".rnn-letters");
    var characters = Array.from(answer.children), cells = Array.from(letters.children);
    // What is looked at: a character of the answer, always; and for a while a letter, or -1.
    var chosen = data.chosen, letter = -1;
    // Ids are given here, where no two figures of a page can get the same.
    var prefix = "rnn-reader-" + document.querySelectorAll("figure.rnn-reader[data-ready]").length;
    characters.forEach(function (option, t) { option.id = prefix + "-answer-" + t; });
    cells.forEach(function (option, s) { option.id = prefix + "-letter-" + s; });

    function mark(list, options, place) {
      options.forEach(function (option, i) {
        if ((option.getAttribute("aria-selected") === "true") === (i === place)) return;
        option.setAttribute("aria-selected", i === place);
        option.style.outlineColor = i === place ? "currentColor" : "transparent";
      });
      if (place < 0) list.removeAttribute("aria-activedescendant");
      else list.setAttribute("aria-activedescendant", options[place].id);
    }
    function tellCharacter(option, t) {
      var says = reading.answer[t] || "·", sure = reading.answer ? reader.shares(reading, t, net) : { p: 0 };
      var parts = option.children, percent = reading.answer ? reader.percent(sure.p) : "";
      parts[0].textContent = says;
      parts[1].firstChild.style.width = (100 * sure.p).toFixed(1) + "%";
      parts[2].textContent = percent;
      var other = reading.answer && sure.p < net.sure ? "or " + sure.other : "";
      parts[3].textContent = other;
      option.setAttribute("aria-label", [says, percent, other].filter(Boolean).join(" ") + ": " + net.places[t]);
    }
    function tellLetter(option, s) {
      var says = reading.letters[s] || "";
      if (option.textContent === says) return;
      option.textContent = says;
      option.style.visibility = says ? "visible" : "hidden";
      if (says === " ") option.setAttribute("aria-label", "blank");
      else option.removeAttribute("aria-label");
    }
    function drawMap() {
      var all = document.createDocumentFragment();
      reading.letters.forEach(function (says, s) {
        if (says !== " ") all.appendChild(drawn("text", { x: CELL * (s + 0.5) + 1, y: 13 }, says));
      });
      reading.weights.forEach(function (row, t) {
        rows.children[t].textContent = reading.answer[t];
        row.forEach(function (weight, s) {
          if (weight < 0.005) return;
          all.appendChild(drawn("rect", { x: CELL * s + 1, y: TOP + ROW * t, width: CELL, height: ROW,
                                          fill: "rgb(43,140,227)", "fill-opacity": reader.cover(weight).toFixed(3) }));
        });
      });
      all.appendChild(drawn("rect", { "class": "rnn-chosen", fill: "none", stroke: "var(--rnn-c1, #c1440e)", "stroke-width": 2 }));
      svg.textContent = "";
      svg.appendChild(all);
      var width = CELL * reading.letters.length + 2;
      svg.setAttribute("width", width);
      svg.setAttribute("viewBox", "0 0 " + width + " " + svg.getAttribute("height"));
      if (!reading.answer) Array.from(rows.children).forEach(function (name) { name.textContent = ""; });
    }
    function tellTable() {
      figure.querySelectorAll("tbody tr").forEach(function (row, t) {
        var said = reading.answer;
        var texts = said ? [said[t], reader.percent(reader.shares(reading, t, net).p), reader.mostSeen(reading, t)] : ["", "", ""];
        texts.forEach(function (text, i) { row.cells[i + 1].textContent = text; });
      });
    }
    function frame() {
      var one = letter >= 0, box = svg.lastChild, columns = reading.letters.length;
      box.setAttribute("x", 1 + (one ? CELL * letter : 0));
      box.setAttribute("y", TOP + (one ? 0 : ROW * chosen));
      box.setAttribute("width", one ? CELL : CELL * columns);
      box.setAttribute("height", one ? ROW * net.steps : ROW);
      box.style.display = columns ? "" : "none";
    }
    // The letters of the chosen character, or the characters of the letter.
    function look() {
      var one = letter >= 0;
      mark(answer, characters, one ? -1 : chosen);
      mark(letters, cells, letter);
      cells.forEach(function (cell, s) { paint(cell, one || !(s in reading.letters) ? 0 : reading.weights[chosen][s]); });
      characters.forEach(function (option, t) { paint(option, one ? reading.weights[t][letter] : 0); });
      find(".rnn-detail").textContent = one ? reader.lookedAtFor(reading, letter, net) : reader.lookedAt(reading, chosen, net);
      frame();
    }
    // A map that is too wide shows the middle of what the answer looks at.
    function scroll() {
      var middle = reading.weights.reduce(function (sum, row) { return sum + row.indexOf(Math.max.apply(null, row)); }, 0);
      map.scrollLeft = CELL * (middle / net.steps + 0.5) - map.clientWidth / 2;
    }
    function compute() {
      reading = reader.read(field.value, net);
      letter = -1;
      characters.forEach(tellCharacter);
      cells.forEach(tellLetter);
      drawMap();
      if (details.open) tellTable();
      find(".rnn-result").textContent = reader.result(reading, net);
      find(".rnn-note").textContent = reader.note(field.value, net) || data.score;
      look();
      scroll();
    }
    function chooseCharacter(t) {
      chosen = t;
      letter = -1;
      look();
    }
    function chooseLetter(s) {
      if (s === letter || !(s in reading.letters)) return;
      letter = s;
      look();
    }
    function leaveLetter() {
      if (letter < 0) return;
      letter = -1;
      look();
    }
    function byKeys(list, now, last, choose) {
      list.addEventListener("keydown", function (event) {
        var at = now();
        var to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: last() };
        if (!(event.key in to)) return;
        event.preventDefault();
        choose(Math.max(0, Math.min(last(), to[event.key])));
      });
    }
    function optionAt(event, options) {
      var under = document.elementFromPoint(event.clientX, event.clientY);
      return options.indexOf(under && under.closest("[role=option]"));
    }
    ["pointermove", "pointerdown"].forEach(function (kind) {
      answer.addEventListener(kind, function (event) {
        var t = optionAt(event, characters);
        if (t >= 0 && (t !== chosen || letter >= 0)) chooseCharacter(t);
      });
      letters.addEventListener(kind, function (event) { chooseLetter(optionAt(event, cells)); });
      map.addEventListener(kind, function (event) {
        var t = Math.floor((event.clientY - svg.getBoundingClientRect().top - TOP) / ROW);
        if (t >= 0 && t < net.steps && t !== chosen && reading.answer) {
          chosen = t;
          letter = -1;
          look();
        }
      });
    });
    letters.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") leaveLetter(); });
    letters.addEventListener("blur", leaveLetter);
    letters.addEventListener("focus", function () { if (letter < 0) chooseLetter(0); });
    byKeys(answer, function () { return chosen; }, function () { return net.steps - 1; }, chooseCharacter);
    byKeys(letters, function () { return letter; }, function () { return reading.letters.length - 1; }, chooseLetter);
    field.addEventListener("input", compute);
    figure.querySelectorAll("button[data-text]").forEach(function (button) {
      button.addEventListener("click", function () {
        field.value = button.dataset.text;
        compute();
      });
    });
    details.addEventListener("toggle", function () { if (details.open) tellTable(); });
    find(".rnn-controls").hidden = false;
    compute();  // a browser may restore the field of a reloaded page
  });
})();
