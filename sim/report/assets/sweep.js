/* Redraws curves, heat maps, parallel coordinates and worst cases for the outcome that the reader chooses. */
window.guanxiBefore = function (page) {
  "use strict";
  var table = page.store.sweep;
  if (!table) { return; }
  var NONE = 65535;

  /* 16 bits a value, of which the highest number says undefined, or 8. */
  function unpacked(packed) {
    var text = atob(packed.bits), size = packed.bytes || 2, values = new Array(text.length / size);
    for (var k = 0; k < values.length; k += 1) {
      var bits = text.charCodeAt(size * k) + (size === 2 ? 256 * text.charCodeAt(2 * k + 1) : 0);
      values[k] = bits === NONE ? null : packed.low + packed.step * bits;
    }
    return values;
  }
  function once(owner, key) {
    if (typeof owner[key].bits === "string") { owner[key] = unpacked(owner[key]); }
    return owner[key];
  }

  var chooser = document.getElementById("outcome");
  var sides = ["across", "up"].map(function (side) { return document.getElementById("heat-" + side); });
  function chosen() { return table.outcomes[Number(chooser.value)]; }

  function curves(outcome) {
    table.axes.forEach(function (axis, k) {
      var figure = page.store.figures["response-" + k];
      if (!figure) { return; }
      figure.data.forEach(function (trace, s) {
        var part = outcome.response[k][s], mean = part[0], low = part[1], high = part[2];
        var some = low.some(function (one) { return one !== null; });
        trace.y = mean;
        trace.customdata = mean.map(function (_, l) { return [low[l], high[l]]; });
        trace.error_y.array = mean.map(function (m, l) { return high[l] === null ? 0 : high[l] - m; });
        trace.error_y.arrayminus = mean.map(function (m, l) { return low[l] === null ? 0 : m - low[l]; });
        trace.error_y.visible = some;
      });
      figure.layout.yaxis.range = outcome.range.slice();
      figure.layout.annotations[0].text = outcome.title;
      document.querySelectorAll("[data-share='" + k + "']").forEach(function (one) { one.textContent = outcome.shares[k]; });
    });
  }

  /* Means over the points of each cell; null where there is none. */
  function cells(outcome, across, up, s) {
    var values = once(outcome, "values"), x = once(across, "place"), y = once(up, "place");
    var wide = across.names.length, high = up.names.length;
    var total = new Array(wide * high).fill(0), count = new Array(wide * high).fill(0);
    for (var p = 0; p < table.points; p += 1) {
      var value = values[p * table.wide + s];
      if (value === null) { continue; }
      var cell = y[p] * wide + x[p];
      total[cell] += value;
      count[cell] += 1;
    }
    return up.names.map(function (_, j) {
      return across.names.map(function (_, i) { return count[j * wide + i] ? Number((total[j * wide + i] / count[j * wide + i]).toPrecision(5)) : null; });
    });
  }

  function ends(values, both) {
    var known = values.filter(function (one) { return one !== null; });
    if (!known.length) { return [0, 1]; }
    var low = Infinity, high = -Infinity;
    known.forEach(function (one) { low = Math.min(low, one); high = Math.max(high, one); });
    if (both && low < 0 && high > 0) { high = Math.max(-low, high); low = -high; }
    return low === high ? [low - 0.5, high + 0.5] : [low, high];
  }

  /* Grey stands for zero only where the outcome takes both signs. */
  function isBoth(outcome) { return outcome.steps[2][1].toUpperCase() === "#CDD1D6"; }

  function heats(outcome) {
    if (!sides[0]) { return; }
    var axes = sides.map(function (one) { return table.axes[Number(one.value)]; });
    var maps = [], all = [];
    for (var s = 0; s < table.wide; s += 1) {
      maps.push(cells(outcome, axes[0], axes[1], s));
      maps[s].forEach(function (row) { all = all.concat(row); });
    }
    var range = ends(all, isBoth(outcome));
    maps.forEach(function (z, k) {
      var figure = page.store.figures["heat-" + k], trace = figure.data[0];
      trace.z = z;
      var isEmpty = z.every(function (row) { return row.every(function (one) { return one === null; }); });
      figure.layout.annotations = isEmpty ? [{ text: table.empty, x: 0.5, y: 0.5, xref: "paper", yref: "paper", showarrow: false,
        font: figure.layout.xaxis.title.font }] : [];
      trace.zmin = range[0];
      trace.zmax = range[1];
      trace.colorscale = outcome.steps;
      trace.colorbar.title.text = outcome.title;
      trace.customdata = axes[1].names.map(function (b) { return axes[0].names.map(function (a) { return [a, b]; }); });
      ["xaxis", "yaxis"].forEach(function (name, side) {
        var look = axes[side].look;
        Object.assign(figure.layout[name], { tickvals: look.tickvals, ticktext: look.ticktext, range: look.range });
        figure.layout[name].title.text = look.title_text;
      });
    });
  }

  function lines(outcome) {
    var figure = page.store.figures.parallel;
    if (!figure) { return; }
    var values = once(outcome, "values"), keep = [];
    values.forEach(function (one, k) {
      if (one !== null && Math.floor(k / table.wide) % table.every === 0) { keep.push(k); }
    });
    var trace = figure.data[0], last = trace.dimensions.length - 1;
    var at = 0;
    if (table.wide > 1) {
      trace.dimensions[0].values = keep.map(function (k) { return k % table.wide; });
      at = 1;
    }
    table.axes.forEach(function (axis, k) {
      var column = once(axis, "values");
      trace.dimensions[at + k].values = keep.map(function (row) { return column[Math.floor(row / table.wide)]; });
    });
    var colours = keep.map(function (k) { return values[k]; }), range = ends(colours, isBoth(outcome));
    trace.dimensions[last] = { label: outcome.head, values: colours, tickformat: ",.4~r" };
    trace.line = { color: colours, colorscale: outcome.steps, cmin: range[0], cmax: range[1], showscale: false };
    ruler = [outcome, range];
    paintScale();
  }

  /* The key of colours above the lines. */
  var ruler = null;
  function paintScale() {
    if (!ruler) { return; }
    var outcome = ruler[0], range = ruler[1], bar = document.getElementById("scale-bar");
    var dark = page.theme() === "dark";
    var colours = outcome.steps.map(function (one) { return dark ? page.store.twins[one[1]] || one[1] : one[1]; });
    bar.style.background = "linear-gradient(90deg," + colours.join(",") + ")";
    ["low", "high"].forEach(function (end, k) {
      var text = range[k].toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", "\u2212");
      document.getElementById("scale-" + end).textContent = k ? text + " " + outcome.unit + " · " + outcome.label : text;
    });
  }

  function words(outcome) {
    document.querySelectorAll("[data-named]").forEach(function (one) { one.textContent = outcome.inline; });
    document.querySelectorAll("[data-alt]").forEach(function (one) {
      one.setAttribute("aria-label", one.dataset.alt.replace("##", outcome.label));
    });
    document.querySelectorAll("#worst [data-outcome]").forEach(function (one) { one.hidden = one.dataset.outcome !== outcome.name; });
  }

  function show(outcome) {
    curves(outcome);
    heats(outcome);
    lines(outcome);
    words(outcome);
  }
  function redraw() { return Promise.all(page.places.map(page.draw)); }

  var root = document.documentElement;
  chooser.addEventListener("change", function () {
    root.removeAttribute("data-shown");
    show(chosen());
    redraw().then(function () { root.dataset.shown = chosen().name; });
  });
  sides.forEach(function (one, k) {
    if (!one) { return; }
    one.addEventListener("change", function () {
      /* An axis against itself says nothing: the other side takes what this one had. */
      var other = sides[1 - k];
      if (other.value === one.value) { other.value = one.dataset.was; other.dataset.was = other.value; }
      one.dataset.was = one.value;
      heats(chosen());
      page.places.filter(function (place) { return place.dataset.figure.indexOf("heat-") === 0; }).forEach(page.draw);
    });
    one.dataset.was = one.value;
  });
  /* The key is painted for one kind of paper. */
  new MutationObserver(paintScale).observe(root, { attributes: true, attributeFilter: ["data-theme", "data-ready"] });
  chooser.value = "0";
  show(chosen());
  root.dataset.shown = chosen().name;
};
