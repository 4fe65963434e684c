// Draws the charts of load and of the trend with Plotly, each when it is first seen. The library stands packed at the end
// of the page; where it cannot be unpacked or run, the drawings that the page came with stay.
(() => {
  "use strict";
  const packed = document.getElementById("chart-library");
  const figures = [...document.querySelectorAll("[data-chart]")];
  const forced = matchMedia("(forced-colors: active)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  if (!packed || !figures.length || typeof DecompressionStream !== "function" || forced.matches) return;

  const numbers = JSON.parse(document.getElementById("chart-numbers").textContent);
  const drawn = new Map(); // figure -> the element that Plotly draws in

  const load = async () => {
    const text = packed.textContent;
    const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text(); // runs only if its hash is the one in the content policy
    document.head.append(script);
    script.remove();
    if (!globalThis.Plotly) throw new Error("the chart library did not run");
    return globalThis.Plotly;
  };
  let library;

  // Plotly reads a small markup language in every text; what a target said must stay text.
  const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      ink: of("ink"), muted: of("muted"), line: of("line"), rule: of("rule"), raised: of("raised"), open: of("open"),
      lines: [of("link"), of("bad"), of("good")], font: of("sans"),
    };
  };

  const clear = (colour, share) => {
    const parts = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
    return `rgba(${parts.join(",")},${share})`;
  };

  const axis = (paint, more) => ({
    gridcolor: paint.line, linecolor: paint.rule, zeroline: false, automargin: true, fixedrange: false, ...more,
  });

  const layout = (paint, height, x, y, more) => ({
    height, margin: { l: 8, r: 12, t: 12, b: 8 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: paint.font, size: 12, color: paint.muted }, hovermode: "x unified",
    hoverlabel: { bgcolor: paint.raised, bordercolor: paint.rule, font: { color: paint.ink } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", xanchor: "left", itemsizing: "constant" },
    xaxis: axis(paint, x), yaxis: axis(paint, y), ...more,
  });

  const faults = (windows, paint) => ({
    shapes: windows.map(({ from, to }) => ({
      type: "rect", xref: "x", yref: "paper", x0: from, x1: to, y0: 0, y1: 1, line: { width: 0 },
      fillcolor: clear(paint.open, 0.16), layer: "below",
    })),
    annotations: windows.map(({ label, from }, index) => ({
      x: from, y: 1 - 0.11 * (index % 3), xref: "x", yref: "paper", xanchor: "left", yanchor: "top", showarrow: false,
      text: plain(label.length > 44 ? `${label.slice(0, 43)}…` : label), font: { color: paint.open, size: 11 },
    })),
  });

  const kinds = {
    lines: (chart, paint, height) => [
      chart.lines.map(({ name, y }, index) => ({
        x: chart.x, y, name: plain(name), type: "scatter", mode: chart.dots ? "lines+markers" : "lines",
        line: { color: paint.lines[index % 3], width: 1.75, dash: ["solid", "dash", "dot"][index % 3] },
      })),
      layout(paint, height, { title: { text: plain(chart.axis), font: { size: 12 } } }, { rangemode: "tozero" }, { showlegend: chart.lines.length > 1, ...faults(chart.windows, paint) }),
    ],
    bars: (chart, paint, height) => {
      const ticks = [0.0001, 0.001, 0.01, 0.1, 1, 10, 100].flatMap((power) => [power, 2 * power, 5 * power]);
      const middle = ([low, high]) => Math.sqrt((low || high / 2) * high);
      return [
        [{
          x: chart.bars.map(middle), y: chart.bars.map((bar) => bar[3]), width: chart.bars.map(([low, high]) => high - (low || high / 2)),
          type: "bar", marker: { color: clear(paint.lines[0], 0.72), line: { width: 0 } }, hoverinfo: "text",
          hovertext: chart.bars.map(([low, high, count]) => `${low} – ${high} s: ${count.toLocaleString("en")} ${plain(chart.unit)}`),
        }],
        layout(paint, height, {
          type: "log", title: { text: plain(chart.axis), font: { size: 12 } }, tickvals: ticks, ticktext: ticks.map((at) => `${+at.toPrecision(1)}`),
        }, { showticklabels: false, range: [0, 1.3] }, {
          hovermode: "closest", bargap: 0, showlegend: false,
          shapes: chart.marks.map(({ at }) => ({
            type: "line", xref: "x", yref: "paper", x0: at, x1: at, y0: 0, y1: 1, line: { color: paint.ink, width: 1, dash: "dot" },
          })),
          annotations: chart.marks.map(({ label, at }, index) => ({
            x: Math.log10(at), y: 1 - 0.09 * (index % 3), xref: "x", yref: "paper", xanchor: "left", yanchor: "top", showarrow: false,
            text: `${plain(label)} ${+at.toPrecision(3)} s`, font: { color: paint.ink, size: 11 },
          })),
        }),
      ];
    },
    trend: (chart, paint, height) => {
      const run = chart.x.map((_, index) => index + 1);
      const edge = (y) => ({ x: run, y, type: "scatter", mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false });
      return [
        [edge(chart.low), { ...edge(chart.high), fill: "tonexty", fillcolor: clear(paint.lines[0], 0.16) }, {
          x: run, y: chart.y, type: "scatter", mode: "lines+markers", line: { color: paint.lines[0], width: 2 }, hoverinfo: "text",
          hovertext: chart.x.map((at, index) => {
            const score = chart.y[index] === null ? "not measured" : `${chart.y[index]} %`;
            return `${plain(at)}: ${plain(chart.words[index])}, ${score}`;
          }),
        }],
        layout(paint, height, { title: { text: "run, oldest first", font: { size: 12 } } }, { ticksuffix: " %" }, {
          showlegend: false, hovermode: "closest",
        }),
      ];
    },
  };

  const draw = async (figure) => {
    const drawing = figure.querySelector(".drawing");
    const height = Math.max(drawing.offsetHeight, 240);
    const place = drawn.get(figure) ?? document.createElement("div");
    const chart = numbers[figure.dataset.chart];
    try {
      const Plotly = await (library ??= load());
      if (!drawn.has(figure)) {
        place.className = "chart";
        place.setAttribute("role", "img");
        place.setAttribute("aria-label", [...figure.querySelector("figcaption").children].map((part) => part.textContent).join(": "));
        figure.append(place);
        drawn.set(figure, place);
        figure.classList.add("drawn");
      }
      const [data, look] = kinds[chart.kind](chart, colours(), place.offsetHeight || height);
      await Plotly.react(place, data, look, { displayModeBar: false, responsive: true });
    } catch (error) {
      figure.classList.remove("drawn");
      place.remove();
      console.warn("The drawing stays as it was:", error);
    }
  };

  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target);
    }
  }, { rootMargin: "200px" });
  for (const figure of figures) seen.observe(figure);
  dark.addEventListener("change", () => drawn.forEach((_, figure) => draw(figure)));
})();
