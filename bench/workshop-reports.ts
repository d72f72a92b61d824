// Seats that report: as fast as they are answered, or once a second each.

import { Agent, request } from 'node:http';
import { chainEvent, type ReportBody, type ReportEvent } from '../src/report/event.ts';

export interface Reporter {
  readonly token: string;
  readonly events: ReportEvent[];
}

const reportsEach = 20;
const agent = new Agent({ keepAlive: true, maxSockets: 400 });

const body: ReportBody = {
  ...{ at: 0, kind: 'check', exercise: 'by-hand/namespace', task: 'make', verdict: 'fail', diagnosis: 'absent' },
  say: 'There is no namespace `shop` on node1; there are: blue, green, red.',
  evidence: JSON.stringify([
    { probe: 'net.netns', args: { on: 'node1', name: 'shop' }, observation: { exists: false } },
  ]),
};

/** One more event of a seat, sent and acknowledged. */
export function reportOnce(origin: string, { token, events }: Reporter, more: Partial<ReportBody> = {}): Promise<void> {
  const event = chainEvent({ ...body, at: Date.now(), ...more }, events.at(-1));
  events.push(event);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const asked = request(`${origin}/api/events`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`a report was answered ${response.statusCode}`));
      });
    });
    asked.on('error', reject);
    asked.end(JSON.stringify({ events: [event] }));
  });
}

/** All seats at once, each with one report after the other. @returns events per second */
export async function burst(origin: string, seats: readonly Reporter[]): Promise<number> {
  const started = performance.now();
  await Promise.all(
    seats.map(async (seat) => {
      for (let n = 0; n < reportsEach; n++) await reportOnce(origin, seat);
    }),
  );
  return (seats.length * reportsEach * 1000) / (performance.now() - started);
}

/** While `work` goes on every seat reports once a second, not all in the same moment. */
export async function steadily<T>(origin: string, seats: readonly Reporter[], work: () => Promise<T>): Promise<T> {
  let isOn = true;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const going = seats.map(async (seat, index) => {
    await pause((index * 1000) / seats.length);
    while (isOn) {
      await reportOnce(origin, seat);
      await pause(1000);
    }
  });
  try {
    return await work();
  } finally {
    isOn = false;
    await Promise.all(going);
    agent.destroy();
  }
}
