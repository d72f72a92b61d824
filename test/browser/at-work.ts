// What a participant does on the page: types into a terminal, answers, checks.

import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const slowMs = 60_000;

export function taskOf(page: Page, id: string): Locator {
  return page.locator(`#task-${id}`);
}

export async function openExercise(page: Page, id: string): Promise<void> {
  const entered = page.waitForResponse((response) => response.url().endsWith('/api/enter'), { timeout: slowMs });
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${id}`);
  expect((await entered).status()).toBe(200);
}

/** Pastes a script into the terminal of a place and waits for its end. */
export async function type(page: Page, place: string, script: string): Promise<void> {
  await page.getByRole('tab', { name: place, exact: true }).click();
  const open = page.getByRole('button', { name: `Open a shell on ${place}` });
  if (await open.isVisible()) await open.click();
  const screen = page.locator(`#terminal-${place} .xterm-rows`);
  await expect.poll(() => screen.textContent(), { timeout: slowMs }).toContain(`root@${place}`);
  await page.locator(`#terminal-${place} textarea`).focus();
  // What is typed is shown too, so the sign must not stand in it as it is printed.
  const sign = `end-${Math.round(performance.now())}`;
  const text = `clear\n${script.trimEnd()}\necho "${sign.slice(0, 3)}""${sign.slice(3)}"`;
  await page.locator(`#terminal-${place} textarea`).evaluate((area, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);
  await page.keyboard.press('Enter');
  await expect.poll(() => screen.textContent(), { timeout: slowMs }).toContain(sign);
}

export interface ShownSolution {
  readonly answer: string;
  readonly blocks: readonly { readonly on: string; readonly script: string }[];
}

/** Undefined when the machine is too noisy to measure what the answer is. */
export async function readSolution(page: Page, id: string): Promise<ShownSolution | undefined> {
  const task = taskOf(page, id);
  await openMore(page, id);
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/solution'), { timeout: 2 * slowMs });
  await task.getByRole('button', { name: 'Show the solution' }).click();
  const { solution, error } = await (await answer).json();
  if (solution === undefined && !String(error?.message).includes('too noisy'))
    throw new Error(`${id}: ${error?.message}`);
  return solution;
}

async function openMore(page: Page, id: string): Promise<void> {
  const further = taskOf(page, id).locator('.further');
  if ((await further.getAttribute('open')) === null) await further.getByText('More', { exact: true }).click();
}

/** Presses Check or Answer; what came of it. */
export async function check(
  page: Page,
  id: string,
  given?: string,
): Promise<{ readonly verdict?: { kind: string; id?: string }; solved?: boolean; askedAgain?: boolean }> {
  const task = taskOf(page, id);
  if (given !== undefined) {
    const choice = task.getByRole('radio', { name: given, exact: true });
    if ((await choice.count()) > 0) await choice.check();
    else await task.getByLabel('Your answer').fill(given);
  }
  const answer = page.waitForResponse((response) => response.url().endsWith('/api/check'), { timeout: 2 * slowMs });
  await task.getByRole('button', { name: given === undefined ? 'Check' : 'Answer', exact: true }).click();
  return (await answer).json();
}

const mostRounds = 4;

/**
 * Does what the solution says, by hand, until the check passes. What can't be measured on a noisy machine is left out,
 * as a participant would.
 */
export async function solveByHand(page: Page, id: string, nodes: readonly string[]): Promise<'solved' | 'left out'> {
  let isTyped = false;
  for (let round = 0; round < mostRounds; round++) {
    const solution = await readSolution(page, id);
    if (solution === undefined) continue;
    const { blocks, answer } = solution;
    for (const { on, script } of isTyped && answer !== '' ? [] : blocks) {
      for (const place of on === 'each' ? nodes : [on === '' ? (nodes[0] ?? '') : on]) await type(page, place, script);
    }
    isTyped = true;
    const outcome = await check(page, id, answer === '' ? undefined : answer);
    if (outcome.solved === true) {
      await expect.poll(() => taskOf(page, id).getAttribute('class')).toContain('solved');
      return 'solved';
    }
    // Asked once more, or too noisy: anything else is a fault.
    const isNoise = outcome.verdict?.kind === 'inconclusive';
    if (outcome.askedAgain !== true && !isNoise) throw new Error(`${id}: ${JSON.stringify(outcome.verdict)}`);
  }
  await openMore(page, id);
  await taskOf(page, id).getByLabel('Leave this task out').fill('this machine is too noisy');
  await taskOf(page, id).getByRole('button', { name: 'Leave it out' }).click();
  await expect.poll(() => taskOf(page, id).getAttribute('class')).toContain('skipped');
  return 'left out';
}
