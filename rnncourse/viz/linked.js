(function () {
  // The script stands right after its figure; in some notebooks it runs without document.currentScript.
  var script = document.currentScript;
  var figures = script ? [script.previousElementSibling] : document.querySelectorAll("figure.rnn-linked");
  figures.forEach(function (figure) {
    if (!figure || figure.dataset.ready) return;
    figure.dataset.ready = "yes";
    var view = JSON.parse(figure.dataset.view);
    var lists = figure.querySelectorAll("[role=listbox]");
    var words = [lists[0].querySelectorAll("[role=option]"), lists[1].querySelectorAll("[role=option]")];
    var output = figure.querySelector("output");
    var map = figure.querySelector(".rnn-map");
    var frames = figure.querySelectorAll(".rnn-chosen");
    var chosen = [view.row, 0];
    // Ids are given here, where no two figures of a page can get the same.
    var prefix = "rnn-linked-" + document.querySelectorAll("figure.rnn-linked[data-ready]").length;
    words.forEach(function (line, axis) {
      line.forEach(function (word, i) { word.id = prefix + "-" + axis + "-" + i; });
    });

    function strongest(row) {
      return view.values[row].reduce(function (best, value, i, all) {
        return Math.abs(value) > Math.abs(all[best]) ? i : best;
      }, 0);
    }
    function mark(axis) {
      words[axis].forEach(function (word, i) {
        var is = i === chosen[axis];
        word.setAttribute("aria-selected", is);
        word.style.outlineColor = is ? "currentColor" : "transparent";
        if (is) lists[axis].setAttribute("aria-activedescendant", word.id);
      });
    }
    function place(frame, row, column, rows, columns) {
      var box = view.box, height = box[3] / view.values.length, width = box[2] / view.values[0].length;
      frame.style.left = 100 * (box[0] + column * width) + "%";
      frame.style.top = 100 * (box[1] + row * height) + "%";
      frame.style.width = 100 * columns * width + "%";
      frame.style.height = 100 * rows * height + "%";
    }
    function name(axis) { return "“" + words[axis][chosen[axis]].dataset.word + "”"; }
    function show() {
      var row = view.values[chosen[0]];
      words[1].forEach(function (word, i) {
        var share = Math.min(1, Math.abs(row[i]) / view.largest);
        var bars = word.querySelectorAll("i");
        bars[0].style.height = row[i] > 0 ? 1.6 * share + "em" : "0";
        if (bars[1]) bars[1].style.height = row[i] < 0 ? 1.6 * share + "em" : "0";
      });
      mark(0);
      mark(1);
      place(frames[0], chosen[0], 0, 1, row.length);
      place(frames[1], chosen[0], chosen[1], 1, 1);
      output.textContent = name(0) + ", " + name(1) + ": " + view.value + " " + row[chosen[1]];
    }
    function choose(axis, i) {
      chosen[axis] = i;
      if (axis === 0) chosen[1] = strongest(i);
      show();
    }
    lists.forEach(function (list, axis) {
      words[axis].forEach(function (word, i) {
        word.addEventListener("pointerenter", function () { choose(axis, i); });
        word.addEventListener("click", function () { choose(axis, i); });
      });
      list.addEventListener("keydown", function (event) {
        var last = words[axis].length - 1, now = chosen[axis];
        var to = { ArrowLeft: now - 1, ArrowUp: now - 1, ArrowRight: now + 1, ArrowDown: now + 1, Home: 0, End: last };
        if (!(event.key in to)) return;
        event.preventDefault();
        event.stopPropagation();  // a notebook would take the arrow keys to mean "next cell"
        choose(axis, Math.max(0, Math.min(last, to[event.key])));
      });
    });
    function point(event) {
      var area = map.getBoundingClientRect(), box = view.box;
      var row = Math.floor((((event.clientY - area.top) / area.height - box[1]) / box[3]) * view.values.length);
      var column = Math.floor((((event.clientX - area.left) / area.width - box[0]) / box[2]) * view.values[0].length);
      if (!(row in view.values) || !(column in view.values[row])) return;
      chosen = [row, column];
      show();
    }
    map.addEventListener("pointermove", point);
    map.addEventListener("pointerdown", point);
    frames.forEach(function (frame) { frame.hidden = false; });
    chosen[1] = strongest(view.row);
    show();
  });
})();
