// What a row opens to.

const list = (items) => make("ul", null, items.map((item) => make("li", null, item)));

const block = (title, ...children) =>
  children.flat().length ? make("section", { class: "block" }, make("h3", null, title), ...children) : null;

const paragraph = (text) => (text ? make("p", { class: "prose" }, text) : null);

const outside = (address, text) =>
  make("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, text);

const fact = ([element, field, value, origin]) => {
  const name = element ? `"${element}".${field}` : field;
  return [code(name), " is ", code(value), quiet(` ${origin}`)];
};

const part = (number) => {
  const [joiner, text, holds, witness, facts, more] = report.shared[number];
  const values = facts.map(fact);
  if (witness) values.unshift(["as ", code(witness), " shows"]);
  if (more) values.push([quiet(`${more} more`)]);
  return [joiner ? `${joiner} ` : "", code(text), holds ? "" : quiet(" does not hold"), values.length ? list(values) : null];
};

const why = (pair) => block("Why", ...(said(pair, "why") ? [list(said(pair, "why").map(part))] : []));

const ways = (items) => items.map((item) => [code(item)]);

const answers = (pair) => {
  const call = `accept("${pair.threat.id}", reason=..., owner=..., until=...)`;
  const isOpen = pair.status === "open";
  const fixes = said(pair, "fixes");
  return [
    fixes ? block("Fix: any of these", list(ways(fixes))) : isOpen ? block("Fix", paragraph(report.noFix)) : null,
    said(pair, "corrections") ? block("If untrue, correct", list(ways(said(pair, "corrections")))) : null,
    isOpen ? block("Or decide", make("p", null, code(call))) : null,
    said(pair, "mitigated_by") ? block("Carried by any of these", list(ways(said(pair, "mitigated_by")))) : null,
    said(pair, "evidence") ? block("Not proven by tests", list(ways(said(pair, "evidence")))) : null,
    said(pair, "unstated") ? block("Never stated", list(ways(said(pair, "unstated")))) : null,
    said(pair, "error") ? block("The rule failed", paragraph(said(pair, "error"))) : null,
  ];
};

const terms = (entries) =>
  make(
    "dl",
    { class: "facts" },
    entries
      .filter(([, value]) => value && value.length !== 0)
      .map(([name, value]) => make("div", null, make("dt", null, name), make("dd", null, value))),
  );

const decided = ({ decision }) => {
  if (!decision) return null;
  const until = decision.until && `${decision.until}${decision.expired ? ", expired" : ""}`;
  return block(
    `Decision: ${decision.status}`,
    paragraph(decision.reason),
    terms([
      ["Owner", decision.owner || "nobody named"],
      ["Until", until || "no end"],
      ["Ticket", decision.ticket],
      ["Written", `${decision.place}${decision.decided ? `, ${decision.decided}` : ""}`],
      ["As", code(decision.spelled)],
    ]),
  );
};

const numbered = (numbers, name, folder) =>
  between(
    numbers.map((number) => outside(`https://${folder}.mitre.org/data/definitions/${number}.html`, `${name}-${number}`)),
    ", ",
  );

const classes = ({ threat }) => [
  ["STRIDE", threat.stride.join(", ")],
  ["LINDDUN", threat.linddun.join(", ")],
  ["CWE", numbered(threat.cwe, "CWE", "cwe")],
  ["CAPEC", numbered(threat.capec, "CAPEC", "capec")],
  ["ATT&CK", threat.attack.join(", ")],
  ["OWASP", threat.owasp.join(", ")],
  ["ASVS", threat.asvs.join(", ")],
  ["Likelihood", threat.likelihood],
  ["Because", threat.rationale],
];

const place = (pair) =>
  terms([
    ["Element", make("a", { href: `#element-${pair.elementNumber}` }, pair.element.label)],
    ["Model line", code(pair.element.place)],
    ["Test", code(`${report.nodeid}::${pair.threat.id}[${pair.element.label}]`)],
    ["Verdict", pair.verdict.replace("-", " ")],
    ["In this run", pair.outcome],
    ["Judged so because", said(pair, "reason") === pair.decision?.reason ? "" : said(pair, "reason")],
    ["Severity because", said(pair, "severity_why")],
    ["Likelihood here", said(pair, "likelihood")],
    ["CVSS", said(pair, "cvss")],
    ["Response", said(pair, "response")],
    ...classes(pair),
    ["Threat pack", pair.threat.pack],
    ["Changed by packs", pair.threat.changed.join("; ")],
    ["Link", make("a", { href: `#pair-${pair.number}` }, `#pair-${pair.number}`)],
  ]);

const references = ({ threat }) =>
  threat.references.length
    ? block("References", list(threat.references.map(([text, address]) => [address ? outside(address, text) : text])))
    : null;

const about = ({ threat }) => [
  threat.description || threat.example
    ? block("Threat", paragraph(threat.description), paragraph(threat.example))
    : null,
  threat.prerequisites ? block("Needs", paragraph(threat.prerequisites)) : null,
];

const mitigation = ({ threat }) => (threat.mitigation ? block("Mitigation", paragraph(threat.mitigation)) : null);

const details = (pair) =>
  make(
    "div",
    { class: "details" },
    make("div", null, decided(pair), about(pair), why(pair), answers(pair), mitigation(pair)),
    make("div", null, block("Where and what", place(pair)), references(pair)),
  );

// One line for the row: what to do about a finding, or what answers the threat.
const inShort = (pair) => {
  const { decision } = pair;
  const end = [decision?.owner, decision?.until && `until ${decision.until}`, decision?.ticket].filter(Boolean);
  const ways = {
    open: () => ["Fix", (said(pair, "fixes") ?? [report.noFix]).join(", or ")],
    known: () => ["To be fixed", [decision?.reason, ...end].filter(Boolean).join("; ")],
    accepted: () => ["Reason", [decision?.reason ?? said(pair, "reason"), ...end].filter(Boolean).join("; ")],
    excluded: () => ["Reason", [decision?.reason ?? said(pair, "reason"), ...end].filter(Boolean).join("; ")],
    mitigated: () => ["Carried by", (said(pair, "mitigated_by") ?? []).join(", or ")],
    undetermined: () => ["Never stated", (said(pair, "unstated") ?? []).join(", ")],
    error: () => ["Error", said(pair, "error") ?? ""],
  };
  return ways[pair.status]?.() ?? ["", ""];
};
