// Reads the text format of Prometheus' metrics (exposition format 0.0.4), as the kubelet writes it.

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Unix time, milliseconds; 0 when the line has none. */
  readonly at: number;
}

export function parsePrometheus(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+(-?\d+))?$/.exec(line.trim());
    if (match === null) return [];
    const [, name = '', labels = '', value = '', at = '0'] = match;
    return [{ name, labels: parseLabels(labels), value: Number(value), at: Number(at) }];
  });
}

function parseLabels(text: string): Record<string, string> {
  const found = text.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...found].map(([, name, value = '']) => [name, value.replace(/\\(.)/g, '$1')]));
}
