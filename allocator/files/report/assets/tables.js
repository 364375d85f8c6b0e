"use strict";
/* Tables: search, filters, sorting by the exact figures, the first rows at first. */
const Tables = (() => {
  const grids = new Map();
  const figure = (value) => value.toLocaleString("en-US");

  class Grid {
    constructor(box) {
      this.box = box;
      this.body = box.querySelector("tbody");
      this.rows = [...this.body.rows];
      this.texts = null;
      this.most = Number(box.dataset.page);
      this.open = false;
      this.search = box.querySelector("[data-search]");
      this.picks = [...box.querySelectorAll("[data-filter]")];
      this.more = box.querySelector("[data-more]");
      for (const pick of this.picks) pick.addEventListener("change", () => this.show());
      if (this.search) {
        this.search.addEventListener("input", () => this.show());
        box.querySelector("[data-clear]").addEventListener("click", () => this.clear());
      }
      if (this.more) {
        this.more.addEventListener("click", () => {
          this.open = true;
          this.show();
          this.box.querySelector(".scroll").focus();
        });
      }
      for (const button of box.querySelectorAll("[data-sort]")) {
        button.addEventListener("click", () => this.sort(button));
      }
      this.show();
    }

    clear() {
      if (this.search) this.search.value = "";
      for (const pick of this.picks) pick.value = "";
      this.show();
    }

    pick(values) {
      this.clear();
      for (const pick of this.picks) {
        if (pick.dataset.filter in values) pick.value = values[pick.dataset.filter];
      }
      this.show();
    }

    /* What is searched: the words of a row in both languages. */
    text(row) {
      if (!this.texts) this.texts = new Map();
      if (!this.texts.has(row)) this.texts.set(row, row.textContent.toLowerCase());
      return this.texts.get(row);
    }

    holds(row, sought, chosen) {
      for (const [name, value] of chosen) {
        if (row.dataset[name] !== value && row.dataset.also !== value) return false;
      }
      return sought.every((word) => this.text(row).includes(word));
    }

    show() {
      const sought = this.search ? this.search.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
      const chosen = this.picks.filter((p) => p.value).map((p) => [p.dataset.filter, p.value]);
      let held = 0;
      let shown = 0;
      for (const row of this.rows) {
        const keeps = this.holds(row, sought, chosen);
        held += keeps;
        const seen = keeps && (this.open || !this.most || held <= this.most);
        shown += seen;
        row.hidden = !seen;
      }
      if (this.more) this.more.hidden = shown === held;
      const values = { shown: figure(shown), held: figure(held), all: figure(this.rows.length) };
      const words = shown === held ? "rows" : "first rows";
      this.box.querySelector("[data-count]").textContent = Language.phrase(words, values);
    }

    sort(button) {
      const column = Number(button.dataset.sort);
      const head = button.closest("th");
      const turned = head.getAttribute("aria-sort") === "ascending";
      for (const other of this.box.querySelectorAll("th[aria-sort]")) {
        other.removeAttribute("aria-sort");
      }
      head.setAttribute("aria-sort", turned ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[column];
        return "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent.trim();
      };
      const keyed = this.rows.map((row, i) => [key(row), i, row]);
      keyed.sort((a, b) => {
        const empty = (a[0] === "") - (b[0] === "");
        if (empty) return empty;
        const both = typeof a[0] === "number" && typeof b[0] === "number";
        const order = both ? a[0] - b[0] : String(a[0]).localeCompare(String(b[0]), undefined, { numeric: true });
        return (turned ? -order : order) || a[1] - b[1];
      });
      this.rows = keyed.map((entry) => entry[2]);
      this.body.append(...this.rows);
      this.show();
    }
  }

  for (const box of document.querySelectorAll("[data-grid]")) {
    grids.set(box.dataset.grid, new Grid(box));
  }
  Language.changed(() => {
    for (const grid of grids.values()) {
      grid.texts = null;
      grid.show();
    }
  });
  for (const link of document.querySelectorAll("[data-pick]")) {
    link.addEventListener("click", () => {
      const [strength, state] = link.dataset.pick.split(" ");
      grids.get("compliance").pick({ strength, state, area: "all" });
    });
  }
  return { grids };
})();
