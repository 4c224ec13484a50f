// A trained character LSTM at work on what a reader types. What computes stands first, for tests; then the page.
rnnLive.characters = rnnLive.characters || (function () {
  var ALIKE = { "‘": "'", "’": "'", "“": "'", "”": "'", "–": "-", "—": "-", "…": ".", "\u00a0": " ", "\t": " " };
  function network(data) {
    var alphabet = Array.from(data.alphabet), numbers = {};
    alphabet.forEach(function (letter, i) { numbers[letter] = i; });
    return { alphabet: alphabet, numbers: numbers, weights: rnnLive.unpackedAll(data.weights) };
  }
  // The letters that it can read, typographic ones as plain ones, and the others, each once.
  function letters(text, net) {
    var read = [], leftOut = [];
    Array.from(text).forEach(function (letter) {
      var plain = letter in ALIKE ? ALIKE[letter] : letter;
      if (!(plain in net.numbers)) plain = letter.normalize("NFD")[0];
      if (plain in net.numbers) read.push(plain);
      else if (leftOut.indexOf(letter) < 0) leftOut.push(letter);
    });
    return { read: read.join(""), leftOut: leftOut };
  }
  function step(letter, before, net) {
    var one = new Float64Array(net.alphabet.length), weights = net.weights;
    one[net.numbers[letter]] = 1;
    var now = rnnLive.lstmStep(one, before.h, before.c, weights);
    now.letter = letter;
    now.odds = rnnLive.softmax(rnnLive.affine(now.h, weights.W_y, weights.b_y));
    return now;
  }
  // One step for each letter; those of an earlier run are kept as far as its letters are the same.
  function run(text, net, earlier, state) {
    var steps = [], zero = new Float64Array(net.weights.W_h.shape[0]), same = Boolean(earlier);
    for (var t = 0; t < text.length; t += 1) {
      same = same && t < earlier.length && earlier[t].letter === text[t];
      steps.push(same ? earlier[t] : step(text[t], t ? steps[t - 1] : state || { h: zero, c: zero }, net));
    }
    return steps;
  }
  // The odds that each letter had before it came; 1 for the first.
  function given(steps, net) {
    return steps.map(function (one, t) { return t ? steps[t - 1].odds[net.numbers[one.letter]] : 1; });
  }
  function best(odds, count) {
    return Object.keys(odds).map(Number).sort(function (a, b) { return odds[b] - odds[a] || a - b; }).slice(0, count);
  }
  // Random numbers from 0 to 1 that repeat (mulberry32).
  function randomFrom(seed) {
    return function () {
      seed = (seed + 0x6D2B79F5) | 0;
      var mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }
  // The letter on which a random number falls, at a temperature.
  function draw(odds, temperature, random) {
    var shares = rnnLive.softmax(odds.map(function (odd) { return Math.log(odd) / temperature; })), sum = 0;
    for (var i = 0; i < shares.length - 1; i += 1) {
      sum += shares[i];
      if (random < sum) return i;
    }
    return i;
  }
  function writeOn(text, count, temperature, net) {
    var random = randomFrom(text.length), steps = run(text, net);
    for (var i = 0; i < count; i += 1) {
      var last = steps[steps.length - 1];
      steps.push(step(net.alphabet[draw(last.odds, temperature, random())], last, net));
    }
    return steps.slice(text.length).map(function (one) { return one.letter; }).join("");
  }
  // What is drawn of one step: the cell as tanh c, all others as they are.
  function values(one, part) { return part === "c" ? one.c.map(Math.tanh) : one[part]; }
  // For each shade one line of the picture: pieces of rows, where neighbours share it.
  function lines(columns, part, count) {
    var drawn = [], low = part === "h" || part === "c" ? -1 : 0, shades = columns.map(function (one) {
      return Array.prototype.map.call(values(one, part), function (value) {
        return Math.floor(((value - low) / (1 - low)) * (count - 1) + 0.5);
      });
    });
    for (var shade = 0; shade < count; shade += 1) drawn.push([]);
    for (var row = 0; shades.length && row < shades[0].length; row += 1) {
      for (var from = 0, to = 1; from < shades.length; from = to, to += 1) {
        while (to < shades.length && shades[to][row] === shades[from][row]) to += 1;
        drawn[shades[from][row]].push("M" + from + " " + row + "h" + (to - from));
      }
    }
    return { paths: drawn.map(function (pieces) { return pieces.join(""); }), shades: shades };
  }
  return { network: network, letters: letters, run: run, given: given, best: best, randomFrom: randomFrom, draw: draw,
           writeOn: writeOn, values: values, lines: lines };
})();
rnnLive.start("characters", document.currentScript, function (figure, data) {
  var live = rnnLive.characters, net = live.network(data), CELL = 14, START = data.before.length - 1, SHADES = data.palettes.signed.length;
  function find(selector) { return figure.querySelector(selector); }
  var area = find("textarea"), write = find(".rnn-write"), unit = find("select"), warm = find("input[type=range]");
  var radios = figure.querySelectorAll("input[type=radio]"), strip = find(".rnn-letters"), map = find(".rnn-map"), svg = find("svg");
  var paths = svg.querySelectorAll("g path"), rowMark = find(".rnn-row"), nowMark = svg.querySelector(".rnn-now");
  var output = find("output"), details = find("details"), buttons = figure.querySelectorAll(".rnn-odds button");
  var steps = [], leftOut = [], tooMany = false, now = 0, first = 0, columns = data.columns, timer = null;

  function part() { return Array.prototype.find.call(radios, function (radio) { return radio.checked; }).value; }
  function shown(letter) { return letter === "\n" ? "↵" : letter === " " ? "␣" : letter; }
  function quoted(letter) { return letter === "\n" ? "a line break" : letter === " " ? "a space" : "“" + letter + "”"; }
  function percent(odd) { return odd < 0.005 ? "< 1 %" : Math.floor(100 * odd + 0.5) + " %"; }
  function bits(odd) { return -Math.log2(odd); }

  function read() {
    var known = live.letters(area.value.slice(0, 4 * data.most), net);
    tooMany = known.read.length > data.most || area.value.length > 4 * data.most;
    leftOut = known.leftOut;
    steps = live.run(data.before + known.read.slice(0, data.most), net, steps);
  }
  function atCaret() {
    var before = area.value.slice(0, Math.min(area.selectionEnd, 4 * data.most));
    return Math.min(steps.length - 1, START + live.letters(before, net).read.length);
  }
  // The columns shown stay where they are as long as the letter read last is among them.
  function inView() {
    if (now < first) first = now - Math.floor(columns / 3);
    if (now >= first + columns) first = now - columns + 1;
    first = Math.max(0, Math.min(first, steps.length - columns));
    return steps.slice(first, first + columns);
  }
  function drawMap(visible) {
    var drawn = live.lines(visible, part(), SHADES), chosen = Number(unit.value);
    var palette = data.palettes[part() === "h" || part() === "c" ? "signed" : "gates"];
    drawn.paths.forEach(function (line, shade) {
      paths[shade].setAttribute("d", line);
      paths[shade].setAttribute("stroke", palette[shade][0]);
    });
    rowMark.setAttribute("d", "M0 " + chosen + "h" + visible.length + "M0 " + (chosen + 1) + "h" + visible.length);
    nowMark.setAttribute("x", now - first);
    while (strip.children.length > visible.length) strip.lastChild.remove();
    while (strip.children.length < visible.length) strip.appendChild(document.createElement("span"));
    visible.forEach(function (one, t) {
      var colours = palette[drawn.shades[t][chosen]], span = strip.children[t];
      span.textContent = shown(one.letter);
      span.style.background = colours[0];
      span.style.color = colours[1];
      span.className = first + t === now ? "rnn-now" : "";
    });
  }
  function drawOdds() {
    var odds = steps[now].odds, next = now + 1 < steps.length ? steps[now + 1].letter : null;
    live.best(odds, buttons.length).forEach(function (i, place) {
      var button = buttons[place], letter = net.alphabet[i];
      button.dataset.letter = letter;
      button.children[0].style.height = (28 * odds[i]).toFixed(1) + "px";
      button.children[1].textContent = shown(letter);
      button.children[2].textContent = percent(odds[i]);
      button.className = letter === next ? "rnn-came" : "";
      button.setAttribute("aria-label", quoted(letter) + ", " + percent(odds[i]) + (letter === next ? ", it came" : "") + ": type it");
    });
  }
  function sentence() {
    var odds = steps[now].odds, i = live.best(odds, 1)[0], had = live.given(steps, net), words = "";
    if (tooMany) words = "It reads the first " + data.most.toLocaleString("en-GB") + " letters. ";
    else if (leftOut.length) {
      words = "It has never read " + leftOut.slice(0, 4).map(quoted).join(", ") + (leftOut.length > 4 ? " and others" : "") + ": left out. ";
    }
    if (now + 1 < steps.length) {
      var came = steps[now + 1].letter;
      return words + "Here it expected " + quoted(net.alphabet[i]) + ", " + percent(odds[i]) + ". Then " + quoted(came) + " came, which had " +
             percent(had[now + 1]) + ": a surprise of " + bits(had[now + 1]).toFixed(1) + " bits.";
    }
    words += "Next it expects " + quoted(net.alphabet[i]) + ", " + percent(odds[i]) + ".";
    if (steps.length < START + 2 || tooMany || leftOut.length) return words;
    var mean = had.slice(START + 1).reduce(function (sum, odd) { return sum + bits(odd); }, 0) / (had.length - START - 1);
    return words + " So far " + mean.toFixed(2) + " bits a letter; Shakespeare that it has not read costs " + data.bits.toFixed(2) + ".";
  }
  function drawTable(visible) {
    var had = live.given(steps, net), chosen = Number(unit.value), body = details.querySelector("tbody");
    details.querySelector("th:last-child").textContent = "unit " + chosen + ": " + part();
    body.textContent = "";
    visible.forEach(function (one, t) {
      var odd = had[first + t], typed = first + t > START, row = body.insertRow(), head = document.createElement("th");
      head.scope = "row";
      head.textContent = shown(one.letter);
      row.appendChild(head);
      [typed ? percent(odd) : "–", typed ? bits(odd).toFixed(1) : "–", live.values(one, part())[chosen].toFixed(2)].forEach(function (text) {
        row.insertCell().textContent = text;
      });
    });
  }
  function show() {
    var visible = inView();
    drawMap(visible);
    drawOdds();
    output.textContent = sentence();
    strip.setAttribute("aria-valuemax", steps.length - 1 - START);
    strip.setAttribute("aria-valuenow", now - START);
    strip.setAttribute("aria-valuetext", quoted(steps[now].letter) + ", letter " + (now - START) + " of " + (steps.length - 1 - START));
    figure.querySelectorAll(".rnn-caption").forEach(function (line) { line.hidden = line.dataset.part !== part(); });
    find(".rnn-warm b").textContent = Number(warm.value).toFixed(1);
    if (details.open) drawTable(visible);
  }
  function go(to) {
    now = Math.max(START, Math.min(steps.length - 1, to));
    show();
  }
  function stop() {
    clearInterval(timer);
    timer = null;
    write.textContent = "Write on";
    output.setAttribute("aria-live", "polite");
  }
  function type(letters) {
    area.value += letters;
    area.scrollTop = area.scrollHeight;
    read();
    go(steps.length - 1);
  }
  function begin() {
    read();
    var coming = Array.from(live.writeOn(steps.map(function (one) { return one.letter; }).join(""), 60, Number(warm.value), net));
    coming = coming.slice(0, Math.max(0, data.most + START + 1 - steps.length));
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return type(coming.join(""));
    output.setAttribute("aria-live", "off");
    write.textContent = "Stop";
    timer = setInterval(function () {
      if (coming.length === 1) stop();
      if (coming.length) type(coming.shift());
      else stop();
    }, 70);
  }
  function fit() {
    var room = Math.floor(map.clientWidth / CELL);
    columns = Math.max(8, Math.min(data.columns, room || data.columns));
    map.style.maxWidth = columns * CELL + "px";
    strip.style.gridTemplateColumns = "repeat(" + columns + ",1fr)";
    svg.setAttribute("viewBox", "0 0 " + columns + " " + net.weights.W_h.shape[0]);
  }
  function point(event) {
    var box = svg.getBoundingClientRect(), inMap = event.clientY >= box.top;
    var row = Math.floor(((event.clientY - box.top) / box.height) * net.weights.W_h.shape[0]);
    if (event.type === "pointerdown" && inMap && row < unit.options.length) unit.value = String(row);
    go(first + Math.floor(((event.clientX - box.left) / box.width) * columns));
  }

  area.addEventListener("input", function () {
    stop();
    read();
    go(atCaret());
  });
  ["keyup", "click"].forEach(function (kind) {
    area.addEventListener(kind, function () { if (!timer && atCaret() !== now) go(atCaret()); });
  });
  write.addEventListener("click", function () { if (timer) stop(); else begin(); });
  find(".rnn-clear").addEventListener("click", function () {
    stop();
    area.value = "";
    type("");
    area.focus();
  });
  find(".rnn-choices").addEventListener("input", show);
  warm.addEventListener("input", show);
  details.addEventListener("toggle", show);
  strip.addEventListener("keydown", function (event) {
    var to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1, PageDown: now - 10, PageUp: now + 10,
               Home: 0, End: steps.length - 1 };
    if (!(event.key in to)) return;
    event.preventDefault();
    stop();
    go(to[event.key]);
  });
  map.addEventListener("pointerdown", function (event) { stop(); point(event); });
  map.addEventListener("pointermove", function (event) { if (event.buttons) point(event); });
  buttons.forEach(function (button) {
    button.disabled = false;
    button.addEventListener("click", function () {
      stop();
      var known = live.letters(area.value, net).read;
      if (now === steps.length - 1) return type(button.dataset.letter);
      area.value = known.slice(0, now - START) + button.dataset.letter + known.slice(now - START);
      read();
      go(now + 1);
    });
  });
  window.addEventListener("resize", function () {
    map.style.maxWidth = "";
    fit();
    show();
  });

  // Names are given here, where no two figures of a page can get the same.
  var name = "rnn-characters-" + document.querySelectorAll("figure.rnn-characters[data-ready]").length;
  radios.forEach(function (radio) { radio.name = name; });
  strip.setAttribute("role", "slider");
  strip.setAttribute("aria-valuemin", 0);
  strip.tabIndex = 0;
  figure.querySelectorAll(".rnn-line").forEach(function (line) { line.hidden = false; });
  fit();
  read();
  go(steps.length - 1);
});
