// http.get: what a web server answers, and who answers when it is asked again and again.

import * as v from 'valibot';
import { netns, on, pod } from './args.ts';
import { fetchCommand, fetchHttp, type HttpAnswer, type NoAnswer } from './http-fetch.ts';
import { netView, requireNetns } from './net-view.ts';
import { defineProbe } from './probe.ts';
import { resolveUrl, targetForms } from './targets.ts';

const integer = (min: number, max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max), v.description(description));

/** Longer bodies are cut for the evidence. */
const bodyLimit = 4096;

export const httpUrl = v.pipe(
  v.string(),
  v.regex(
    /^http:\/\/(?:\{[a-z]+\/[^}\s]+\}|[A-Za-z0-9.-]+)(?::\d{1,5})?(?:\/\S*)?$/,
    'expected a URL such as http://10.0.0.2:8080/',
  ),
  v.description(`\`http://ADDRESS:PORT/PATH\`; in braces in place of the address: ${targetForms}.`),
);

export const httpGet = defineProbe({
  name: 'http.get',
  summary: 'What does a web server answer, and which servers answer when it is asked several times?',
  runs: [`${fetchCommand} (each time a connection of its own)`],
  take: 'body',
  args: v.strictObject({
    on,
    netns,
    pod,
    url: httpUrl,
    count: v.optional(integer(1, 100, 'How many times; 1 if absent.'), 1),
    seconds: v.optional(integer(1, 20, 'Time for each answer; 2 if absent.'), 2),
  }),
  returns: {
    url: 'what was asked, with the address',
    reached: 'at least one answer came, whatever its status',
    status: 'status of the last answer; 0 when none came',
    body: 'body of the last answer without blanks at its ends, at most 4 KiB; empty when none came',
    sent: 'how many times it was asked',
    answers: 'how many answers had status 200 to 299',
    bodies: 'for each different body of those: body, count; the most frequent first',
    distinct: 'number of different bodies: where each server answers with its own name, the number of servers',
    refused: 'how many connections nobody accepted',
    timed_out: 'how many got nothing before the time was over',
    outcome: 'of the last one, in a word: `answered`, `refused`, `no answer`',
  },
  async observe(context, { url: written, count, seconds, ...where }) {
    const view = await netView(context, where);
    requireNetns(view);
    const url = await resolveUrl(context, written);
    const results: Awaited<ReturnType<typeof fetchHttp>>[] = [];
    for (let n = 0; n < count; n += 1) results.push(await fetchHttp(view, url, seconds));
    const answers = results.filter((result): result is HttpAnswer => typeof result !== 'string');
    const bodies = countBodies(answers.filter(({ status }) => status >= 200 && status < 300));
    const last = answers.at(-1);
    return {
      url,
      reached: answers.length > 0,
      status: last?.status ?? 0,
      body: cut(last?.body ?? ''),
      sent: count,
      answers: bodies.reduce((sum, one) => sum + one.count, 0),
      bodies,
      distinct: bodies.length,
      refused: results.filter((result) => result === 'refused').length,
      timed_out: results.filter((result) => result === 'timeout').length,
      outcome: outcomeOf(results.at(-1)),
    };
  },
});

function outcomeOf(result: HttpAnswer | NoAnswer | undefined): string {
  if (result === 'refused') return 'refused';
  return result === 'timeout' ? 'no answer' : 'answered';
}

function countBodies(answers: readonly HttpAnswer[]): { body: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { body } of answers) counts.set(cut(body), (counts.get(cut(body)) ?? 0) + 1);
  return [...counts]
    .map(([body, count]) => ({ body, count }))
    .sort((a, b) => b.count - a.count || (a.body < b.body ? -1 : 1));
}

function cut(body: string): string {
  return body.trim().slice(0, bodyLimit);
}
