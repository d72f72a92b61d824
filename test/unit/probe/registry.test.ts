import { expect, test } from 'vitest';
import { renderProbesDoc } from '../../../src/probe/document-probes.ts';
import { probes } from '../../../src/probe/registry.ts';

test('docs/probes.md says what the probes are', async () => {
  await expect(renderProbesDoc([...probes.values()])).toMatchFileSnapshot('../../../docs/probes.md');
});

test.each([...probes.values()])(
  '$name says what stands for its answer, and has a sentence for every field and argument',
  (probe) => {
    expect(Object.keys(probe.returns)).toContain(probe.take);
    expect(Object.values(probe.returns).filter((meaning) => meaning.trim() === '')).toEqual([]);
    expect(renderProbesDoc([probe])).not.toMatch(/\| *\|$/m);
    for (const field of Object.keys(probe.returns)) expect(field).toMatch(/^[a-z][a-z0-9_]*$/);
  },
);
