// One HTTP request from a network namespace, with nothing but bash.

import { attempt, inView, type NetView } from './net-view.ts';

export interface HttpAnswer {
  /** 0 when what came was no HTTP. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why there was no answer: nobody accepts connections there, or nothing came before the time was over. */
export type NoAnswer = 'refused' | 'timeout';

export const fetchCommand =
  'timeout SECONDS bash -c \'exec 3<>/dev/tcp/HOST/PORT; printf "GET PATH HTTP/1.0…" >&3; cat <&3\'';

/** @param url `http://ADDRESS[:PORT][/PATH]` */
export async function fetchHttp(view: NetView, url: string, seconds: number): Promise<HttpAnswer | NoAnswer> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const words = [hostname, port === '' ? '80' : port, pathname + search, host];
  const argv = inView(view, ['timeout', String(seconds), 'bash', '-c', script, ...words]);
  const { exitCode, stdout } = await attempt(view.executor, argv, { timeoutMs: 1000 * (seconds + 10) });
  if (stdout !== '') return parseAnswer(stdout);
  // 124 is what timeout(1) says when it had to end the program.
  return exitCode === 124 ? 'timeout' : 'refused';
}

// HTTP/1.0: the body ends where the connection does, and never comes in chunks.
const script = `
exec 3<>"/dev/tcp/$0/$1" || exit 1
printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$2" "$3" >&3
exec cat <&3
`;

export function parseAnswer(text: string): HttpAnswer {
  // A bare line feed may end a line too (RFC 9112, 2.2), as in what small CGI scripts print.
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const [first = '', ...lines] = head.split(/\r?\n/);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status,
    headers: Object.fromEntries(headers),
    body: status === 0 ? text : text.slice(end === null ? text.length : end.index + end[0].length),
  };
}
