(function () {
  // The script stands right after its figure; in some notebooks it runs without document.currentScript.
  var script = document.currentScript;
  var figures = script ? [script.previousElementSibling] : document.querySelectorAll("figure.rnn-player");
  figures.forEach(function (figure) {
    if (!figure || figure.dataset.ready) return;
    figure.dataset.ready = "yes";
    var labels = JSON.parse(figure.dataset.labels);
    var controls = figure.querySelector(".rnn-controls");
    var slider = figure.querySelector("input");
    var output = figure.querySelector("output");
    var play = figure.querySelector(".rnn-play");
    var frames = figure.querySelectorAll(".rnn-frame");
    var timer = null;

    function show() {
      var current = Number(slider.value);
      frames.forEach(function (frame, i) { frame.hidden = i !== current; });
      output.textContent = labels[current];
      slider.setAttribute("aria-valuetext", labels[current]);
    }
    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = "Play";
    }
    function advance() {
      if (!figure.isConnected || slider.value === slider.max) return pause();
      slider.value = Number(slider.value) + 1;
      show();
    }
    play.addEventListener("click", function () {
      if (timer !== null) return pause();
      if (slider.value === slider.max) { slider.value = 0; show(); }
      play.textContent = "Pause";
      timer = setInterval(advance, 900);
    });
    slider.addEventListener("input", function () { pause(); show(); });
    // A notebook would take the arrow keys to mean "next cell".
    controls.addEventListener("keydown", function (event) { event.stopPropagation(); });
    controls.style.display = "flex";
    controls.hidden = false;
    show();  // a browser may restore the slider of a reloaded page without telling
  });
})();
