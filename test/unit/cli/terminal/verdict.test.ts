import { describe, expect, test } from 'vitest';
import { renderVerdict } from '../../../../src/cli/terminal/verdict.ts';
import type { Evidence } from '../../../../src/workshop/exercise.ts';

const plain = { color: false, width: 72 };
const task = { id: 'cable' };
const evidence: Evidence = {
  probe: 'net.veths',
  args: { on: 'node1', netns: 'web' },
  observation: {
    pairs: [
      { name: 'eth0', index: 7, peer: 'veth-web', netns: null },
      { name: 'eth1', index: 19, peer: 'veth-shop', netns: 'shop', up: true },
    ],
    count: 2,
    names: ['eth0', 'eth1'],
    none: [],
    is_node: false,
    label: '',
    groups: { red: { pids: [1, 2] } },
  },
};

describe('a verdict in words', () => {
  test('pass, with everything that was seen', () => {
    expect(renderVerdict({ kind: 'pass', evidence: [evidence] }, task, plain)).toMatchInlineSnapshot(`
      "✔ cable: passed
        seen:
          net.veths  on node1  netns web
              count 2   none none   is_node no   label ""
              pairs
                name  index  peer       netns  up
                eth0  7      veth-web   none
                eth1  19     veth-shop  shop   yes
              names eth0, eth1
              groups
                red
                  pids 1, 2"
    `);
  });

  test('fail, with its diagnosis and the id that can be quoted', () => {
    const verdict = { kind: 'fail', id: 'none-inside', say: 'No veth ends in `web` yet.', evidence: [] } as const;
    expect(renderVerdict(verdict, task, plain)).toBe('✘ cable: not yet (none-inside)\n  No veth ends in `web` yet.');
  });

  test('fail without a diagnosis of its own names none', () => {
    const verdict = { kind: 'fail', id: 'none', say: 'That is not it.', evidence: [] } as const;
    expect(renderVerdict(verdict, task, plain)).toBe('✘ cable: not yet\n  That is not it.');
  });

  test('blocked names the task that comes first', () => {
    expect(renderVerdict({ kind: 'blocked', by: 'make' }, task, plain)).toBe(
      '– cable: blocked\n  It builds upon `make`: solve or skip that first.',
    );
  });

  test('inconclusive did not count', () => {
    const verdict = { kind: 'inconclusive', say: 'Too noisy.', evidence: [] } as const;
    expect(renderVerdict(verdict, task, plain)).toBe('? cable: inconclusive, this did not count\n  Too noisy.');
  });

  test('broken says whose fault it is, all of the output, and what to do', () => {
    const verdict = {
      kind: 'broken',
      say: 'a.md:3: failed\nip: no\n\nsh: no',
      hint: 'Run `podlab reset`.',
      evidence: [],
    } as const;
    expect(renderVerdict(verdict, task, plain)).toMatchInlineSnapshot(`
      "! cable: the machine or the lab is at fault, not you; this did not count
        a.md:3: failed
        ip: no
        sh: no
        Run \`podlab reset\`."
    `);
  });

  test('a sign and its colour', () => {
    const verdict = { kind: 'fail', id: 'x', say: 'Look at `eth0`.', evidence: [] } as const;
    expect(renderVerdict(verdict, task, { color: true, width: 72 })).toBe(
      '\u001b[31m✘\u001b[39m \u001b[1mcable\u001b[22m: not yet\u001b[2m (x)\u001b[22m\n  Look at \u001b[35meth0\u001b[39m.',
    );
  });
});

describe('evidence', () => {
  test('is wrapped, never cut', () => {
    const names = Array.from({ length: 300 }, (_, index) => `veth${index}`);
    const text = renderVerdict({ kind: 'pass', evidence: [{ ...evidence, observation: { names } }] }, task, plain);
    expect(text.match(/veth\d+/g)).toEqual([...names]);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
  });

  test('keeps every cell of a table that is too wide', () => {
    const rules = [
      { chain: 'prerouting', rule: 'ip daddr 10.96.0.10 tcp dport 80 dnat to 10.244.1.2:8080', packets: 3 },
    ];
    const text = renderVerdict({ kind: 'pass', evidence: [{ ...evidence, observation: { rules } }] }, task, {
      color: false,
      width: 50,
    });
    expect(text).toMatchInlineSnapshot(`
      "✔ cable: passed
        seen:
          net.veths  on node1  netns web
              rules
                chain       rule                 packets
                prerouting  ip daddr 10.96.0.10  3
                            tcp dport 80 dnat
                            to 10.244.1.2:8080"
    `);
  });

  test('cannot drive the terminal', () => {
    const observation = { 'k\u001b[2J': 'v\u001b]52;c;aGk=\u0007', list: [{ 'c\u009b1m': '\u202ex' }] };
    const verdict = {
      kind: 'fail',
      id: 'x\u0007',
      say: '\u001b[31mred `a\u0007b`',
      evidence: [{ ...evidence, observation }],
    } as const;
    const text = renderVerdict(verdict, { id: 'c\u001bc' }, plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the job
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('red `ab`');
  });
});
