/* Draws the figures from the data beside it and repaints them when theme, width or emphasis change. */
(function () {
  "use strict";
  var root = document.documentElement;
  var store = JSON.parse(document.getElementById("data").textContent);
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  var CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false };
  var NARROW = 620;
  var printing = false;
  var emphasis = null;

  function theme() {
    if (printing) { return "light"; }
    return root.dataset.theme || (system.matches ? "dark" : "light");
  }

  /* A copy of a figure in which every light colour gave way to its dark twin. */
  function painted(value, dark) {
    if (Array.isArray(value)) { return value.map(function (one) { return painted(one, dark); }); }
    if (value && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (key) { copy[key] = painted(value[key], dark); });
      return copy;
    }
    if (dark && typeof value === "string" && Object.prototype.hasOwnProperty.call(store.twins, value)) {
      return store.twins[value];
    }
    return value;
  }

  /* Narrow screens: no labels beside lines (the key names them), less room around. */
  function fitted(figure, width) {
    var layout = figure.layout;
    if (width < NARROW && layout.xaxis.tickvals && layout.xaxis.tickvals.length > 1 && layout.xaxis.type !== "log") {
      /* The marks of 100 yuan crowd the zero. */
      var keep = layout.xaxis.tickvals.map(function (at) { return at === 0 || Math.abs(at) > 0.35; });
      ["tickvals", "ticktext"].forEach(function (key) {
        layout.xaxis[key] = layout.xaxis[key].filter(function (_, k) { return keep[k]; });
      });
    }
    if (width < NARROW && layout.annotations) {
      var kept = layout.annotations.filter(function (one) { return one.name !== "end"; });
      kept.forEach(function (one) { if (one.name === "crossing") { one.ay = Math.max(-60, Math.min(60, one.ay)); } });
      if (kept.length !== layout.annotations.length) {
        layout.annotations = kept;
        layout.margin.r = 14;
        layout.margin.t = 58;
        layout.height = Math.min(layout.height, 400);
      }
    }
    return figure;
  }

  function emphasised(data) {
    if (emphasis === null) { return data; }
    data.forEach(function (trace) {
      if (trace.meta && typeof trace.meta.strategy === "number" && trace.meta.strategy !== emphasis) {
        trace.opacity = 0.16;
        if (trace.fill === "toself") { trace.visible = false; }
      }
    });
    return data;
  }

  function draw(place) {
    var source = store.figures[place.dataset.figure];
    var figure = fitted(painted({ data: source.data, layout: source.layout }, theme() === "dark"), place.clientWidth);
    figure.layout.width = place.clientWidth;
    if (place.dataset.figure.indexOf("earners-") !== 0) { emphasised(figure.data); }
    return Plotly.react(place, figure.data, figure.layout, CONFIG).then(function () {
      place.style.minHeight = "";
      place.dataset.drawn = theme();
    });
  }

  /* ---- the network: one place, one figure a strategy, a slider that only repaints ---- */
  var net = document.getElementById("plot-network");
  var slider = document.getElementById("network-day");

  function turned(figure, width) {
    if (width >= NARROW) { return figure; }
    /* On a phone the picture stands upright: x and y change places. */
    figure.data.forEach(function (trace) { var x = trace.x; trace.x = trace.y; trace.y = x; });
    (figure.layout.shapes || []).forEach(function (shape) {
      var x0 = shape.x0, x1 = shape.x1;
      shape.x0 = shape.y0; shape.x1 = shape.y1; shape.y0 = x0; shape.y1 = x1;
    });
    var range = figure.layout.xaxis.range;
    figure.layout.xaxis.range = figure.layout.yaxis.range;
    figure.layout.yaxis.range = range;
    figure.data.forEach(function (trace) { if (trace.marker) { trace.marker.size *= 0.7; } });
    return figure;
  }

  function colours(days, paint, day, last, paper) {
    return days.map(function (d) {
      if (d < 0 || d > day) { return paper; }
      return paint.fill[Math.min(paint.fill.length - 1, Math.floor(paint.fill.length * d / (last + 1)))];
    });
  }

  function peoplePaint() {
    var source = store.figures["network-" + net.dataset.network];
    var paper = getComputedStyle(root).getPropertyValue("--paper").trim();
    if (printing) { paper = "#FFFFFF"; }
    var day = Number(slider.value), last = Number(slider.max), bought = 0, all = 0;
    var rows = [], fills = [];
    source.data.forEach(function (trace, k) {
      if (!trace.meta || !trace.meta.people) { return; }
      rows.push(k);
      fills.push(colours(trace.meta.days, source.people[theme()][trace.meta.people], day, last, paper));
      trace.meta.days.forEach(function (d) { all += 1; if (d >= 0 && d <= day) { bought += 1; } });
    });
    return { rows: rows, fills: fills, bought: bought, all: all, people: source.people[theme()] };
  }

  function tell(paint) {
    document.getElementById("network-now").textContent = slider.value;
    var count = document.getElementById("network-count");
    count.textContent = count.dataset.words.replace("##", paint.all).replace("#", paint.bought);
  }

  function drawNetwork() {
    if (!net) { return Promise.resolve(); }
    var source = store.figures["network-" + net.dataset.network];
    var width = net.clientWidth;
    var figure = turned(painted({ data: source.data, layout: source.layout }, theme() === "dark"), width);
    var paint = peoplePaint();
    paint.rows.forEach(function (row, k) {
      figure.data[row].marker.color = paint.fills[k];
      figure.data[row].marker.line.color = paint.people[figure.data[row].meta.people].ring;
    });
    figure.layout.width = width;
    var aspect = source.layout.meta.aspect;
    figure.layout.height = Math.round(width < NARROW ? Math.min(width * aspect, width * 1.9) : Math.min(760, width / aspect));
    net.style.setProperty("--nc", "var(--s" + net.dataset.network + ")");
    net.parentNode.style.setProperty("--nc", "var(--s" + net.dataset.network + ")");
    tell(paint);
    return Plotly.react(net, figure.data, figure.layout, CONFIG).then(function () { net.dataset.drawn = theme(); });
  }

  function repaintPeople() {
    var paint = peoplePaint();
    tell(paint);
    return Plotly.restyle(net, { "marker.color": paint.fills }, paint.rows);
  }

  if (net) {
    slider.addEventListener("input", repaintPeople);
    document.querySelectorAll("input[name=network]").forEach(function (input) {
      input.addEventListener("change", function () { net.dataset.network = input.value; drawNetwork(); });
    });
    var timer = null;
    var play = document.getElementById("network-play");
    var stop = function () { clearInterval(timer); timer = null; play.textContent = play.dataset.play; };
    play.addEventListener("click", function () {
      if (timer) { stop(); return; }
      if (slider.value === slider.max) { slider.value = 0; }
      play.textContent = play.dataset.pause;
      timer = setInterval(function () {
        var next = Math.min(Number(slider.max), Number(slider.value) + Math.max(1, Math.round(slider.max / 120)));
        slider.value = next;
        repaintPeople();
        if (next >= Number(slider.max)) { stop(); }
      }, 70);
    });
  }

  /* ---- all of them ---- */
  var places = Array.prototype.slice.call(document.querySelectorAll("[data-figure]"));

  function drawAll() {
    return Promise.all(places.map(draw).concat([drawNetwork()])).then(function () {
      root.dataset.ready = theme();
    });
  }

  /* One day, all panels: pointing at one shows the same day in the others. */
  var panels = places.filter(function (one) { return one.classList.contains("small-plot"); });
  function linkPanels() {
    panels.forEach(function (one) {
      one.on("plotly_hover", function (event) {
        if (!event.event) { return; }
        panels.forEach(function (other) {
          if (other !== one) { Plotly.Fx.hover(other, { xval: event.points[0].x }, ["xy"]); }
        });
      });
      one.on("plotly_unhover", function () {
        panels.forEach(function (other) { if (other !== one) { Plotly.Fx.unhover(other); } });
      });
    });
  }

  var chips = Array.prototype.slice.call(document.querySelectorAll("button.chip"));
  chips.forEach(function (chip) {
    chip.addEventListener("click", function () {
      var wanted = Number(chip.dataset.strategy);
      emphasis = emphasis === wanted ? null : wanted;
      chips.forEach(function (one) {
        one.setAttribute("aria-pressed", String(Number(one.dataset.strategy) === emphasis));
      });
      places.forEach(draw);
    });
  });

  var button = document.getElementById("theme");
  function nameButton() { button.textContent = theme() === "dark" ? button.dataset.light : button.dataset.dark; }
  button.addEventListener("click", function () {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    try { localStorage.setItem("guanxi-theme", root.dataset.theme); } catch (error) { /* see theme.js */ }
    nameButton();
    drawAll();
  });
  system.addEventListener("change", function () { nameButton(); drawAll(); });
  nameButton();

  var copy = document.getElementById("copy");
  copy.addEventListener("click", function () {
    var text = document.getElementById("command").textContent;
    var done = function () { copy.textContent = copy.dataset.done; };
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(done, function () {}); }
  });

  var width = window.innerWidth, waiting = null;
  window.addEventListener("resize", function () {
    if (window.innerWidth === width) { return; }
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 120);
  });

  /* A link to a folded table opens it first. */
  function unfold() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    var fold = target && target.closest("details");
    if (fold && !fold.open) { fold.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  /* Paper is white, and nothing stays folded on it. */
  window.addEventListener("beforeprint", function () {
    printing = true;
    /* Figures are measured before the browser lays out the sheet: take the width of A4 between its margins. */
    root.classList.add("printing");
    document.querySelectorAll("details").forEach(function (one) {
      if (!one.open) { one.dataset.folded = "1"; one.open = true; }
    });
    drawAll();
  });
  window.addEventListener("afterprint", function () {
    printing = false;
    root.classList.remove("printing");
    document.querySelectorAll("details[data-folded]").forEach(function (one) {
      one.open = false;
      delete one.dataset.folded;
    });
    drawAll();
  });

  /* A page whose figures change has a script of its own, which is given the figures and how to draw them. */
  if (window.guanxiBefore) { window.guanxiBefore({ store: store, draw: draw, theme: theme, places: places }); }
  drawAll().then(linkPanels);
})();
