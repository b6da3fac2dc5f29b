"use strict";
(() => {
  const controls = document.getElementById("controls");
  if (!controls) return;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const filters = all("[data-filter]", controls);
  const order = controls.querySelector("[data-order]");
  const table = document.querySelector(".rows");
  const body = table.tBodies[0];
  const asTheTree = [...body.rows];
  const lines = new Map(all("[data-card]", body).map((line) => [line.dataset.card, line]));
  const cards = all("article.card");
  const shown = document.getElementById("shown");

  const sorted = (key) =>
    [...lines.values()].sort((one, other) => {
      const [a, b] = [one.dataset[key], other.dataset[key]];
      if (!a || !b) return a ? -1 : b ? 1 : 0; // what is not known comes last
      return key === "deadline" ? (a < b ? -1 : a > b ? 1 : 0) : Number(a) - Number(b);
    });

  const apply = () => {
    const wanted = filters.filter((filter) => filter.value);
    let count = 0;
    for (const card of cards) {
      const fits = wanted.every((filter) => card.dataset[filter.dataset.filter] === filter.value);
      card.hidden = !fits;
      lines.get(card.id).hidden = !fits;
      count += fits;
    }
    const tree = order.value === "tree";
    for (const branch of all("section[data-branch]")) {
      const empty = wanted.length > 0 && !branch.querySelector("article.card:not([hidden])");
      branch.hidden = empty;
      body.querySelector(`[data-branch="${CSS.escape(branch.id)}"]`).hidden = empty || !tree;
    }
    table.classList.toggle("sorted", !tree);
    body.append(...(tree ? asTheTree : sorted(order.value)));
    shown.textContent = shown.dataset.text.replace("%shown%", count);
  };

  controls.addEventListener("change", apply);
  controls.querySelector("[data-reset]").addEventListener("click", () => {
    for (const select of [...filters, order]) select.selectedIndex = 0;
    apply();
  });
  controls.hidden = false;
  apply();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
