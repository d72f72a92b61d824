// Draws a room as a Mermaid flowchart, for Markdown pages that render one.

import { hasNat, impairmentLabel, mtuLabel, sizeLabel } from './graph-labels.ts';
import type { Topology } from './topology.ts';

/** Colours that are legible on white and on black pages. */
const classes = [
  'classDef nat fill:#dbeafe,stroke:#2563eb,color:#1e3a8a,stroke-width:2px',
  'classDef isolated fill:#fef3c7,stroke:#b45309,color:#78350f,stroke-width:2px,stroke-dasharray:6 4',
  'classDef node fill:#f8fafc,stroke:#475569,color:#0f172a',
  'classDef outside fill:#e2e8f0,stroke:#64748b,color:#0f172a',
];

export function renderMermaidGraph(topology: Topology): string {
  const { networks, nodes, outside } = topology;
  const networkIds = new Map(networks.map(({ name }, n) => [name, `net${n}`]));
  const lines = ['flowchart TB'];
  if (hasNat(topology)) {
    lines.push(`outside(["${label('outside', outside.ip)}"]):::outside`);
    lines.push(`gateway["${label('gateway', `NAT: seen as ${outside.gateway}`)}"]:::nat`);
    lines.push('outside === gateway');
  }
  for (const network of networks) {
    const { name, mode, cidr, gateway } = network;
    const exit = mode === 'nat' ? '' : 'no way out';
    const id = networkIds.get(name);
    lines.push(`${id}{{"${label(name, cidr, `gateway ${gateway}`, mtuLabel(network), exit)}"}}:::${mode}`);
    if (mode === 'nat') lines.push(`gateway === ${id}`);
  }
  for (const [n, node] of nodes.entries()) {
    lines.push(`node${n}["${label(node.name, sizeLabel(node))}"]:::node`);
    for (const { network, iface, ip, impairment } of node.nics) {
      const isNat = networks.some(({ name, mode }) => name === network && mode === 'nat');
      const line = isNat ? '---' : '-.-';
      lines.push(
        `${networkIds.get(network)} ${line}|"${label(`${iface} ${ip}`, impairmentLabel(impairment))}"| node${n}`,
      );
    }
  }
  return `${[...lines.slice(0, 1), ...[...lines.slice(1), ...classes].map((line) => `  ${line}`)].join('\n')}\n`;
}

function label(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .map(escapeMermaid)
    .join('<br/>');
}

/** Mermaid has entities of its own: #code; for what would end a label or begin markup. */
function escapeMermaid(text: string): string {
  return text.replace(/[#"<>&;`|]/g, (char) => `#${char.charCodeAt(0)};`);
}
