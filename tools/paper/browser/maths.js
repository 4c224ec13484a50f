// MathJax's settings, and what is done to a document whose formulas are typeset. Loaded before MathJax.
(function () {
  window.MathJax = {
    options: {
      enableMenu: false,
      ignoreHtmlClass: "tex2jax_ignore|mathjax_ignore",
      processHtmlClass: "tex2jax_process|mathjax_process|math"
    },
    startup: {
      pageReady: function () {
        return MathJax.startup.defaultPageReady().then(function () { formulas().forEach(speak); });
      }
    }
  };

  function formulas() {
    var typeset = MathJax.startup.document;  // there is none where no page has a formula
    return typeset ? Array.from(typeset.math) : [];
  }

  // A PDF can hold an alternative text for a picture only, so a formula is one, named by its TeX. MathJax writes its
  // letters by style rules, which Chromium does not tag, so the picture also needs a text of its own: a word joiner.
  function speak(formula) {
    var container = formula.typesetRoot;
    container.querySelectorAll("mjx-assistive-mml").forEach(function (copy) { copy.remove(); });
    container.querySelectorAll("[aria-hidden]").forEach(function (part) { part.removeAttribute("aria-hidden"); });
    container.setAttribute("role", "img");
    container.setAttribute("aria-label", formula.math.trim().replace(/\s+/g, " "));
    container.append("\u2060");
  }

  function mathML(formula) {
    var text = MathJax.startup.toMML(formula.root).replace(/>\s+</g, "><");
    var math = new DOMParser().parseFromString(text, "text/xml").documentElement;
    [math].concat(Array.from(math.querySelectorAll("*"))).forEach(function (part) {
      Array.from(part.attributes).forEach(function (attribute) {
        if (/^(data-|class$|id$|align$)/.test(attribute.name)) part.removeAttribute(attribute.name);
      });
    });
    math.setAttribute("alttext", formula.math.trim().replace(/\s+/g, " "));
    return document.importNode(math, true);
  }

  window.paper = {
    // Shrink what is wider than its column, as far as letters stay legible. Twice, because a table's cells break anew.
    fit: function (smallest) {
      for (var round = 0; round < 2; round++) {
        document.querySelectorAll("mjx-container, table").forEach(function (wide) {
          var block = wide.parentElement.closest("td, div, p, li, figure, section"), room = block.clientWidth;
          var share = room / Math.max(wide.getBoundingClientRect().width, wide.scrollWidth);
          if (!room || share >= 1) return;
          var size = parseFloat(getComputedStyle(wide).fontSize) * Math.max(share, smallest) * 0.99;
          wide.style.fontSize = size + "px";
        });
      }
    },
    // What is still wider than the page, outermost first. Chromium would print the whole book smaller for it.
    tooWide: function () {
      var right = document.body.getBoundingClientRect().right + 1;
      return Array.from(document.querySelectorAll("body *"))
        .filter(function (e) { return e.getBoundingClientRect().right > right && !e.closest("svg svg"); })
        .map(function (e) { return e.closest("[id]").id + " (" + e.textContent.trim().slice(0, 60) + ")"; });
    },
    namesOfFormulas: function () {
      return formulas().map(function (formula) { return formula.typesetRoot.getAttribute("aria-label"); });
    },
    // Write its page number into each entry of the table of contents.
    number: function (numbers) {
      document.querySelectorAll("#contents a").forEach(function (entry) {
        entry.querySelector(".number").textContent = numbers[decodeURIComponent(entry.hash.slice(1))];
      });
    },
    formulasAsMathML: function () {
      formulas().forEach(function (formula) { formula.typesetRoot.replaceWith(mathML(formula)); });
    },
    // An element as XML, which an ePub is made of.
    xml: function (id) {
      return new XMLSerializer().serializeToString(document.getElementById(id));
    }
  };
})();
