"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("figure-data");
  const table = read("table-data");
  const root = document.documentElement;
  const drawn = new Map();
  let printing = false;

  // Theme: as the system has it, until a choice is made.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const themes = ["", "light", "dark"];
  const button = document.getElementById("theme");
  let theme = "";
  try { theme = localStorage.getItem("sweep-theme") || ""; } catch { /* a file may have no storage */ }
  const showTheme = () => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    button.textContent = `theme: ${theme || "system"}`;
  };
  showTheme();

  // Figures: drawn when they come near the screen, in the colours of the theme.
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const isNarrow = () => !printing && innerWidth < 700;
  const named = (figure) => figure.data.filter((trace) => trace.name && trace.showlegend !== false).length;
  const isDark = () => !printing && (theme ? theme === "dark" : system.matches);
  const themed = (figure) => {
    const text = printing ? "#1c2430" : colour("--text");
    const line = printing ? "#dfe3e8" : colour("--line");
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
    const layout = structuredClone(figure.layout);
    layout.xaxis = { ...axis, ...layout.xaxis };
    layout.yaxis = { ...axis, ...layout.yaxis };
    const below = isNarrow() || named(figure) < 7;
    return {
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: text, size: isNarrow() ? 11 : 12, family: getComputedStyle(document.body).fontFamily },
      margin: { l: 56, r: 16, t: 16, b: 48, ...layout.margin },
      showlegend: named(figure) > 1,
      legend: below ? { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0 } : { x: 1.02, y: 1 },
      dragmode: "zoom", hovermode: "closest", autosize: true,
      hoverlabel: { align: "left" },
    };
  };
  const traces = (figure) => {
    const text = printing ? "#1c2430" : colour("--text");
    const [trace] = structuredClone(figure.data);
    if (trace.type === "heatmap") {
      const dark = isDark() ? { colorscale: [[0, "#202a35"], [1, "#6cb6ee"]] } : {};
      return [{ ...trace, ...dark, showscale: !isNarrow() }];
    }
    if (trace.type !== "parcoords") return figure.data;
    trace.labelfont = { color: text, size: 12 };
    trace.tickfont = { color: text, size: 11 };
    trace.rangefont = { color: "rgba(0,0,0,0)", size: 1 };
    trace.unselected = { line: { color: "#888", opacity: 0.12 } };
    for (const [place, ranges] of brushes) trace.dimensions[place].constraintrange = ranges;
    return [trace];
  };
  const options = { responsive: true, displaylogo: false, displayModeBar: false };
  const draw = (place) => {
    const name = place.dataset.figure, figure = figures[name];
    const first = !drawn.has(name);
    drawn.set(name, place);
    // A legend of many names needs room of its own where it stands below.
    place.style.height = `${figure.height + (isNarrow() && named(figure) > 4 ? 11 * named(figure) : 0)}px`;
    Plotly.react(place, traces(figure), themed(figure), options);
    if (first && name === "parallel") place.on("plotly_restyle", brushed);
  };
  const drawAgain = () => drawn.forEach(draw);
  const places = [...document.querySelectorAll("[data-figure]")];
  const watcher = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) { watcher.unobserve(one.target); draw(one.target); }
  }, { rootMargin: "300px" });
  const brushes = new Map();

  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem("sweep-theme", theme); } catch { /* as above */ }
    showTheme();
    drawAgain();
  });
  system.addEventListener("change", drawAgain);
  addEventListener("beforeprint", () => {
    printing = true;
    root.classList.add("printing");  // as wide as a sheet of paper, before the figures are drawn
    if (theme !== "light") root.dataset.theme = "light";
    places.forEach(draw);
    showAll();
  });
  addEventListener("afterprint", () => {
    printing = false;
    root.classList.remove("printing");
    showTheme();
    drawAgain();
  });

  // The brushes of the parallel coordinates: which trials pass through all of them.
  let passing = null;
  function brushed() {
    const figure = figures.parallel, dimensions = drawn.get("parallel").data[0].dimensions;
    brushes.clear();
    dimensions.forEach((one, place) => { if (one.constraintrange) brushes.set(place, one.constraintrange); });
    const inside = (value, ranges) =>
      (Array.isArray(ranges[0]) ? ranges : [ranges]).some(([low, high]) => value >= low && value <= high);
    const kept = figure.trials.filter((_, index) =>
      [...brushes].every(([place, ranges]) => inside(dimensions[place].values[index], ranges)));
    passing = brushes.size ? new Set(kept) : null;
    document.getElementById("brushed").textContent =
      passing ? `${count(kept.length)} of ${count(figure.trials.length)} trials pass.` : "";
    show();
  }

  // The table of trials.
  const FIRST = 100;
  const head = document.querySelector("#table thead"), body = document.querySelector("#table tbody");
  const filter = document.getElementById("filter"), more = document.getElementById("more");
  const names = table.columns, errors = names.length - 1;
  const numeric = names.map((_, column) =>
    table.rows.some((row) => typeof row[column] === "number") && table.rows.every((row) => typeof row[column] !== "string"));
  let sorted = table.sorted, limit = FIRST;

  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  };
  const order = (rows, { column, down }) => rows.slice().sort((a, b) => {
    const missing = (a[column] === null) - (b[column] === null);
    return missing || (down ? -1 : 1) * compare(a[column], b[column]) || a[0] - b[0];
  });
  const tests = { "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b };
  // A term is a word that some cell has, or NAME=VALUE, NAME<VALUE and so on for the column of that name.
  const term = (text) => {
    const match = /^([^<>=]+)(<=|>=|<|>|=)(.+)$/.exec(text);
    const column = match ? names.indexOf(match[1]) : -1;
    if (column < 0) {
      const word = text.toLowerCase();
      return (row) => row.some((cell) => cell !== null && String(cell).toLowerCase().includes(word));
    }
    const [, , sign, wanted] = match;
    if (sign === "=") return (row) => row[column] !== null && String(row[column]) === wanted;
    return (row) => row[column] !== null && tests[sign](row[column], Number(wanted));
  };
  const chosen = () => {
    const terms = filter.value.trim().split(/\s+/).filter(Boolean).map(term);
    const rows = table.rows.filter((row) => (!passing || passing.has(row[0])) && terms.every((test) => test(row)));
    return order(rows, sorted);
  };
  const cellText = (cell) =>
    cell === null ? "–" : typeof cell === "number" && !Number.isInteger(cell) ? String(Number(cell.toPrecision(4))) : String(cell);
  const makeRow = (row) => {
    const line = document.createElement("tr");
    if (row[0] === table.winner) { line.className = "winner"; line.title = "the winner"; }
    row.forEach((cell, column) => {
      const one = line.insertCell();
      one.textContent = column === errors && cell === null ? "" : cellText(cell);
      one.className = column === errors ? (cell === null ? "" : "error") : column === 1 ? cell : numeric[column] ? "num" : "";
    });
    return line;
  };
  const count = (number) => number.toLocaleString("en");
  function show() {
    const rows = chosen(), shown = rows.slice(0, limit);
    body.replaceChildren(...shown.map(makeRow));
    const all = count(table.rows.length);
    document.getElementById("count").textContent =
      (rows.length === table.rows.length ? `${all} trials` : `${count(rows.length)} of ${all} trials`) +
      (passing ? " (those that the brushes above let through)" : "") +
      (shown.length < rows.length ? `, ${count(shown.length)} shown` : "") + "; a click on a column sorts by it";
    more.hidden = shown.length === rows.length;
    for (const [column, one] of [...head.rows[0].cells].entries()) {
      if (column === sorted.column) one.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else one.removeAttribute("aria-sort");
    }
  }
  function showAll() { limit = Infinity; show(); }
  const heading = head.insertRow();
  names.forEach((name, column) => {
    const one = document.createElement("th");
    one.textContent = column === errors && !table.rows.some((row) => row[column] !== null) ? "" : name;
    if (numeric[column]) one.className = "num";
    one.addEventListener("click", () => {
      sorted = { column, down: sorted.column === column ? !sorted.down : false };
      show();
    });
    heading.append(one);
  });
  filter.addEventListener("input", show);
  more.addEventListener("click", showAll);

  // A spreadsheet takes a text that begins like this for a formula, and runs it; after an apostrophe it does not.
  const csvCell = (cell) => {
    if (cell === null) return "";
    const text = typeof cell === "string" && /^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csvText = () => [names, ...chosen()].map((row) => row.map(csvCell).join(",") + "\n").join("");
  document.getElementById("csv").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvText()], { type: "text/csv" }));
    link.download = `${table.name}-trials.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  // Small tables that came as HTML.
  for (const one of document.querySelectorAll("table.sortable")) {
    const cells = [...one.tHead.rows[0].cells];
    cells.forEach((cell, column) => cell.addEventListener("click", () => {
      const down = cell.getAttribute("aria-sort") === "ascending";
      const value = (row) => {
        const text = row.cells[column].textContent, number = Number(text);
        return text === "–" ? null : text !== "" && !Number.isNaN(number) ? number : text;
      };
      const rows = [...one.tBodies[0].rows].sort((a, b) => (down ? -1 : 1) * compare(value(a), value(b)));
      one.tBodies[0].replaceChildren(...rows);
      cells.forEach((other) => other.removeAttribute("aria-sort"));
      cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    }));
  }

  show();
  places.forEach((place) => watcher.observe(place));
})();
