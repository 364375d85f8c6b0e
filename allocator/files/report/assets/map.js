"use strict";
/* The map: layers, today and the plan, zoom and pan by mouse, keys and touch, details on a click. */
const PlanMap = (() => {
  const data = Language.read("map-data");
  const root = document.documentElement;
  if (!data) return null;
  const find = (id) => document.getElementById(id);
  const canvas = find("map");
  const picture = find("picture");
  const [width, height] = data.size;
  const view = { x: width / 2, y: height / 2, zoom: 1 };
  const shapes = [...picture.querySelectorAll("defs .shape")];
  const size = (path) => {
    const box = path.getBBox();
    return box.width * box.height;
  };
  const sizes = new Map([...picture.querySelectorAll("#units path")].map((p) => [p.dataset.unit, size(p)]));
  const names = [...picture.querySelectorAll("#names text")];
  names.sort((a, b) => (sizes.get(b.dataset.unit) || 0) - (sizes.get(a.dataset.unit) || 0));
  const svg = (name, values) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) node.setAttribute(key, value);
    return node;
  };
  const figure = (value) => Number(value).toLocaleString("en-US", { maximumFractionDigits: 1 });
  const when = () => root.dataset.when;

  /* ---- view */
  const perPixel = () => {
    const box = canvas.getBoundingClientRect();
    const fit = Math.min(box.width / width, box.height / height) || 1;
    return 1 / (fit * view.zoom);
  };

  function place() {
    view.zoom = Math.min(60, Math.max(1, view.zoom));
    view.x = Math.min(width, Math.max(0, view.x));
    view.y = Math.min(height, Math.max(0, view.y));
    const [w, h] = [width / view.zoom, height / view.zoom];
    picture.setAttribute("viewBox", `${view.x - w / 2} ${view.y - h / 2} ${w} ${h}`);
    canvas.classList.toggle("near", view.zoom > 1.01);
    scaleMarks();
    scaleBar();
  }


  function shownCount() {
    const box = canvas.querySelectorAll("#marks g:not([hidden])");
    let sum = 0;
    for (const group of box) sum += group.childElementCount;
    return sum;
  }

  function scaleMarks() {
    const metres = perPixel();
    const many = shownCount();
    const pixels = Math.min(9, Math.max(1.9, 55 / Math.sqrt(Math.max(many, 1)))) *
      Math.pow(view.zoom, 0.4);
    picture.classList.toggle("many", many > 300 && view.zoom < 4);
    for (const shape of shapes) shape.setAttribute("transform", `scale(${(pixels * metres).toFixed(2)})`);
    for (const name of names) {
      name.setAttribute("font-size", (12.5 * metres).toFixed(1));
    }
    find("ring").setAttribute("r", (14 * metres).toFixed(1));
    spaceNames();
  }

  /* A name that would stand on that of a larger unit waits until there is room for it. */
  function spaceNames() {
    const taken = [];
    for (const name of names) {
      const box = name.getBoundingClientRect();
      const clash = taken.some((t) => box.left < t.right && box.right > t.left &&
        box.top < t.bottom && box.bottom > t.top);
      name.style.visibility = clash ? "hidden" : "";
      if (!clash) taken.push(box);
    }
  }

  /* The part of a name that is written in the page's language, if it has one. */
  function shortName(name) {
    const chinese = root.lang.startsWith("zh");
    const part = chinese ? name.replace(/[^\u2e80-\u9fff()()]+/g, "") : name.replace(/[\u2e80-\u9fff]+/g, "");
    return part.trim() || name;
  }

  function scaleBar() {
    const metres = perPixel();
    const wanted = 110 * metres;
    const power = Math.pow(10, Math.floor(Math.log10(wanted)));
    const length = [5, 2, 1].map((m) => m * power).find((l) => l <= wanted);
    find("scale-bar").style.width = `${length / metres}px`;
    find("scale-text").textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  }

  function zoomBy(factor, at) {
    const before = view.zoom;
    view.zoom = Math.min(60, Math.max(1, view.zoom * factor));
    if (at) {
      const share = 1 - before / view.zoom;
      view.x += (at.x - view.x) * share;
      view.y += (at.y - view.y) * share;
    }
    place();
  }

  function whole() {
    Object.assign(view, { x: width / 2, y: height / 2, zoom: 1 });
    place();
  }

  function onMap(event) {
    const point = new DOMPoint(event.clientX, event.clientY);
    return point.matrixTransform(picture.getScreenCTM().inverse());
  }

  /* ---- layers */
  const choice = find("layer");

  function swatch(fill, hatched) {
    const box = svg("svg", { viewBox: "0 0 20 14", "aria-hidden": "true" });
    box.append(svg("rect", { width: 20, height: 14, fill, stroke: "#555" }));
    if (hatched) {
      const hatch = { d: "M0,14L14,0M6,14L20,0", stroke: "#8A4B00", "stroke-width": 1.5 };
      box.append(svg("path", hatch));
    }
    return box;
  }

  function legend(entries) {
    find("legend").replaceChildren(...entries.map(([text, fill, hatched]) => {
      const row = document.createElement("li");
      const words = document.createElement("span");
      words.textContent = text;
      row.append(swatch(fill, hatched), words);
      return row;
    }));
  }

  function showLayer() {
    const key = choice.value;
    const county = key.startsWith("county-") ? data.choropleths[Number(key.slice(7))] : null;
    const layer = data.layers[`${key}-${when()}`];
    const cells = find("cells");
    if (layer) cells.setAttribute("href", layer.picture);
    cells.style.display = layer ? "" : "none";
    const title = county ? county.title : layer ? layer.title : null;
    const date = Language.phrase(when() === "today" ? "today" : "plan");
    find("map-title").textContent = title ? `${Language.of(title)} - ${date}` : date;
    paintUnits(county);
    if (layer) legend(layer.legend.map(([w, fill, hatched]) => [Language.of(w), fill, hatched]));
    else legend(county ? classes(county) : []);
    countMarks();
  }

  function classes(county) {
    const ends = county.ends;
    const known = county[when()];
    const rows = ends.length ? [`≤ ${ends[0]}`] : [...new Set(Object.values(known).map((v) => v[0]))];
    for (let i = 1; i < ends.length; i += 1) rows.push(`${ends[i - 1]} - ${ends[i]}`);
    if (ends.length) rows.push(`> ${ends[ends.length - 1]}`);
    const entries = rows.map((text, i) => [text, data.fills[i], false]);
    if (data.units.some(([unit]) => !known[unit])) {
      entries.push([Language.phrase("not known"), "#ffffff", true]);
    }
    return entries;
  }

  function paintUnits(county) {
    const known = county ? county[when()] : {};
    for (const path of picture.querySelectorAll("#units path")) {
      const told = known[path.dataset.unit];
      path.style.fill = !county ? "" : told ? data.fills[told[1]] : "url(#unknown)";
    }
    for (const text of names) {
      const unit = data.units.find(([id]) => id === text.dataset.unit);
      const told = known[text.dataset.unit];
      const name = shortName(unit[1]);
      text.textContent = county ? `${name}: ${told ? told[0] : "?"}` : name;
    }
    spaceNames();
  }

  /* ---- facilities */
  function showKinds() {
    const on = new Set([...document.querySelectorAll("#kinds input:checked")].map((i) => i.value));
    for (const group of picture.querySelectorAll("#marks g")) {
      group.toggleAttribute("hidden", !on.has(group.dataset.kind));
      group.style.display = on.has(group.dataset.kind) ? "" : "none";
    }
    countMarks();
    place();
  }

  /* How many there are at the date that is shown, and of each status among those drawn. */
  function countMarks() {
    const kinds = {};
    const statuses = {};
    const on = new Set([...document.querySelectorAll("#kinds input:checked")].map((i) => i.value));
    for (const [kind, status, places] of data.groups) {
      const there = when() === "today" ? status !== "new" : status !== "closed";
      if (there) kinds[kind] = (kinds[kind] || 0) + places.length;
      if (on.has(kind)) statuses[status] = (statuses[status] || 0) + places.length;
    }
    for (const node of document.querySelectorAll("[data-count-of]")) {
      node.textContent = figure(kinds[node.dataset.countOf] || 0);
    }
    for (const node of document.querySelectorAll("[data-status-count]")) {
      node.textContent = figure(statuses[node.dataset.statusCount] || 0);
    }
  }

  function kindsOf(theme) {
    const wanted = new Set(data.themes[theme] || []);
    for (const input of document.querySelectorAll("#kinds input")) {
      input.checked = !wanted.size || wanted.has(input.value);
      input.parentElement.classList.toggle("later", !input.checked);
    }
    showKinds();
  }

  /* ---- details */
  const cells = unpack(data.cells);

  function unpack(packed) {
    if (!packed) return null;
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    const found = {
      side: packed.side,
      x: new Uint32Array(bytes(packed.x)),
      y: new Uint32Array(bytes(packed.y)),
      people: new Float32Array(bytes(packed.people)),
      urban: new Uint8Array(bytes(packed.urban)),
      unit: new Uint16Array(bytes(packed.unit)),
      units: packed.units,
      rules: packed.rules.map((rule) => {
        const told = { rule: rule.rule, unit: rule.unit };
        for (const key of ["today", "plan"]) {
          if (rule[key]) told[key] = new Uint8Array(bytes(rule[key]));
          if (rule[`away_${key}`]) told[`away_${key}`] = new Uint16Array(bytes(rule[`away_${key}`]));
        }
        return told;
      }),
    };
    return found;
  }

  function cellAt(point) {
    if (!cells) return -1;
    let best = -1;
    let least = cells.side * 0.75;
    for (let i = 0; i < cells.x.length; i += 1) {
      const away = Math.max(Math.abs(cells.x[i] - point.x), Math.abs(cells.y[i] - point.y));
      if (away < least) [best, least] = [i, away];
    }
    return best;
  }

  function facilityAt(point) {
    const reach = 12 * perPixel();
    let best = null;
    let least = reach;
    const on = new Set([...document.querySelectorAll("#kinds input:checked")].map((i) => i.value));
    for (const [kind, status, places] of data.groups) {
      if (!on.has(kind) || (when() === "today" && status === "new")) continue;
      for (const place of places) {
        const [x, y] = data.places[place];
        const away = Math.hypot(x - point.x, y - point.y);
        if (away < least) [best, least] = [{ kind, status, place }, away];
      }
    }
    return best;
  }

  function tell(title, rows) {
    const box = find("detail");
    const head = document.createElement("h5");
    const name = document.createElement("bdi");
    name.textContent = title;
    head.append(name);
    const list = document.createElement("dl");
    for (const [label, value] of rows) {
      if (value === null || value === "" || value === undefined) continue;
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = label;
      text.textContent = value;
      list.append(term, text);
    }
    box.replaceChildren(head, list);
    find("detail").parentElement.scrollTop = 0;
  }

  function ring(x, y) {
    find("ring").setAttribute("cx", x);
    find("ring").setAttribute("cy", y);
    find("ring").style.display = "";
  }

  let last = null;
  function tellFacility(found) {
    const say = Language.phrase;
    const [id, name, grade, unit, beds, cars, served, cost, year] = data.facilities[found.place];
    const [x, y] = data.places[found.place];
    ring(x, y);
    const status = when() === "today" && found.status !== "closed" ? "kept" : found.status;
    tell((Array.isArray(name) ? Language.of(name) : name) || id, [
      [say("kind"), Language.of(data.kinds[found.kind])],
      [say("status"), when() === "today" ? "" : Language.of(data.statuses[status])],
      [say("id"), id], [say("unit"), unit], [say("grade"), grade],
      [say("beds"), beds ? figure(beds) : ""], [say("ambulances"), cars ? figure(cars) : ""],
      [say("people served"), served === null || when() === "today" ? "" : figure(Math.round(served))],
      [say("cost"), cost ? figure(cost) : ""], [say("year"), year],
    ]);
  }

  function tellCell(i) {
    const say = Language.phrase;
    ring(cells.x[i], cells.y[i]);
    const rows = [
      [say("people"), figure(Math.round(cells.people[i]))],
      [say("unit"), cells.units[cells.unit[i]]],
      [say("setting"), say(cells.urban[i] ? "urban" : "rural")],
    ];
    for (const rule of cells.rules) {
      const state = rule[when()] || rule.plan;
      const away = rule[`away_${when()}`];
      if (away && away[i] === 65535 && !state[i]) continue;
      let text = say(state[i] === 1 ? "covered" : state[i] === 2 ? "not looked at" : "NOT covered");
      if (away && away[i] !== 65535) text += `, ${figure(away[i] / 10)} ${say(rule.unit)}`;
      rows.push([rule.rule, text]);
    }
    tell(say("a cell"), rows);
  }

  function tellAt(point) {
    const found = facilityAt(point);
    last = null;
    if (found) {
      last = () => tellFacility(found);
    } else {
      const cell = cellAt(point);
      if (cell >= 0) last = () => tellCell(cell);
    }
    if (last) last();
    else forget();
  }

  function forget() {
    last = null;
    find("detail").replaceChildren();
    find("ring").style.display = "none";
  }

  /* ---- hands */
  const pointers = new Map();
  let moved = 0;
  let spread = 0;

  canvas.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) moved = 0;
    spread = apart();
    if (canvas.setPointerCapture && event.isTrusted) canvas.setPointerCapture(event.pointerId);
  });

  const apart = () => {
    const [a, b] = [...pointers.values()];
    return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };

  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const metres = perPixel();
    const step = { x: event.clientX - before.x, y: event.clientY - before.y };
    moved += Math.hypot(step.x, step.y);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1 && (view.zoom > 1.01 || event.pointerType === "mouse")) {
      view.x -= step.x * metres;
      view.y -= step.y * metres;
      place();
    } else if (pointers.size === 2) {
      const now = apart();
      const [a, b] = [...pointers.values()];
      if (spread > 0) zoomBy(now / spread, onMap({ clientX: (a.x + b.x) / 2, clientY: (a.y + b.y) / 2 }));
      spread = now;
    }
  });

  const release = (event) => {
    const clicked = pointers.size === 1 && moved < 6 && event.type === "pointerup";
    pointers.delete(event.pointerId);
    spread = apart();
    if (clicked) tellAt(onMap(event));
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("dblclick", (event) => zoomBy(2, onMap(event)));
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 1.25 : 0.8, onMap(event));
  }, { passive: false });

  canvas.addEventListener("keydown", (event) => {
    const step = 60 * perPixel();
    const acts = {
      ArrowLeft: () => { view.x -= step; place(); },
      ArrowRight: () => { view.x += step; place(); },
      ArrowUp: () => { view.y -= step; place(); },
      ArrowDown: () => { view.y += step; place(); },
      "+": () => zoomBy(1.5), "=": () => zoomBy(1.5), "-": () => zoomBy(1 / 1.5), 0: whole,
      Enter: () => tellAt(view), " ": () => tellAt(view), Escape: forget,
    };
    if (!(event.key in acts) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  });

  find("zoom-in").addEventListener("click", () => zoomBy(1.6));
  find("zoom-out").addEventListener("click", () => zoomBy(1 / 1.6));
  find("zoom-all").addEventListener("click", whole);
  function openLayer() {
    const theme = choice.value.split("-");
    if (theme[0] !== "county") kindsOf(Number(theme[1]));
    // Many marks would hide what a map of colours says.
    if (theme[0] === "county" || (theme[0] !== "cover" && shownCount() > 300)) {
      for (const input of document.querySelectorAll("#kinds input")) input.checked = false;
      showKinds();
    }
    showLayer();
  }
  choice.addEventListener("change", openLayer);
  for (const input of document.querySelectorAll("input[name=when]")) {
    input.addEventListener("change", () => {
      root.dataset.when = input.value;
      showLayer();
      if (last) last();
    });
  }
  find("kinds").addEventListener("change", showKinds);
  for (const button of document.querySelectorAll("[data-layer]")) {
    button.addEventListener("click", () => {
      choice.value = button.dataset.layer;
      choice.dispatchEvent(new Event("change"));
      find("overview").scrollIntoView();
      canvas.focus({ preventScroll: true });
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-place]");
    if (!button) return;
    const place_ = Number(button.dataset.place);
    const group = data.groups.find(([, , places]) => places.includes(place_));
    const input = [...document.querySelectorAll("#kinds input")].find((i) => i.value === group[0]);
    if (group[1] === "new" && when() === "today") document.querySelector("input[value=plan]").click();
    input.checked = true;
    [view.x, view.y] = data.places[place_];
    view.zoom = Math.max(view.zoom, 6);
    showKinds();
    last = () => tellFacility({ kind: group[0], status: group[1], place: place_ });
    last();
    find("overview").scrollIntoView();
    canvas.focus({ preventScroll: true });
  });
  Language.changed(() => {
    showLayer();
    if (last) last();
  });
  window.addEventListener("resize", place);
  window.addEventListener("beforeprint", () => { whole(); });

  find("ring").style.display = "none";
  if (choice.value) openLayer();
  else showLayer();
  showKinds();
  return { view, data, cells, tellAt };
})();
