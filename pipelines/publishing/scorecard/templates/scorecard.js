"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // a link to a card opens what it is folded into
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target.matches("article.card") && target.hidden) show({});
    target.scrollIntoView();
  };

  const controls = document.getElementById("controls");
  if (!controls) return;
  const filters = all("[data-filter]", controls);
  const named = new Map(filters.map((filter) => [filter.dataset.filter, filter]));
  const table = document.querySelector(".scoreboard");
  const body = table.tBodies[0];
  const asTheTree = [...body.rows];
  const objectives = all("tr.objective", body);
  const lines = all("tr.key-result", body);
  const words = new Map(lines.map((line) => [line, `${line.textContent} ${line.dataset.owner}`.toLowerCase()]));
  const branches = new Map(objectives.map((row) => [row.dataset.branch, row]));
  const below = new Map(objectives.map((row) => [row, lines.filter((line) => line.dataset.parent === row.dataset.branch)]));
  const attention = document.querySelector(".attention");
  const todo = attention ? [...attention.tBodies[0].rows] : [];
  const more = document.getElementById("more-attention");
  const shown = document.getElementById("shown");
  const bad = ["at_risk", "off_track", "missed"];
  const open = new Map(objectives.map((row) => [row, false])); // the list above has what needs attention

  const fits = (line, wanted) =>
    wanted.every(([name, value]) => {
      if (name === "q") return words.get(line).includes(value.toLowerCase());
      if (name === "status" && value === "attention") return bad.includes(line.dataset.status);
      return line.dataset[name] === value;
    });

  const sorted = (key) =>
    [...lines].sort((first, second) => {
      const [a, b] = [first.dataset[key], second.dataset[key]];
      if (!a || !b) return a ? -1 : b ? 1 : 0; // what is not known comes last
      return key === "deadline" ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b);
    });

  const lay = () => {
    const wanted = filters.filter((one) => one.value && one.dataset.filter !== "order").map((one) => [one.dataset.filter, one.value]);
    const order = named.get("order").value;
    const matching = new Set(lines.filter((line) => fits(line, wanted)));
    for (const line of lines) {
      line.hidden = !matching.has(line);
      line.classList.toggle("folded", !order && !open.get(branches.get(line.dataset.parent)));
      const card = document.getElementById(line.dataset.card);
      if (card) card.hidden = line.hidden;
    }
    for (const section of all("section[data-branch]")) {
      section.hidden = wanted.length > 0 && !section.querySelector("article.card:not([hidden])");
    }
    for (const row of objectives) {
      const section = document.getElementById(row.dataset.branch);
      row.hidden = Boolean(order) || (wanted.length > 0 && Boolean(section) && section.hidden);
      const button = row.querySelector(".fold");
      if (button) button.setAttribute("aria-expanded", String(open.get(row)));
    }
    table.classList.toggle("sorted", Boolean(order));
    body.append(...(order ? sorted(order) : asTheTree));
    const asked = new Set([...matching].map((line) => line.dataset.card));
    const most = wanted.length ? Infinity : Number(attention?.dataset.most ?? 0);
    let listed = 0;
    for (const row of todo) row.hidden = !asked.has(row.dataset.of) || ++listed > most;
    if (more) more.hidden = wanted.length > 0;
    shown.textContent = shown.dataset.text.replace("%shown%", matching.size);
  };

  // the address says what is shown, so that a link leads to it and the back button undoes it
  const address = () => {
    const said = new URLSearchParams(filters.filter((one) => one.value).map((one) => [one.dataset.filter, one.value]));
    return `#${said}`;
  };
  const unfolded = () => {
    for (const row of objectives) if (below.get(row).some((line) => !line.hidden)) open.set(row, true);
  };
  const show = (values) => {
    for (const filter of filters) {
      filter.value = values[filter.dataset.filter] ?? "";
      if (filter.tagName === "SELECT" && filter.selectedIndex < 0) filter.value = "";
    }
    lay();
    if (filters.some((one) => one.value)) { unfolded(); lay(); }
  };
  const read = () => {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) { lay(); reveal(); return; }
    show(Object.fromEntries(new URLSearchParams(hash)));
  };

  for (const filter of filters) {
    filter.addEventListener(filter.type === "search" ? "input" : "change", () => {
      history[filter.type === "search" ? "replaceState" : "pushState"](null, "", address());
      lay();
      if (filter.value) { unfolded(); lay(); }
    });
  }
  controls.querySelector("[data-reset]").addEventListener("click", () => {
    history.pushState(null, "", "#");
    show({});
  });
  controls.querySelector("[data-unfold]").addEventListener("click", () => {
    const unfold = [...open.values()].some((is) => !is);
    for (const row of objectives) open.set(row, unfold);
    lay();
  });
  for (const row of objectives) {
    const button = row.querySelector(".fold");
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => { open.set(row, !open.get(row)); lay(); });
  }
  addEventListener("popstate", read);
  controls.hidden = false;
  read();
})();
