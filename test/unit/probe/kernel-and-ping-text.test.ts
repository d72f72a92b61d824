import { expect, test } from 'vitest';
import { parsePing } from '../../../src/probe/ping-report.ts';
import { parseSocketTable } from '../../../src/probe/socket-table.ts';
import { fixture } from '../../support/fixture.ts';

const read = (name: string) => fixture(import.meta.url, name);

test('rows of the socket tables give address and port', () => {
  expect(parseSocketTable(read('linux-6.18-proc-net-tcp.txt'))).toMatchObject([{ address: '127.0.0.1', port: 8080 }]);
  expect(parseSocketTable(read('linux-6.18-proc-net-tcp6.txt'))).toMatchObject([{ address: '::1', port: 80 }]);
  expect(parseSocketTable('')).toEqual([]);
});

test('answers to a ping are counted, and their time averaged', () => {
  expect(parsePing({ exitCode: 0, stdout: read('ping-20221126-answered.txt'), stderr: '' })).toEqual({
    sent: 2,
    received: 2,
    rtt_ms: 0.153,
    no_route: false,
  });
  expect(parsePing({ exitCode: 1, stdout: read('ping-20221126-unanswered.txt'), stderr: '' })).toEqual({
    sent: 2,
    received: 0,
    rtt_ms: 0,
    no_route: false,
  });
});

test('a refusal of the kernel is an answer, a refusal of permission is not', () => {
  const ping = (stderr: string) => parsePing({ exitCode: 2, stdout: '', stderr });
  expect(ping('ping: connect: Network is unreachable\n')).toMatchObject({ sent: 0, no_route: true });
  expect(ping('ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n')).toBeUndefined();
  expect(ping('ping: nowhere: Name or service not known\n')).toBeUndefined();
});
