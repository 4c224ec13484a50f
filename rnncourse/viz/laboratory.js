(function () {
  // The script stands right after its figure; in some notebooks it runs without document.currentScript.
  var script = document.currentScript;
  var figures = script ? [script.previousElementSibling] : document.querySelectorAll("figure.rnn-laboratory");
  figures.forEach(function (figure) {
    if (!figure || figure.dataset.ready) return;
    figure.dataset.ready = "yes";
    var view = JSON.parse(figure.dataset.view);
    var names = Object.keys(view.curves);
    var controls = figure.querySelector(".rnn-controls");
    var quantities = figure.querySelectorAll(".rnn-quantity");
    var place = figure.querySelector(".rnn-place");
    var paths = figure.querySelectorAll(".rnn-curves path");
    var reading = figure.querySelector(".rnn-reading");
    var table = figure.querySelector("table");
    var first = view.x[0], last = view.x[view.x.length - 1];
    var low = view.range[0], high = view.range[1];

    function position(control) { return control.tagName === "SELECT" ? control.selectedIndex : Number(control.value); }
    function combination() {
      return Array.prototype.reduce.call(quantities, function (sum, control, i) {
        return sum * view.counts[i] + position(control);
      }, 0);
    }
    function across(i) { return (1000 * (view.x[i] - first) / (last - first)).toFixed(1); }
    function path(curve) {
      var drawing = false;
      return curve.map(function (thousandths, i) {
        var step = "";
        if (thousandths !== null) {
          var up = 1000 * (thousandths / 1000 - low) / (high - low);
          step = (drawing ? "L" : "M") + across(i) + " " + (1000 - up).toFixed(1);
        }
        drawing = thousandths !== null;
        return step;
      }).join("");
    }
    function written(thousandths) {
      if (thousandths === null) return "0";
      var value = Math.pow(10, thousandths / 1000);
      var far = value < 1e-3 || value >= 1e4;
      return far ? value.toExponential(1).replace("+", "") : Number(value.toPrecision(2)).toString();
    }
    function label(control, i) { return view.labels[i][position(control)]; }
    function fill(now) {
      table.caption.textContent = view.y + ", for " + Array.prototype.map.call(quantities, function (control, i) {
        return control.getAttribute("aria-label") + " = " + label(control, i);
      }).join(", ");
      view.rows.forEach(function (at, row) {
        names.forEach(function (name, i) {
          table.tBodies[0].rows[row].cells[i + 1].textContent = written(view.curves[name][now][at]);
        });
      });
    }
    function tell(control, text) {
      control.setAttribute("aria-valuetext", text);
      control.nextElementSibling.textContent = text;
    }
    function show() {
      var at = position(place), now = combination();
      quantities.forEach(function (control, i) {
        if (control.tagName !== "SELECT") tell(control, label(control, i));
      });
      tell(place, String(view.x[at]));
      names.forEach(function (name, i) { paths[i].setAttribute("d", path(view.curves[name][now])); });
      paths[names.length].setAttribute("d", "M" + across(at) + " 0V1000");
      reading.textContent = names.map(function (name) {
        return name + ": " + written(view.curves[name][now][at]);
      }).join(", ");
      fill(now);
    }
    controls.addEventListener("input", show);
    controls.addEventListener("change", show);
    // A notebook would take the arrow keys to mean "next cell".
    controls.addEventListener("keydown", function (event) { event.stopPropagation(); });
    controls.style.display = "flex";
    controls.hidden = false;
    show();  // a browser may restore the controls of a reloaded page without telling
  });
})();
