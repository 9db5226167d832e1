// What people do: choose, sort, open, follow links, print.

const choices = (name, entries) =>
  form.elements[name].append(...entries.map(([value, text]) => make("option", { value }, text)));

const present = (values, order) => order.filter((word) => values.has(word)).map((word) => [word, word]);

const fillFilters = () => {
  const seen = new Set(pairs.map((pair) => pair.elementNumber));
  const named = [...seen].map((number) => [String(number), report.elements[number].label]);
  const outcomes = [...new Set(pairs.map((pair) => pair.outcome))].sort();
  const stride = [...new Set(report.threats.flatMap((threat) => threat.stride))].sort();
  choices("severity", present(new Set(pairs.map((pair) => pair.severity)), report.severities));
  choices("stride", stride.map((word) => [word, word]));
  choices("element", named.sort((a, b) => collator.compare(a[1], b[1])));
  choices("outcome", outcomes.map((word) => [word, word]));
  const first = [...form.elements.status].find(({ value }) => value === "all" || pairs.some((pair) => pair.status === value));
  first.defaultChecked = true;
  first.checked = true;
};

const listenToTable = () => {
  // A search field changes when it is left, too: new rows then would take away the one that is being clicked.
  const isList = (event) => event.target instanceof HTMLSelectElement;
  form.addEventListener("input", (event) => isList(event) || apply());
  form.addEventListener("change", (event) => isList(event) && apply());
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields have their first values only after this event.
  form.addEventListener("reset", () => setTimeout(apply));
  table.tHead.addEventListener("click", (event) => {
    const key = event.target.closest("th[data-sort]")?.dataset.sort;
    if (!key) return;
    state.descending = key === state.sort ? !state.descending : key === "severity";
    state.sort = key;
    apply();
  });
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr.pair");
    // People select text in rows, too.
    const isMeant = event.target.closest("button") || !String(getSelection());
    if (!line || !isMeant) return;
    const pair = pairs[Number(line.id.slice("pair-".length))];
    const isOpen = !state.opened.delete(pair.number);
    if (isOpen) state.opened.add(pair.number);
    toggle(line, pair, isOpen);
  });
  pager.addEventListener("click", (event) => {
    const step = Number(event.target.dataset.page ?? 0);
    if (!step) return;
    state.page += step;
    showPage();
    document.getElementById("findings").focus();
  });
};

const goToFindings = (wanted) => {
  setFilters(wanted);
  document.getElementById("findings").focus();
  document.getElementById("findings").scrollIntoView({ block: "start" });
};

const goToElement = (target) => {
  target.open = true;
  target.scrollIntoView({ block: "start" });
  target.querySelector("summary").focus({ preventScroll: true });
};

const go = () => {
  const name = location.hash.slice(1);
  const pair = /^pair-(\d+)$/.exec(name);
  const target = document.getElementById(name);
  if (pair) reveal(Number(pair[1]));
  else if (name.startsWith("show:")) goToFindings(Object.fromEntries(new URLSearchParams(name.slice("show:".length))));
  else if (target instanceof HTMLDetailsElement) goToElement(target);
};

const listenToLinks = () => {
  addEventListener("hashchange", go);
  // A link to where the address already is changes nothing, and would do nothing.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const address = link?.getAttribute("href") ?? link?.getAttribute("xlink:href");
    if (address && address === location.hash) go();
  });
};

// Everything that the filters leave is printed open, and afterwards the page is as it was.
const listenToPrinter = () => {
  let page = 0;
  let opened = [];
  addEventListener("beforeprint", () => {
    const closed = [...document.querySelectorAll("details:not([open])")];
    opened = closed.length <= mostPrinted ? closed : [];
    for (const each of opened) each.open = true;
    [page, state.page, state.printing] = [state.page, 0, true];
    showPage();
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
    [state.page, state.printing] = [page, false];
    showPage();
  });
};

document.getElementById("plain").remove();
document.getElementById("explorer").hidden = false;
fillFilters();
listenToTable();
listenToLinks();
listenToPrinter();
document.querySelectorAll(".diagram").forEach(zoomable);
apply();
// Not before: the browser itself goes to the fragment when the page is complete, and takes the focus away.
addEventListener("load", go);
