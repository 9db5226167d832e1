// The data of the page, and the one way in which elements are made: text stays text, whatever it holds.

const report = JSON.parse(document.getElementById("report-data").textContent);

const make = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children.flat().filter((child) => child !== "" && child !== null));
  return made;
};

const code = (text) => make("code", null, text);
const quiet = (text) => make("span", { class: "quiet" }, text);
const between = (items, joiner) => items.flatMap((item, index) => (index ? [joiner, item] : [item]));

const pairs = report.pairs.map(([threat, element, words, decision, more], number) => {
  const [severity, status, outcome, verdict] = report.shared[words];
  return {
    number,
    threat: report.threats[threat],
    element: report.elements[element],
    elementNumber: element,
    severity,
    status,
    outcome,
    verdict,
    decision: report.decisions[decision] ?? null,
    more,
  };
});

// What only some pairs have: fixes, reasons ... as a text or a list.
const said = (pair, key) => (key in pair.more ? report.shared[pair.more[key]] : null);
