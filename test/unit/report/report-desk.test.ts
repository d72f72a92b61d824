// The desk where reports come in: killed, cut short, full disks, seats that send again.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainEvent, type ReportBody, type ReportEvent } from '../../../src/report/event.ts';
import { openReportDesk, type ReportFiles } from '../../../src/report/report-desk.ts';

const body: ReportBody = {
  at: 1,
  kind: 'check',
  exercise: 'a/one',
  task: 'x',
  verdict: 'fail',
  diagnosis: 'absent',
  say: '',
  evidence: '',
};

function chain(count: number): readonly ReportEvent[] {
  const events: ReportEvent[] = [];
  for (let n = 0; n < count; n++) events.push(chainEvent({ ...body, at: n }, events.at(-1)));
  return events;
}

/** Files in memory, which can be full. */
function memory(texts: Map<string, string> = new Map()) {
  const disk = { texts, isFull: false };
  const files: ReportFiles = {
    read: (seat) => texts.get(seat),
    append: async (seat, text) => {
      if (disk.isFull) throw new Error('ENOSPC: no space left on device');
      texts.set(seat, `${texts.get(seat) ?? ''}${text}`);
    },
    write: (seat, text) => void texts.set(seat, text),
    keepAside: (seat) => {
      texts.set(`${seat}.kept`, texts.get(seat) ?? '');
      texts.delete(seat);
      return `${seat}.kept`;
    },
  };
  return { disk, files };
}

test('what was acknowledged is there after a restart', async () => {
  const { files } = memory();
  const events = chain(5);
  const desk = openReportDesk(['s1', 's2'], files);
  expect(await desk.receive('s1', events.slice(0, 3))).toEqual({ known: 3, state: 'taken' });
  expect(await desk.receive('s1', events.slice(4))).toEqual({ known: 3, state: 'gap' });
  const again = openReportDesk(['s1', 's2'], files);
  expect(again.boards.get('s1')).toEqual(desk.boards.get('s1'));
  expect(await again.receive('s1', events)).toEqual({ known: 5, state: 'taken' });
  expect(again.boards.get('s2')?.events).toBe(0);
});

test('whatever is cut from the end by a kill, the seat sends it again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2500), async (cut) => {
      const { files, disk } = memory();
      const events = chain(6);
      await openReportDesk(['s1'], files).receive('s1', events);
      const text = disk.texts.get('s1') ?? '';
      disk.texts.set('s1', text.slice(0, Math.max(0, text.length - cut)));
      const desk = openReportDesk(['s1'], files);
      expect(desk.keptAside).toEqual([]);
      await desk.receive('s1', events);
      expect(disk.texts.get('s1')).toBe(text);
      expect(desk.boards.get('s1')?.tasks.get('a/one/x')?.tries).toBe(6);
    }),
  );
});

test('a full disk acknowledges nothing, and loses nothing', async () => {
  const { files, disk } = memory();
  const events = chain(3);
  const desk = openReportDesk(['s1'], files);
  await desk.receive('s1', events.slice(0, 1));
  disk.isFull = true;
  await expect(desk.receive('s1', events)).rejects.toThrow('ENOSPC');
  expect(desk.boards.get('s1')?.events).toBe(1);
  disk.isFull = false;
  expect(await desk.receive('s1', events)).toEqual({ known: 3, state: 'taken' });
});

test('a text that was changed is kept aside, and its good beginning goes on', async () => {
  const { files, disk } = memory();
  const events = chain(3);
  await openReportDesk(['s1'], files).receive('s1', events);
  const lines = (disk.texts.get('s1') ?? '').split('\n');
  disk.texts.set('s1', [lines[0], lines[1]?.replace('absent', 'solved'), lines[2], ''].join('\n'));
  const desk = openReportDesk(['s1'], files);
  expect(desk.keptAside).toEqual(['s1.kept']);
  expect(desk.boards.get('s1')?.events).toBe(1);
  expect(await desk.receive('s1', events)).toEqual({ known: 3, state: 'taken' });
});

test('another history is refused until the instructor forgets the first', async () => {
  const { files } = memory();
  const desk = openReportDesk(['s1'], files);
  await desk.receive('s1', chain(2));
  const other = [chainEvent({ ...body, say: 'anew' }, undefined)];
  expect(await desk.receive('s1', other)).toEqual({ known: 2, state: 'fork' });
  await desk.forget('s1');
  expect(await desk.receive('s1', other)).toEqual({ known: 1, state: 'taken' });
});

test('watchers hear of the seats that change', async () => {
  const { files } = memory();
  const desk = openReportDesk(['s1', 's2'], files);
  const heard: string[] = [];
  const stop = desk.watch((seat, { events }) => heard.push(`${seat} ${events}`));
  await desk.receive('s1', chain(2));
  await desk.receive('s1', chain(2));
  await desk.receive('s2', chain(1));
  stop();
  await desk.receive('s2', chain(3));
  expect(heard).toEqual(['s1 2', 's2 1']);
});

test('a seat whose disk is slow holds up nobody else, and its batches stay in order', async () => {
  const { files, disk } = memory();
  let finish: (() => void) | undefined;
  const slow: ReportFiles = {
    ...files,
    append: async (seat, text) => {
      if (seat === 's1') await new Promise<void>((resolve) => (finish = resolve));
      await files.append(seat, text);
    },
  };
  const desk = openReportDesk(['s1', 's2'], slow);
  const events = chain(2);
  const first = desk.receive('s1', events.slice(0, 1));
  const second = desk.receive('s1', events);
  expect(await desk.receive('s2', chain(1))).toEqual({ known: 1, state: 'taken' });
  expect([desk.boards.get('s1')?.events, disk.texts.has('s1')]).toEqual([0, false]);
  await expect.poll(() => finish).toBeDefined();
  const before = finish;
  before?.();
  expect(await first).toEqual({ known: 1, state: 'taken' });
  await expect.poll(() => finish).not.toBe(before);
  finish?.();
  expect(await second).toEqual({ known: 2, state: 'taken' });
  expect(disk.texts.get('s1')?.trimEnd().split('\n')).toHaveLength(2);
});
