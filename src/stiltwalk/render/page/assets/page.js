"use strict";
(() => {
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById("data").textContent);
  const [GAIN, LOW, HIGH, P, HOLM, SEEDS, CELLS, RUNS, COLLAPSED, BESIDE, LINES] = Array(11).keys();
  const confidence = `${+(100 * data.confidence).toPrecision(4)} %`;
  root.classList.add("live");

  // Text goes in as text: nothing from the data is ever read as HTML.
  function make(tag, set = {}, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(set)) made.setAttribute(name, value);
    made.append(...inside.filter((each) => each !== null));
    return made;
  }
  const own = (text) => make("bdi", { class: "name" }, text);
  function drawn(tag, set, ...inside) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(set)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  }
  const points = (value) => {
    if (value === null) return "–";
    const text = Math.abs(value).toFixed(2);
    return (+text === 0 ? "+" : value < 0 ? "−" : "+") + text;
  };
  const end = (value) => (value === null ? "unbounded" : points(value));
  const ends = (low, high) => (low === null && high === null ? "unbounded" : `${end(low)} to ${end(high)}`);
  const tested = (p) => (p === null ? "not tested" : p < 0.001 ? "< 0.001" : p.toFixed(3));
  const leavesOutZero = (low, high) => (low !== null && low > 0) || (high !== null && high < 0);

  function names(key) {
    const [encoder, arm, target] = key.split("-");
    return {
      encoder: data.encoders[encoder],
      arm: data.arms[`${encoder}-${arm}`],
      target: target === "all" ? "all targets" : data.targets[+target],
    };
  }

  // Encoders as tabs, where there are several.
  const maps = [...document.querySelectorAll(".map")];
  if (maps.length > 1) {
    const list = make("div", { class: "tabs", role: "tablist", "aria-label": "Encoders" });
    const tabs = maps.map((map) => make("button", { type: "button", role: "tab", id: `tab-${map.id}`, "aria-controls": map.id }, own(map.querySelector("h4").textContent)));
    const choose = (number, focus) => {
      maps.forEach((map, place) => { map.hidden = place !== number; });
      tabs.forEach((tab, place) => { tab.setAttribute("aria-selected", place === number); tab.tabIndex = place === number ? 0 : -1; });
      if (focus) tabs[number].focus();
    };
    tabs.forEach((tab, number) => {
      tab.addEventListener("click", () => choose(number));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : step ? (number + step + tabs.length) % tabs.length : null;
        if (to === null) return;
        event.preventDefault();
        choose(to, true);
      });
    });
    maps.forEach((map, place) => { map.setAttribute("role", "tabpanel"); map.setAttribute("aria-labelledby", tabs[place].id); });
    list.append(...tabs);
    document.getElementById("maps").prepend(list);
    document.getElementById("maps").classList.add("tabbed");
    choose(0);
    // a link into a tab that is not shown opens it first
    const follow = () => {
      const aim = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const place = aim ? maps.findIndex((map) => map.contains(aim)) : -1;
      if (place >= 0 && maps[place].hidden) { choose(place); aim.scrollIntoView(); }
    };
    addEventListener("hashchange", follow);
    follow();
  }

  // What a cell is, beside it.
  const tip = document.getElementById("tip");
  let shownFor = null;
  function showTip(link) {
    const key = link.dataset.cell, cell = data.cells[key], { arm, target } = names(key);
    tip.replaceChildren(
      make("p", { class: "of" }, own(arm), " on ", own(target)),
      make("p", {}, make("b", {}, points(cell[GAIN])), ` points, ${confidence} interval ${ends(cell[LOW], cell[HIGH])}`),
      make("p", {}, `p ${tested(cell[P])}${cell[HOLM] === null ? "" : `, by Holm ${tested(cell[HOLM])}`}`),
      make("p", {}, `${+cell[SEEDS].toPrecision(3)} seeds; ${cell[COLLAPSED]} of ${cell[RUNS]} runs collapsed`),
    );
    if (cell[BESIDE]) tip.append(make("p", {}, "Beside the verdict: it does not rest on this cell."));
    tip.hidden = false;
    shownFor = link;
    placeTip();
  }
  function placeTip() {
    const at = shownFor.getBoundingClientRect(), size = tip.getBoundingClientRect();
    const above = at.top - size.height - 8;
    tip.style.setProperty("left", `${Math.max(8, Math.min(innerWidth - size.width - 8, at.left + at.width / 2 - size.width / 2))}px`);
    tip.style.setProperty("top", `${above > 8 ? above : at.bottom + 8}px`);
  }
  const hideTip = () => { tip.hidden = true; shownFor = null; };

  // Every language of a cell, or every target of an arm.
  const dialog = document.getElementById("drill");
  let opener = null;
  function linesOf(key) {
    const cell = data.cells[key];
    if (!key.endsWith("-all")) {
      return cell[LINES].map(([place, gain, low, high, none, arm, seeds, collapsed, kind]) => {
        const [code, name, family, script] = data.languages[place];
        return { name, beside: [code, family, script].filter(Boolean).join(" · "), gain, low, high, none, arm, seeds: `${seeds}`, collapsed, kind: data.kinds[kind] };
      });
    }
    const stem = key.slice(0, -3);
    return data.targets.flatMap((target, place) => {
      const one = data.cells[stem + place];
      if (!one || one[GAIN] === null) return [];
      return [{ name: target, beside: "", gain: one[GAIN], low: one[LOW], high: one[HIGH], none: null, arm: null, seeds: `${+one[SEEDS].toPrecision(3)}`, collapsed: one[COLLAPSED], kind: one[BESIDE] ? "beside the verdict, in no mean" : "" }];
    });
  }
  function bar(line, most) {
    const at = (value) => `${(50 + 50 * Math.max(-1, Math.min(1, value / most))).toFixed(2)}%`;
    const svg = drawn("svg", { width: "100%", height: 16, "aria-hidden": "true" }, drawn("line", { class: "zero", x1: "50%", x2: "50%", y1: 0, y2: 16 }));
    svg.append(drawn("line", { class: line.low === null || line.high === null ? "whisker open" : "whisker", x1: at(line.low ?? -most), x2: at(line.high ?? most), y1: 8, y2: 8 }));
    svg.append(drawn("circle", { cx: at(line.gain), cy: 8, r: 4 }));
    return svg;
  }
  function rows(lines, overTargets) {
    const far = Math.max(0.1, ...lines.map((line) => Math.abs(line.gain)));
    const most = 1.05 * Math.max(far, ...lines.flatMap((line) => [line.low, line.high]).filter((each) => each !== null && Math.abs(each) <= 3 * far).map(Math.abs));
    return lines.map((line) => make("tr", { class: `${leavesOutZero(line.low, line.high) ? "sure" : ""} ${line.kind ? "out" : ""}` },
      make("th", { scope: "row" }, own(line.name), make("span", { class: "aside" }, line.beside, make("span", {}, line.kind))),
      make("td", { class: "bar" }, bar(line, most)),
      make("td", { class: "n figure" }, points(line.gain), make("small", { class: "narrow" }, ends(line.low, line.high))),
      make("td", { class: "n aside wordy" }, ends(line.low, line.high)),
      overTargets ? null : make("td", { class: "n wordy" }, `${line.none?.toFixed(2) ?? "–"} → ${line.arm?.toFixed(2) ?? "–"}`),
      make("td", { class: "n wordy" }, line.seeds),
      make("td", { class: "n wordy" }, `${line.collapsed}`)));
  }
  function open(link) {
    const key = link.dataset.cell, cell = data.cells[key], { encoder, arm, target } = names(key);
    const overTargets = key.endsWith("-all"), lines = linesOf(key);
    const sorts = { gain: (a, b) => b.gain - a.gain, name: (a, b) => a.name.localeCompare(b.name, "en") };
    const body = make("tbody");
    const buttons = Object.keys(sorts).map((by) => make("button", { type: "button", "data-by": by }, by));
    const sort = (by) => {
      buttons.forEach((button) => button.setAttribute("aria-pressed", button.dataset.by === by));
      body.replaceChildren(...rows([...lines].sort(sorts[by]), overTargets));
    };
    buttons.forEach((button) => button.addEventListener("click", () => sort(button.dataset.by)));
    const close = make("button", { type: "button" }, "Close");
    close.addEventListener("click", () => dialog.close());
    const heads = [overTargets ? "Target" : "Language", "", "Gain", `${confidence} interval`];
    const further = overTargets ? ["Seeds", "Collapsed"] : ["None → arm", "Seeds", "Collapsed"];
    const mean = overTargets ? "mean over targets" : cell[BESIDE] ? "mean over all languages but English, beside the verdict" : "mean over the languages that count";
    dialog.replaceChildren(make("div", { class: "drill" },
      make("header", {}, make("div", {}, make("h2", { id: "drill-title" }, own(arm), " → ", own(target)), make("span", { class: "aside" }, own(encoder))), close),
      make("p", { class: "sum" }, make("b", {}, points(cell[GAIN])), " points (", make("span", {}, ends(cell[LOW], cell[HIGH])), `), ${mean}, collapsed runs left out; `, make("span", {}, `p ${tested(cell[P])}`), cell[HOLM] === null ? "" : make("span", {}, `, by Holm ${tested(cell[HOLM])}`), `; ${+cell[SEEDS].toPrecision(3)} seeds; ${cell[COLLAPSED]} of ${cell[RUNS]} runs collapsed.`),
      lines.length ? make("div", { class: "sorts" }, "Sort by", ...buttons, overTargets ? null : make("span", {}, `Single languages: ${data.metrics[+key.split("-")[2]]}; collapsed runs included.`)) : make("p", {}, "No single number stands behind this cell."),
      lines.length ? make("table", { class: "spoken" },
        make("thead", {}, make("tr", {}, ...heads.map((head, place) => make("th", { scope: "col", class: ["", "", "n", "n wordy"][place] }, head)), ...further.map((head) => make("th", { scope: "col", class: "n wordy" }, head)))), body) : null));
    sort("gain");
    hideTip();
    opener = link;
    dialog.showModal();
    dialog.scrollTop = 0;
    close.focus();
  }
  dialog.addEventListener("close", () => { opener?.focus(); });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  // One cell of a map is reached by Tab, the others by arrows.
  for (const map of maps) {
    const table = map.querySelector("table.heat");
    const lines = [...table.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((td) => td.querySelector("a.cell")));
    const cells = lines.flat().filter(Boolean);
    cells.forEach((cell, place) => { cell.tabIndex = place ? -1 : 0; cell.setAttribute("role", "button"); cell.setAttribute("aria-haspopup", "dialog"); });
    const go = (cell) => { cells.forEach((each) => { each.tabIndex = -1; }); cell.tabIndex = 0; cell.focus(); };
    const place = (cell) => { const y = lines.findIndex((line) => line.includes(cell)); return [y, lines[y].indexOf(cell)]; };
    table.addEventListener("keydown", (event) => {
      const cell = event.target.closest("a.cell");
      if (!cell) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(cell); return; }
      if (event.key === "Escape") { hideTip(); return; }
      const [down, right] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [0, 0];
      let [y, x] = place(cell);
      if (event.key === "Home") { event.preventDefault(); go(lines[y].find(Boolean)); return; }
      if (event.key === "End") { event.preventDefault(); go(lines[y].findLast(Boolean)); return; }
      if (!down && !right) return;
      event.preventDefault();
      do { y += down; x += right; } while (lines[y]?.[x] === null);
      if (lines[y]?.[x]) go(lines[y][x]);
    });
    table.addEventListener("click", (event) => {
      const cell = event.target.closest("a.cell");
      if (cell && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); go(cell); open(cell); }
    });
    table.addEventListener("pointerover", (event) => { const cell = event.target.closest("a.cell"); if (cell && event.pointerType !== "touch") showTip(cell); });
    table.addEventListener("pointerout", (event) => { const cell = event.target.closest("a.cell"); if (cell && !cell.contains(event.relatedTarget)) hideTip(); });
    table.addEventListener("focusin", (event) => { const cell = event.target.closest("a.cell"); if (cell?.matches(":focus-visible")) showTip(cell); });
    table.addEventListener("focusout", hideTip);
  }
  addEventListener("scroll", () => {
    if (!shownFor) return;
    const at = shownFor.getBoundingClientRect();
    if (at.bottom < 0 || at.top > innerHeight) hideTip(); else placeTip();
  }, { passive: true, capture: true });

  // Copying, also where the page was opened from a disk.
  const said = document.getElementById("said");
  async function copy(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* the older way */ }
    const area = make("textarea", { "aria-hidden": "true", class: "hidden" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
  for (const box of document.querySelectorAll("[data-copy]")) {
    const button = make("button", { type: "button", "aria-label": `Copy ${box.dataset.copy}` }, "Copy");
    button.addEventListener("click", async () => {
      const done = await copy(box.querySelector("pre").textContent);
      button.textContent = done ? "Copied" : "Not copied";
      said.textContent = done ? `Copied ${box.dataset.copy}.` : "It could not be copied.";
      button.focus();
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    box.append(button);
  }
})();
