// The table of pairs: filters, order, pages. Only the rows of one page exist.

const pageSize = 100;
const mostPrinted = 500;
const form = document.getElementById("filters");
const table = document.getElementById("pairs");
const body = table.appendChild(make("tbody"));
const pager = document.getElementById("pages");
const state = { sort: "severity", descending: true, page: 0, opened: new Set(), printing: false, found: [] };

const collator = new Intl.Collator("en", { numeric: true });
const ranks = (words) => new Map([...new Set(words)].sort(collator.compare).map((word, rank) => [word, rank]));
const rank = {
  threat: ranks(report.threats.map(({ id }) => id)),
  element: ranks(report.elements.map(({ label }) => label)),
  severity: new Map([...report.severities].reverse().map((word, index) => [word, index])),
  status: new Map([...form.elements.status].map(({ value }, index) => [value, index])),
};
const sortKey = {
  threat: (pair) => rank.threat.get(pair.threat.id),
  element: (pair) => rank.element.get(pair.element.label),
  severity: (pair) => rank.severity.get(pair.severity),
  status: (pair) => rank.status.get(pair.status),
};

const haystack = (pair) => {
  const { threat, element, decision } = pair;
  const numbers = [...threat.cwe.map((id) => `CWE-${id}`), ...threat.capec.map((id) => `CAPEC-${id}`)];
  const texts = [threat.id, threat.title, ...threat.stride, ...threat.linddun, ...threat.attack, ...threat.owasp, ...threat.asvs, ...numbers];
  texts.push(element.label, element.kind, element.place, pair.severity, pair.status, ...inShort(pair));
  if (decision) texts.push(decision.owner, decision.ticket, decision.reason);
  return texts.join("\n").toLowerCase();
};

const matches = (pair, wanted, words) =>
  (wanted.status === "all" || pair.status === wanted.status) &&
  (!wanted.severity || pair.severity === wanted.severity) &&
  (!wanted.outcome || pair.outcome === wanted.outcome) &&
  (!wanted.element || pair.elementNumber === Number(wanted.element)) &&
  (!wanted.stride || pair.threat.stride.includes(wanted.stride)) &&
  words.every((word) => (pair.haystack ??= haystack(pair)).includes(word));

const filters = () => Object.fromEntries(new FormData(form));

const find = () => {
  const wanted = filters();
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const key = sortKey[state.sort];
  const sign = state.descending ? -1 : 1;
  const worstFirst = sortKey.severity;
  state.found = pairs
    .filter((pair) => matches(pair, wanted, words))
    .sort((a, b) => sign * (key(a) - key(b)) || worstFirst(b) - worstFirst(a) || a.number - b.number);
};

const statusCell = (pair) => {
  const lapsed = pair.status === "open" && pair.decision;
  const end = lapsed?.expired ? `acceptance ended ${lapsed.until}` : "acceptance lapsed";
  return [
    pair.status.replace("-", " "),
    lapsed ? make("span", { class: "quiet line" }, end) : null,
    pair.outcome === "not run" ? make("span", { class: "quiet line" }, "did not run") : null,
  ];
};

const row = (pair) => {
  const [label, text] = inShort(pair);
  const button = make("button", { type: "button", class: "open", "aria-expanded": "false" });
  button.append(code(pair.threat.id), " ", pair.threat.title);
  return make(
    "tr",
    { id: `pair-${pair.number}`, class: "pair" },
    make("td", { class: "keep" }, make("span", { class: `pill ${pair.severity}` }, pair.severity)),
    make("td", null, button),
    make("td", null, pair.element.label, make("span", { class: "quiet line" }, pair.element.ends || pair.element.kind)),
    make("td", { class: "keep" }, statusCell(pair)),
    make("td", { class: "short" }, label ? quiet(`${label}: `) : null, text),
  );
};

const toggle = (line, pair, isOpen) => {
  const button = line.querySelector("button.open");
  const id = `details-${pair.number}`;
  document.getElementById(id)?.remove();
  if (isOpen) line.after(make("tr", { id, class: "detail" }, make("td", { colspan: 5 }, details(pair))));
  button.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) button.setAttribute("aria-controls", id);
  else button.removeAttribute("aria-controls");
};

const nothing = () => make("tr", null, make("td", { colspan: 5, class: "quiet" }, "Nothing here."));

const filterNames = (wanted) => {
  const names = { ...wanted, element: wanted.element && report.elements[Number(wanted.element)].label };
  if (wanted.status === "all") names.status = "";
  if (wanted.text) names.text = `“${wanted.text}”`;
  return Object.entries(names)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${value}`);
};

const tell = (first, last) => {
  const named = filterNames(filters());
  const range = state.found.length > last - first ? `, ${first + 1} to ${last} shown` : "";
  const which = named.length ? ` (${named.join(", ")})` : "";
  const [found, all] = [state.found.length, pairs.length].map((number) => number.toLocaleString("en"));
  document.getElementById("count").textContent = `${found} of ${all} pairs${which}${range}`;
};

const showPage = () => {
  const size = state.printing ? mostPrinted : pageSize;
  const count = Math.max(1, Math.ceil(state.found.length / size));
  state.page = Math.min(Math.max(0, state.page), count - 1);
  const first = state.page * size;
  const shown = state.found.slice(first, first + size);
  body.replaceChildren(...shown.map(row));
  for (const pair of shown) {
    if (state.printing || state.opened.has(pair.number)) toggle(document.getElementById(`pair-${pair.number}`), pair, true);
  }
  if (!shown.length) body.append(nothing());
  pager.hidden = count === 1;
  pager.querySelector("span").textContent = `Page ${state.page + 1} of ${count}`;
  pager.querySelector('[data-page="-1"]').disabled = state.page === 0;
  pager.querySelector('[data-page="1"]').disabled = state.page === count - 1;
  tell(first, first + shown.length);
};

const showOrder = () => {
  for (const head of table.querySelectorAll("th[data-sort]")) {
    if (head.dataset.sort !== state.sort) head.removeAttribute("aria-sort");
    else head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
  }
};

const apply = () => {
  state.page = 0;
  find();
  showOrder();
  showPage();
};

const setFilters = (wanted) => {
  for (const name of ["text", "severity", "stride", "element", "outcome"]) form.elements[name].value = wanted[name] ?? "";
  form.elements.status.value = wanted.status ?? "all";
  apply();
};

// Opens a pair wherever it is: on another page, or behind filters.
const reveal = (number) => {
  const pair = pairs[number];
  if (!pair) return;
  if (!state.found.includes(pair)) setFilters({});
  state.opened.add(number);
  state.page = Math.floor(state.found.indexOf(pair) / pageSize);
  showPage();
  const line = document.getElementById(`pair-${number}`);
  line.scrollIntoView({ block: "start" });
  line.querySelector("button.open").focus({ preventScroll: true });
};
