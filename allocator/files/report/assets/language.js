"use strict";
/* Two languages behind one switch: every text that has both names its number in the dictionary. */
const Language = (() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words");
  const ui = read("ui");
  const listeners = [];
  const at = () => (document.documentElement.lang.startsWith("zh") ? 1 : 0);

  /* One of the page's own phrases, {names} filled in. */
  function phrase(key, values = {}) {
    return ui[key][at()].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function show() {
    const language = at();
    for (const node of document.querySelectorAll("[data-t]")) {
      node.textContent = words[node.dataset.t][language];
    }
    for (const node of document.querySelectorAll("[data-ta]")) {
      for (const pair of node.dataset.ta.split(" ")) {
        const [name, number] = pair.split(":");
        node.setAttribute(name, words[number][language]);
      }
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      const pressed = button.dataset.language === document.documentElement.lang;
      button.setAttribute("aria-pressed", String(pressed));
    }
    for (const listener of listeners) listener();
  }

  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      document.documentElement.lang = button.dataset.language;
      show();
    });
  }
  return { read, phrase, of: (pair) => pair[at()], changed: (f) => listeners.push(f) };
})();
