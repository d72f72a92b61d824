// The workshop's server as instructors and reporting seats meet it.

import { describe, expect, test } from 'vitest';
import { chain, handUp, hostile, withWorkshop } from './workshop.ts';

const task = 'tiny/keys/count';

describe('reports', () => {
  test('what a seat reports is acknowledged, shown once however often it is sent, and told as stuck after three times', () =>
    withWorkshop(async ({ report, instructor }) => {
      const events = chain({}, {}, { say: hostile });
      expect(JSON.parse((await report('one', { events })).text)).toMatchObject({ known: 3, state: 'taken' });
      expect(JSON.parse((await report('one', { events })).text)).toMatchObject({ known: 3 });
      const { seats, summary } = JSON.parse((await instructor('/api/board')).text);
      expect(seats[0].cells[task]).toMatchObject({ state: 'failing', tries: 3, repeated: 3 });
      expect(seats[1].cells).toEqual({});
      expect(summary.mistakes).toEqual([{ task, diagnosis: 'own-uplink', seats: ['net-01'], tried: 1 }]);
      expect(summary.stuck).toEqual(['net-01']);
    }));

  test('a token for reports opens nothing else; a wrong one writes nothing', () =>
    withWorkshop(async ({ report, ask, instructor }) => {
      const authorization = 'Bearer one';
      for (const path of ['/api/board', '/api/seat?seat=net-01', '/api/export?format=csv', '/api/board/events', '/']) {
        expect([path, (await ask(path, { headers: { authorization } })).status]).toEqual([path, 401]);
      }
      expect((await report('three', { events: chain({}) })).status).toBe(401);
      expect(JSON.parse((await instructor('/api/board')).text).seats[0].cells).toEqual({});
    }));

  test('a seat cannot write as another: its token alone says who it is', () =>
    withWorkshop(async ({ report, instructor }) => {
      await report('two', { events: chain(handUp) });
      const { seats, summary } = JSON.parse((await instructor('/api/board')).text);
      expect(seats.map(({ isHandUp }: { isHandUp: boolean }) => isHandUp)).toEqual([false, true]);
      expect(summary.hands).toEqual(['net-02']);
    }));

  test.each([
    ['from a page', { events: chain({}) }, { origin: 'http://evil.example' }, 403],
    ['under another name', { events: chain({}) }, { host: 'evil.example' }, 403],
    ['with a field that nobody knows', { events: [{ ...chain({})[0], evil: 1 }] }, {}, 400],
    ['with more events than fit', { events: chain(...Array.from({ length: 51 }, () => ({}))) }, {}, 400],
    ['that hear what was never said', { events: [], heard: -1 }, {}, 400],
  ])('%s are refused', (_name, message, headers, status) =>
    withWorkshop(async ({ report }) => {
      expect((await report('one', message, headers as Record<string, string>)).status).toBe(status);
    }),
  );

  test('a participant who floods is slowed down, and the others are not', () =>
    withWorkshop(async ({ report }) => {
      let last = 0;
      for (let n = 0; n < 130; n++) last = (await report('one', { events: [] })).status;
      expect(last).toBe(429);
      expect((await report('two', { events: [] })).status).toBe(200);
    }));

  test('a full disk takes nothing, says so once, and goes on when there is room', () =>
    withWorkshop(async ({ report, disk, warnings, instructor }) => {
      disk.isFull = true;
      expect((await report('one', { events: chain({}) })).status).toBe(507);
      expect((await report('one', { events: chain({}) })).status).toBe(507);
      expect(warnings).toEqual([expect.stringContaining('the disk is full')]);
      expect(JSON.parse((await instructor('/api/board')).text).seats[0].cells).toEqual({});
      disk.isFull = false;
      expect(JSON.parse((await report('one', { events: chain({}) })).text)).toMatchObject({ known: 1 });
    }));

  test('clocks that differ by hours change neither order nor counting; what was done after the end does not count', () => {
    const now = Date.now();
    const hour = 3_600_000;
    return withWorkshop(
      async ({ report, instructor }) => {
        // A seat whose clock is two hours ahead, in the last hour of the workshop, and one that is a day behind.
        const ahead = now + 2 * hour;
        await report('one', { events: chain({ at: ahead - 1000 }, { at: ahead - 5000 }), clock: ahead });
        const behind = now - 24 * hour;
        await report('two', { events: chain({ at: behind - 1000 }, { at: behind + 2 * hour }), clock: behind });
        const { seats, closesInMs } = JSON.parse((await instructor('/api/board')).text);
        expect(seats[0]).toMatchObject({ late: 0, cells: { [task]: { tries: 2 } } });
        expect(seats[1]).toMatchObject({ late: 1, cells: { [task]: { tries: 1 } } });
        expect(closesInMs).toBeGreaterThan(hour - 60_000);
      },
      { opensAt: now - hour, closesAt: now + hour },
    );
  });
});

describe('what an instructor does', () => {
  test('a word to all reaches every seat once, with its next report', () =>
    withWorkshop(async ({ instructor, report }) => {
      const said = await instructor('/api/say', { text: `Coffee ${hostile}`, seats: [], task: '', diagnosis: '' });
      expect(JSON.parse(said.text)).toEqual({ seats: 2 });
      for (const token of ['one', 'two']) {
        const { notices } = JSON.parse((await report(token, { events: [], heard: 0 })).text);
        expect(notices).toMatchObject([{ number: 1, kind: 'message', text: `Coffee ${hostile}` }]);
        expect(JSON.parse((await report(token, { events: [], heard: 1 })).text).notices).toEqual([]);
      }
    }));

  test('a word to those with one diagnosis reaches them alone', () =>
    withWorkshop(async ({ instructor, report, desk }) => {
      await report('two', { events: chain({}) });
      await report('one', { events: chain({ diagnosis: 'absent' }) });
      const about = { text: 'Look at the uplink.', seats: [], task, diagnosis: 'own-uplink' };
      expect(JSON.parse((await instructor('/api/say', about)).text)).toEqual({ seats: 1 });
      expect([desk.notices.of('net-01').length, desk.notices.of('net-02').length]).toEqual([0, 1]);
    }));

  test('hints are opened for a seat', () =>
    withWorkshop(
      async ({ instructor, report }) => {
        await instructor('/api/unlock', { seats: ['net-02'], task });
        const told = JSON.parse((await report('two', { events: [] })).text);
        expect(told).toMatchObject({
          hints: 'locked',
          notices: [{ kind: 'unlock', exercise: 'tiny/keys', task: 'count' }],
        });
        expect((await instructor('/api/unlock', { seats: [], task: 'tiny/keys/nothing' })).status).toBe(404);
      },
      { hints: 'locked' },
    ));

  test('an answered hand is down until it is raised again', () =>
    withWorkshop(async ({ instructor, report }) => {
      const hands = async () => JSON.parse((await instructor('/api/board')).text).summary.hands;
      await report('one', { events: chain(handUp) });
      expect(await hands()).toEqual(['net-01']);
      await instructor('/api/answer', { seat: 'net-01', text: 'I am coming.' });
      expect(await hands()).toEqual([]);
      await report('one', { events: chain(handUp, { ...handUp, kind: 'hand-down' }, handUp) });
      expect(await hands()).toEqual(['net-01']);
    }));

  test('a room on this machine is reset here, another one when its seat hears of it', () =>
    withWorkshop(async ({ instructor, resets, desk }) => {
      const here = await instructor('/api/reset', { seat: 'net-01', exercise: 'tiny/keys' });
      expect(JSON.parse(here.text)).toMatchObject({ done: true });
      const away = await instructor('/api/reset', { seat: 'net-02', exercise: '' });
      expect(JSON.parse(away.text)).toMatchObject({ done: false });
      expect(resets).toEqual(['net-01 tiny/keys']);
      expect(desk.notices.of('net-02')).toMatchObject([{ kind: 'reset', exercise: '', done: false }]);
      expect((await instructor('/api/reset', { seat: 'net-09', exercise: '' })).status).toBe(404);
      expect((await instructor('/api/reset', { seat: 'net-01', exercise: '../x' })).status).toBe(404);
    }));

  test('a seat that begins anew is told as such, and may when it is forgotten', () =>
    withWorkshop(async ({ instructor, report }) => {
      await report('one', { events: chain({}, {}) });
      expect(JSON.parse((await report('one', { events: chain({ say: 'anew' }) })).text).state).toBe('fork');
      const forked = async () => JSON.parse((await instructor('/api/board')).text).seats[0].isForked;
      expect(await forked()).toBe(true);
      await instructor('/api/forget', { seat: 'net-01' });
      expect(await forked()).toBe(false);
      expect(JSON.parse((await report('one', { events: chain({ say: 'anew' }) })).text)).toMatchObject({ known: 1 });
    }));

  test('evidence that is no evidence is left out, and hostile evidence stays data', () =>
    withWorkshop(async ({ instructor, report }) => {
      const good = { probe: hostile, args: {}, observation: { text: hostile } };
      const evidence = JSON.stringify([good, 'no', { probe: 1 }, { probe: 'x', args: [], observation: {} }]);
      await report('one', { events: chain({ evidence }) });
      const { evidence: shown } = JSON.parse((await instructor(`/api/seat?seat=net-01&task=${task}`)).text);
      expect(shown).toEqual([good]);
      await report('two', { events: chain({ evidence: '{"a":' }) });
      expect(JSON.parse((await instructor(`/api/seat?seat=net-02&task=${task}`)).text).evidence).toEqual([]);
    }));

  test('results go out as a table, as JSON and as statements of xAPI; a name is no formula', () =>
    withWorkshop(async ({ instructor, report }) => {
      await report('two', { events: chain({ at: 1_700_000_000_000 }) });
      const csv = await instructor('/api/export?format=csv');
      expect(csv.headers['content-disposition']).toBe('attachment; filename="net.csv"');
      expect(csv.text).toContain(`net-02,'=cmd,${task},failing,1,0,own-uplink,2023-11-14T22:13:20.000Z\r\n`);
      const [statement] = JSON.parse((await instructor('/api/export?format=xapi')).text);
      expect(statement).toMatchObject({
        actor: { account: { name: 'net-02' } },
        verb: { id: 'http://adlnet.gov/expapi/verbs/answered' },
        result: { success: false },
        timestamp: '2023-11-14T22:13:20.000Z',
      });
      expect(statement.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect((await instructor('/api/export?format=exe')).status).toBe(400);
    }));

  test.each(['/api/say', '/api/unlock', '/api/answer', '/api/reset', '/api/forget'])(
    '%s is refused to other pages, to strangers and to fields that nobody knows',
    (path) =>
      withWorkshop(async ({ ask, instructor, instructorCookie, origin }) => {
        const headers = { 'content-type': 'application/json', cookie: instructorCookie };
        const foreign = { ...headers, origin: 'http://evil.example' };
        expect((await ask(path, { method: 'POST', headers: foreign, body: '{}' })).status).toBe(403);
        expect((await ask(path, { method: 'POST', headers, body: '{}' })).status).toBe(403);
        const nobody = { 'content-type': 'application/json', origin };
        expect((await ask(path, { method: 'POST', headers: nobody, body: '{}' })).status).toBe(401);
        expect((await instructor(path, { seat: 'net-01', evil: 1 })).status).toBe(400);
      }),
  );
});
