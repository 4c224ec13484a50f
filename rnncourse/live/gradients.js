// The gradient laboratory: a network forward and its gradient back through time, then what of it is drawn and said.
(function () {
  var script = document.currentScript, live = window.rnnLive;
  var SQUASH = { linear: function (a) { return a; }, tanh: Math.tanh, ReLU: function (a) { return Math.max(a, 0); } };
  var SLOPE = {  // by the value of the function
    linear: function () { return 1; }, tanh: function (h) { return 1 - h * h; }, ReLU: function (h) { return h > 0 ? 1 : 0; }
  };
  var RECENT = 10;

  // ---- Computing -----------------------------------------------------------------------------------------------------
  function scaled(W, factor) { return { shape: W.shape, values: W.values.map(function (w) { return factor * w; }) }; }
  function zeros(W) { return { shape: W.shape, values: new Float64Array(W.values.length) }; }
  // da @ W.T
  function back(da, W) {
    var rows = W.shape[0], columns = W.shape[1], result = new Float64Array(rows);
    for (var i = 0, at = 0; i < rows; i += 1) {
      for (var j = 0; j < columns; j += 1, at += 1) result[i] += da[j] * W.values[at];
    }
    return result;
  }
  // grad += outer(x, da)
  function addOuter(grad, x, da) {
    for (var i = 0, at = 0; i < x.length; i += 1) {
      for (var j = 0; j < da.length; j += 1, at += 1) grad.values[at] += x[i] * da[j];
    }
  }
  function addTo(grad, da) { for (var j = 0; j < da.length; j += 1) grad.values[j] += da[j]; }
  function squares(values) { return values.reduce(function (sum, v) { return sum + v * v; }, 0); }
  function length(arrays) {
    return Math.sqrt(arrays.reduce(function (sum, array) { return sum + squares(array.shape ? array.values : array); }, 0));
  }
  function times(a, b) { return a.map(function (v, k) { return v * b[k]; }); }
  function largest(rows) {
    return rows.reduce(function (most, row) {
      return row.reduce(function (m, v) { return Math.max(m, Math.abs(v)); }, most);
    }, 0);
  }
  function inputs(network, size) {
    return Array.from({ length: network.x.shape[0] }, function (_, t) {
      return live.row(network.x, t).map(function (v) { return size * v; });
    });
  }

  // The simple cells. dh[t] is dL/dh_t, through[t - 1] the slopes of step t, `other` the gradient with all slopes 1.
  function runElman(network, settings) {
    var W_hh = scaled(network["W_hh " + settings.matrix], settings.radius), x = inputs(network, settings.size), T = x.length;
    var grads = { W_xh: zeros(network.W_xh), W_hh: zeros(W_hh), b_h: zeros(network.b_h) };
    var h = [network.h_0.values], dh = [], through = [], other = network.end.values, recent = 0, t;
    for (t = 0; t < T; t += 1) {
      h.push(live.affine(h[t], W_hh, live.affine(x[t], network.W_xh, network.b_h)).map(SQUASH[settings.cell]));
    }
    dh[T] = other;
    var run = { T: T, h: h, dh: dh, through: through, grads: grads, others: [length([other])] };
    for (t = T; t > 0; t -= 1) {
      through[t - 1] = h[t].map(SLOPE[settings.cell]);
      var da = times(through[t - 1], dh[t]);
      addOuter(grads.W_xh, x[t - 1], da);
      addOuter(grads.W_hh, h[t - 1], da);
      addTo(grads.b_h, da);
      dh[t - 1] = back(da, W_hh);
      other = back(other, W_hh);
      run.others.push(length([other]));
      if (t === T - RECENT + 1) recent = length([grads.W_hh]);
    }
    run.recent = recent;
    run.lengths = h.map(function (_, lag) { return length([dh[T - lag]]); });
    run.bound = h.map(function (_, lag) { return Math.pow(settings.radius * settings.singular, lag); });
    run.largest = largest(h);
    return run;
  }

  function lstmWeights(network, settings) {
    var H = network.h_0.shape[0], b = network.b.values.slice();
    for (var k = H; k < 2 * H; k += 1) b[k] += settings.bias;
    return { W_x: network.W_x, W_h: scaled(network["W_h " + settings.matrix], settings.radius),
             b: { shape: network.b.shape, values: b } };
  }
  // One step of the LSTM back: the gradients at the four arguments, and that of the cell before.
  function lstmStepBack(step, cBefore, dh, dc) {
    var H = dh.length, da = new Float64Array(4 * H), before = new Float64Array(H);
    for (var k = 0; k < H; k += 1) {
      var tanhC = Math.tanh(step.c[k]), dcAll = dc[k] + step.o[k] * (1 - tanhC * tanhC) * dh[k];
      da[k] = step.i[k] * (1 - step.i[k]) * step.g[k] * dcAll;
      da[H + k] = step.f[k] * (1 - step.f[k]) * cBefore[k] * dcAll;
      da[2 * H + k] = (1 - step.g[k] * step.g[k]) * step.i[k] * dcAll;
      da[3 * H + k] = step.o[k] * (1 - step.o[k]) * tanhC * dh[k];
      before[k] = step.f[k] * dcAll;
    }
    return { da: da, dc: before };
  }
  // The LSTM. The gradient is that of the whole state, h and c; through[t - 1] are the forget gates of step t, and
  // `other` is the road from cell to cell alone.
  function runLstm(network, settings) {
    var weights = lstmWeights(network, settings), x = inputs(network, settings.size), T = x.length, t;
    var grads = { W_x: zeros(weights.W_x), W_h: zeros(weights.W_h), b: zeros(weights.b) };
    var h = [network.h_0.values], c = [network.c_0.values], steps = [], dh = [], dc = [], through = [], recent = 0;
    for (t = 0; t < T; t += 1) {
      steps.push(live.lstmStep(x[t], h[t], c[t], weights));
      h.push(steps[t].h);
      c.push(steps[t].c);
    }
    dh[T] = network.end.values;
    dc[T] = new Float64Array(dh[T].length);
    var last = steps[T - 1], other = dh[T].map(function (d, k) {
      var tanhC = Math.tanh(last.c[k]);
      return last.o[k] * (1 - tanhC * tanhC) * d;
    });
    var run = { T: T, h: h, c: c, steps: steps, dh: dh, dc: dc, through: through, grads: grads, bound: null };
    run.others = [length([other])];
    for (t = T; t > 0; t -= 1) {
      var step = lstmStepBack(steps[t - 1], c[t - 1], dh[t], dc[t]);
      addOuter(grads.W_x, x[t - 1], step.da);
      addOuter(grads.W_h, h[t - 1], step.da);
      addTo(grads.b, step.da);
      dh[t - 1] = back(step.da, weights.W_h);
      dc[t - 1] = step.dc;
      through[t - 1] = steps[t - 1].f;
      other = times(other, through[t - 1]);
      run.others.push(length([other]));
      if (t === T - RECENT + 1) recent = length([grads.W_h]);
    }
    run.recent = recent;
    run.lengths = h.map(function (_, lag) { return length([dh[T - lag], dc[T - lag]]); });
    run.largest = Math.max(largest(h), largest(c));
    return run;
  }
  function run(network, settings) { return (settings.cell === "LSTM" ? runLstm : runElman)(network, settings); }

  // ---- Judging -------------------------------------------------------------------------------------------------------
  // In the order of the list in the page. Each looks at what was computed, never at a control.
  var CHALLENGES = [
    function (run) { return run.lengths[40] >= 0.5 && run.lengths[40] <= 2 && run.largest <= 5; },
    function (run) { return run.bound !== null && run.lengths[40] < 1e-6 && run.others[40] > 1; },
    function (run) { return run.lengths[40] >= 10 && run.largest <= 1; }
  ];
  function reached(run) { return CHALLENGES.map(function (holds) { return holds(run); }); }

  // ---- Saying --------------------------------------------------------------------------------------------------------
  function superscript(power) {
    return String(power).replace(/./g, function (letter) { return "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(letter)]; });
  }
  function written(value, digits) {
    if (value === 0) return "0";
    if (value >= 1e-3 && value < 1e4) return digits ? value.toPrecision(digits) : String(Number(value.toPrecision(2)));
    var parts = value.toExponential(1).split("e");
    return parts[0] + "·10" + superscript(Number(parts[1]));
  }
  function share(left) {
    return left >= 1e-4 ? Number((100 * left).toPrecision(2)) + " %" : written(left);
  }
  function whatItMeans(left) {
    if (left < 1e-45) return "too little for float32, where it would be 0.";
    if (left < 0.01) return "the loss at the end cannot tell what happened there.";
    if (left < 0.5) return "the loss at the end hears little of what happened there.";
    return "the loss at the end still hears what happened there.";
  }
  function atLag(left, lag) {
    if (lag === 0) return "At lag 0 the loss begins, with a gradient of length 1.";
    if (left === 0) return "At lag " + lag + " nothing at all is left: every road is shut.";
    if (left <= 2) return "At lag " + lag + ", " + share(left) + " of the gradient is left: " + whatItMeans(left);
    return "At lag " + lag + " the gradient is " + written(left) + " times as long: " + (left > 100 ?
      "it has exploded, and one step of learning would leap." : "the loss at the end hears it loudly.");
  }
  // The smallest lag at which less than a half is there, or null.
  function halving(lengths) {
    var lag = lengths.findIndex(function (left) { return left < 0.5 * lengths[0]; });
    return lag < 0 ? null : lag;
  }
  function inWords(run, lag) {
    var half = halving(run.lengths), left = run.lengths[lag], rate = Number(Math.pow(left, 1 / lag).toPrecision(3));
    var halved = half === null ? "It is never halved" : "It is halved after " + half + (half === 1 ? " step" : " steps");
    var onAverage = lag === 0 || left === 0 ? "" : ", and multiplied by " + rate + " at each step on average";
    return atLag(left, lag) + " " + halved + onAverage + ".";
  }
  function mean(values) { return values.reduce(function (sum, v) { return sum + v; }, 0) / values.length; }

  live.gradients = { run: run, reached: reached, inWords: inWords, halving: halving, written: written };

  // ---- Drawing -------------------------------------------------------------------------------------------------------
  // ``range``: the smallest and the largest power of ten on the axes, which are 1000 wide and high.
  function path(lengths, range) {
    var drawing = false;
    return lengths.map(function (value, lag) {
      var up = Math.log10(value), step = "";
      // What is far off the axes is clamped: a browser need not draw numbers of any size.
      if (value > 0) step = (drawing ? "L" : "M") + (1000 * lag / (lengths.length - 1)).toFixed(1) + " " +
        Math.max(-3000, Math.min(4000, 1000 * (range[1] - up) / (range[1] - range[0]))).toFixed(1);
      drawing = value > 0;
      return step;
    }).join("");
  }
  // One path per tenth of what a unit takes away; lag k's column is step T - k, whose slope leads to lag k + 1.
  function mapPaths(through) {
    var paths = Array.from({ length: 11 }, function () { return ""; }), T = through.length;
    through.forEach(function (units, t) {
      units.forEach(function (value, unit) { paths[Math.round(10 * (1 - value))] += "M" + (T - 1 - t) + " " + unit + "h1v1h-1z"; });
    });
    return paths.slice(1);
  }

  live.start("gradients", script, function begin(figure, data) {
    var network = live.unpackedAll(data.network), T = network.x.shape[0], done = [false, false, false], now;
    function one(selector) { return figure.querySelector(selector); }
    function all(selector) { return Array.prototype.slice.call(figure.querySelectorAll(selector)); }
    function fact(name, text) { one('[data-fact="' + name + '"]').textContent = text; }
    var sliders = all("input[type=range]"), levels = all(".rnn-map g path"), marks = all(".rnn-mark");
    function value(name) { return Number(one('input[type=range][name="' + name + '"]').value); }
    function choice(name) { return one('input[name="' + name + '"]:checked').value; }
    function settings() {
      var matrix = choice("matrix");
      return { cell: choice("cell"), matrix: matrix, radius: value("spectral radius"), size: value("size of the inputs"),
               bias: value("forget bias"), singular: data.singular[matrix] };
    }

    function showFacts(lag) {
      var averages = now.through.map(mean), at = T - 1 - Math.min(lag, T - 1), whole = length(Object.keys(now.grads).map(
        function (name) { return now.grads[name]; }));
      fact("through", averages[at].toFixed(2) + ", " + mean(averages).toFixed(2));
      fact("largest", written(now.largest, 3));
      fact("weights", written(length([now.grads.W_hh || now.grads.W_h]), 3));
      fact("recent", written(now.recent, 3));
      fact("clipped", written(whole, 3) + (whole > 1 ? ", made 1" : ", stays"));
    }
    function showTable(chosen) {
      var head = ["lag", "measured", chosen.cell === "LSTM" ? "forget gates alone" : "all slopes 1", "bound", "lets through"];
      var body = [0, 1, 2, 5, 10, 20, 30, 40, 50, 60, 80, 100, 120].filter(function (lag) { return lag <= T; });
      function cells(open, close, texts) { return "<tr>" + open + texts.join(close + open) + close + "</tr>"; }
      one("thead").innerHTML = cells('<th scope="col">', "</th>", head);
      one("tbody").innerHTML = body.map(function (lag) {
        return cells("<td>", "</td>", [lag, written(now.lengths[lag]), written(now.others[lag]),
                            now.bound ? written(now.bound[lag]) : "none", lag < T ? mean(now.through[T - 1 - lag]).toFixed(2) : ""]);
      }).join("");
    }
    function showChallenges() {
      reached(now).forEach(function (holds, i) {
        if (!holds || done[i]) return;
        done[i] = true;
        all(".rnn-tick")[i].textContent = "✓";
        all(".rnn-done")[i].style.visibility = "visible";
      });
      one(".rnn-reached").textContent = done.filter(Boolean).length + " of 3 reached.";
    }
    function showCell(chosen) {
      var gated = chosen.cell === "LSTM";
      all(".rnn-simple").forEach(function (part) { part.style.visibility = gated ? "hidden" : "visible"; });
      all(".rnn-gated").forEach(function (part) { part.style.visibility = gated ? "visible" : "hidden"; });
      one(".rnn-map-title").textContent = gated ? "what the forget gates take away, unit by unit" :
        "what flat slopes take away, unit by unit";
      one(".rnn-name-of-through").textContent = (gated ? "forget gate" : "slope") + ", at this lag and on average";
      one(".rnn-name-of-weights").textContent = (gated ? "dL/dW_h" : "dL/dW_hh") + ", its length";
      fact("singular", (chosen.radius * chosen.singular).toFixed(2));
    }
    function showPlace() {
      var lag = value("lag");
      marks.forEach(function (mark) {
        var box = mark.ownerSVGElement.viewBox.baseVal;
        mark.setAttribute("d", "M" + (box.width * lag / T).toFixed(2) + " 0V" + box.height);
      });
      one(".rnn-reading").textContent = inWords(now, lag);
      showFacts(lag);
    }
    function show() {
      var chosen = settings();
      now = run(network, chosen);
      sliders.forEach(function (slider) { slider.nextElementSibling.textContent = slider.value; });
      one(".rnn-axes .rnn-measured").setAttribute("d", path(now.lengths, data.range));
      one(".rnn-axes .rnn-other").setAttribute("d", path(now.others, data.range));
      one(".rnn-axes .rnn-bound").setAttribute("d", now.bound ? path(now.bound, data.range) : "");
      mapPaths(now.through).forEach(function (d, i) { levels[i].setAttribute("d", d); });
      showCell(chosen);
      showPlace();
      showChallenges();
      if (one("details").open) showTable(chosen);
    }
    figure.addEventListener("input", show);
    figure.addEventListener("change", show);
    figure.addEventListener("submit", function (event) { event.preventDefault(); });
    // A click in the axes is the quick way to a lag; the slider is the one for everybody.
    one(".rnn-axes").addEventListener("click", function (event) {
      var axes = one(".rnn-axes"), panel = one(".rnn-curves"), box = axes.getBoundingClientRect();
      var place = (event.clientX - box.left) * axes.viewBox.baseVal.width / box.width - panel.x.baseVal.value;
      one('[name="lag"]').value = Math.round(T * place / panel.width.baseVal.value);
      show();
    });
    one("details").addEventListener("toggle", function () { showTable(settings()); });
    one(".rnn-still").hidden = true;
    one(".rnn-moving").hidden = false;
    show();  // a browser may restore the controls of a reloaded page without telling
  });
})();
