// Writes docs/probes.md from the probes themselves.

import { toJsonSchema } from '@valibot/to-json-schema';
import type { Probe } from './probe.ts';

interface Property {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Property[];
}

/** The whole page, Markdown, ending with a newline. */
export function renderProbesDoc(probes: readonly Probe[]): string {
  return `${[heading, ...probes.map(renderProbe)].join('\n\n')}\n`;
}

const heading = `# Probes

<!-- Made from src/probe by \`npm run golden\`: change it there. -->

A check asks the live system through a probe. Its observation is what \`it\` is in a \`state\` clause, and \`probe\` in an
\`ask\` check, whose \`truth\` is the field that \`take\` names, or else the one given here.

* A namespace that does not exist, an interface, a bridge: that is an observation, with \`netns_exists: false\` or
  \`exists: false\`. Ask for it before the negative of anything: what is not there also "has no address".
* A probe fails, and the verdict is \`broken\`, only if it could not ask: a program is missing, or an answer makes no sense.
* Output is read as JSON or as a format that is documented. The exceptions, each in one file: \`ping\`, \`iptables-save\`,
  \`birdc\`, \`ddsperf\` and \`ctr images\`, which have no JSON, and \`wrk\`, which is made to print it.
* A line that begins with GET is asked of the API server of the cluster. Only rooms with engine \`kubernetes\` have one: in
  others such a probe fails.`;

function renderProbe(probe: Probe): string {
  const take = probe.take === '' ? '' : ` Default \`take\`: \`${probe.take}\`.`;
  const runs =
    probe.runs.length === 0 ? 'Runs nothing.' : `Runs:\n\n${probe.runs.map((run) => `    ${run}`).join('\n')}`;
  return [
    `## ${probe.name}`,
    `${probe.summary}${take}`,
    renderArgs(probe),
    table(['Field', 'Meaning'], Object.entries(probe.returns)),
    runs,
  ].join('\n\n');
}

function renderArgs(probe: Probe): string {
  // Rules across arguments have no JSON Schema; the sentences of the arguments tell them.
  const schema = toJsonSchema(probe.args as Parameters<typeof toJsonSchema>[0], {
    errorMode: 'ignore',
    typeMode: 'input',
  });
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]): [string, string] => [
    required.has(name) ? `${name} (required)` : name,
    meaningOf(property as Property),
  ]);
  return table(['Argument', 'Meaning'], rows);
}

function meaningOf({ description, anyOf }: Property): string {
  const parts = anyOf === undefined ? [description] : anyOf.map((part) => part.description);
  return parts.filter((part) => part !== undefined).join(' Or: ');
}

function table(titles: readonly [string, string], rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(([name, meaning]) => `| \`${name}\` | ${meaning.replaceAll('|', '\\|')} |`);
  return [`| ${titles.join(' | ')} |`, '|---|---|', ...body].join('\n').replaceAll(' (required)` |', '` (required) |');
}
