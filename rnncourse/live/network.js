// What the live figures compute with: the equations of rnncourse.scratch, in double precision, on plain arrays.
// Each figure brings a copy, because a notebook shows each one in a page of its own; the first copy serves all.
window.rnnLive = window.rnnLive || (function () {
  // A float16 from its bits; infinities are not among our weights.
  function half(bits) {
    var power = (bits >> 10) & 31, rest = (bits & 1023) / 1024;
    return (bits >> 15 ? -1 : 1) * (power ? Math.pow(2, power - 15) * (1 + rest) : Math.pow(2, -14) * rest);
  }
  function unpacked(packed) {
    var text = atob(packed.float32 || packed.float16 || "");
    var bytes = Uint8Array.from(text, function (letter) { return letter.charCodeAt(0); });
    var values = packed.float16 ? Array.prototype.map.call(new Uint16Array(bytes.buffer), half) : new Float32Array(bytes.buffer);
    return { shape: packed.shape, values: Float64Array.from(values) };
  }
  function unpackedAll(weights) {
    var all = {};
    Object.keys(weights).forEach(function (name) { all[name] = unpacked(weights[name]); });
    return all;
  }
  // sum + x @ W for a row x; W lies in memory row by row, as NumPy keeps it. A new array.
  function affine(x, W, sum) {
    var columns = W.shape[1], result = new Float64Array(columns);
    if (sum) result.set(sum.shape ? sum.values : sum);  // a plain array has a method of the name `values`
    for (var i = 0; i < x.length; i += 1) {
      if (x[i] === 0) continue;
      for (var j = 0, at = i * columns; j < columns; j += 1, at += 1) result[j] += x[i] * W.values[at];
    }
    return result;
  }
  function row(W, i) { return W.values.slice(i * W.shape[1], (i + 1) * W.shape[1]); }
  function sigmoid(a) { return 1 / (1 + Math.exp(-a)); }
  function softmax(scores) {
    var largest = Math.max.apply(null, scores), total = 0;
    var shares = Array.prototype.map.call(scores, function (score) { return Math.exp(score - largest); });
    shares.forEach(function (share) { total += share; });
    return shares.map(function (share) { return share / total; });
  }
  // h = tanh(x W_xh + h_prev W_hh + b_h)
  function elmanStep(x, h, weights) {
    return affine(h, weights.W_hh, affine(x, weights.W_xh, weights.b_h)).map(Math.tanh);
  }
  // The gates i, f, g, o, the cell and the state after one step; the columns of W_x, W_h and b are i f g o.
  function lstmStep(x, h, c, weights) {
    var H = h.length, a = affine(h, weights.W_h, affine(x, weights.W_x, weights.b));
    var step = { i: a.slice(0, H).map(sigmoid), f: a.slice(H, 2 * H).map(sigmoid), g: a.slice(2 * H, 3 * H).map(Math.tanh),
                 o: a.slice(3 * H).map(sigmoid), c: new Float64Array(H), h: new Float64Array(H) };
    for (var k = 0; k < H; k += 1) {
      step.c[k] = step.f[k] * c[k] + step.i[k] * step.g[k];
      step.h[k] = step.o[k] * Math.tanh(step.c[k]);
    }
    return step;
  }
  // PyTorch's form (reset_after): the columns of W_x, W_h and b are r z n, and b_hn stands inside the reset gate.
  function gruStep(x, h, weights) {
    var H = h.length, a = affine(x, weights.W_x, weights.b), u = affine(h, weights.W_h);
    var step = { r: new Float64Array(H), z: new Float64Array(H), n: new Float64Array(H), h: new Float64Array(H) };
    for (var k = 0; k < H; k += 1) {
      step.r[k] = sigmoid(a[k] + u[k]);
      step.z[k] = sigmoid(a[H + k] + u[H + k]);
      step.n[k] = Math.tanh(a[2 * H + k] + step.r[k] * (u[2 * H + k] + weights.b_hn.values[k]));
      step.h[k] = (1 - step.z[k]) * step.n[k] + step.z[k] * h[k];
    }
    return step;
  }
  // The figures before this script that are of a kind and not yet alive: `begin(figure, data)` makes each one move.
  function start(kind, script, begin) {
    var figures = script ? [script.previousElementSibling] : document.querySelectorAll("figure.rnn-" + kind);
    Array.prototype.forEach.call(figures, function (figure) {
      if (!figure || figure.dataset.ready) return;
      figure.dataset.ready = "yes";
      // A notebook would take the keys to mean its own commands.
      figure.addEventListener("keydown", function (event) { event.stopPropagation(); });
      begin(figure, JSON.parse(figure.querySelector("script").textContent));
    });
  }
  return { unpacked: unpacked, unpackedAll: unpackedAll, affine: affine, row: row, sigmoid: sigmoid, softmax: softmax,
           elmanStep: elmanStep, lstmStep: lstmStep, gruStep: gruStep, start: start };
})();
