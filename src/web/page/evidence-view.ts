// What was seen, as tables: every value of an observation, nothing shortened. Measurements also as charts.

import type { Json } from '../../probe/probe.ts';
import type { Evidence } from '../../workshop/exercise.ts';
import { chartOf } from './charts.ts';
import { html, type View } from './dom.ts';

type JsonObject = Readonly<Record<string, Json>>;

export function evidenceView(evidence: readonly Evidence[], open: boolean): View {
  if (evidence.length === 0) return undefined;
  const charts = evidence.map(chartOf).filter((chart) => chart !== undefined);
  return html`<div>
    ${charts}
    <details class="evidence" open=${open}>
      <summary>What was seen <span class="count">${evidence.length}</span></summary>
      ${evidence.map(one)}
    </details>
  </div>`;
}

function one({ probe, args, observation }: Evidence): View {
  const where = Object.entries(args).map(
    ([key, value]) => html`<span class="arg"><i>${key}</i> ${inline(value)}</span>`,
  );
  return html`<section class="observation">
    <h5><code>${probe}</code> ${where}</h5>
    ${objectView(observation)}
  </section>`;
}

function objectView(object: JsonObject): View {
  const entries = Object.entries(object);
  const rows = entries.filter(([, value]) => !isTable(value));
  const tables = entries.filter(([, value]) => isTable(value));
  return html`<div>
    <dl>${rows.map(([key, value]) => html`<div><dt>${key}</dt><dd>${inline(value)}</dd></div>`)}</dl>
    ${tables.map(([key, value]) => tableView(key, value as readonly JsonObject[]))}
  </div>`;
}

/** A list of objects is a table; its columns are all the fields that any of them has. */
function tableView(key: string, objects: readonly JsonObject[]): View {
  const columns = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  const cells = (object: JsonObject) => columns.map((column) => html`<td>${inline(object[column] ?? '')}</td>`);
  return html`<div class="scrolls" tabindex="0">
    <table>
      <caption>${key}</caption>
      <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${objects.map((object) => html`<tr>${cells(object)}</tr>`)}</tbody>
    </table>
  </div>`;
}

/** Empty values have a word, since nothing at all would look like a fault. */
function inline(value: Json): string {
  if (typeof value === 'string') return value === '' ? '–' : value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (value === null) return 'none';
  if (isList(value)) return value.length === 0 ? 'none' : value.map(inline).join(', ');
  return Object.entries(value)
    .map(([key, member]) => `${key}=${inline(member)}`)
    .join(' ');
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isTable = (value: Json): boolean =>
  isList(value) && value.length > 0 && value.every((member) => typeof member === 'object' && member !== null);
