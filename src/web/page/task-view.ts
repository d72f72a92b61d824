// One task: its text, a field for the answer where there is a question, and what came of it.

import { useState } from 'preact/hooks';
import type { TaskPage, VerdictPage } from '../participant/lab-page.ts';
import { html, type View } from './dom.ts';
import { evidenceView } from './evidence-view.ts';
import { codeView, richViews } from './rich-view.ts';
import {
  busy,
  check,
  describeHint,
  exercise,
  hint,
  keyOf,
  type Said,
  said,
  showSolution,
  skip,
  solve,
} from './state.ts';

export function TaskView({ task }: { task: TaskPage }): View {
  const isOpen = exercise.value?.task === task.id;
  const notes = said.value[keyOf(exercise.value?.id ?? '', task.id)] ?? {};
  if (isOpen) return html`<${OpenTask} key=${task.id} task=${task} notes=${notes} />`;
  if (task.state === 'solved' || task.state === 'skipped') return html`<${DoneTask} task=${task} notes=${notes} />`;
  return html`<section class="task ahead">
    <h3><span class="sign" aria-hidden="true">${task.number}</span> ${richViews(task.title)}</h3>
  </section>`;
}

function DoneTask({ task, notes }: { task: TaskPage; notes: Said }): View {
  const isFresh = notes.verdict?.kind === 'pass';
  const word = task.state === 'solved' ? 'solved' : 'left out';
  return html`<section class="task ${task.state}" id=${`task-${task.id}`}>
    <details open=${isFresh}>
      <summary>
        <span class="sign" aria-hidden="true">${task.state === 'solved' ? '✓' : '–'}</span>
        <h3>${richViews(task.title)}</h3><span class="state">${word}</span>
      </summary>
      ${isFresh ? undefined : html`<div class="prose">${richViews(task.text)}</div>`}
      ${notes.verdict === undefined ? undefined : verdictView(notes.verdict)}
      ${task.why.length === 0 ? undefined : html`<div class="why prose"><h4>Why</h4>${richViews(task.why)}</div>`}
    </details>
  </section>`;
}

function OpenTask({ task, notes }: { task: TaskPage; notes: Said }): View {
  const [given, setGiven] = useState('');
  const isBusy = busy.value !== '';
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isBusy) void check(task.id, given);
  };
  const isChecking = busy.value === `check ${task.id}`;
  const word = task.ask === undefined ? 'Check' : 'Answer';
  return html`<section class="task open" id=${`task-${task.id}`} aria-labelledby=${`title-${task.id}`}>
    <h3 id=${`title-${task.id}`}><span class="sign" aria-hidden="true">${task.number}</span> ${richViews(task.title)}</h3>
    <div class="prose">${richViews(task.text)}</div>
    <form onSubmit=${submit} autocomplete="off">
      ${answerField(task, given, setGiven)}
      <div class="actions">
        <button type="submit" class="primary" disabled=${isBusy}>${isChecking ? 'Looking…' : word}</button>
        <button type="button" class="secondary" disabled=${isBusy || task.hintsLeft === 0} onClick=${() => void hint(task.id)}>
          Hint${task.hintsLeft > 0 ? html` <span class="count">${task.hintsLeft}</span>` : undefined}
        </button>
        <${Further} task=${task} isBusy=${isBusy} />
      </div>
    </form>
    ${notes.malformed === undefined ? undefined : html`<div class="verdict malformed"><p>${richViews(notes.malformed)}. This did not count.</p></div>`}
    ${notes.askedAgain ? againView() : notes.verdict === undefined ? undefined : verdictView(notes.verdict)}
    ${notes.hint !== undefined && notes.hint.kind !== 'hint' ? html`<p class="note">${describeHint(notes.hint)}</p>` : undefined}
    ${task.hints.map((text, n) => html`<aside class="hint prose"><h4>Hint ${n + 1}</h4>${richViews(text)}</aside>`)}
    ${notes.solution === undefined ? undefined : solutionView(notes.solution)}
  </section>`;
}

function answerField({ id, ask }: TaskPage, given: string, setGiven: (text: string) => void): View {
  if (ask === undefined) return undefined;
  if (ask.type === 'choice') {
    return html`<fieldset class="choices">
      <legend>Your answer</legend>
      ${ask.choices.map(
        (choice) => html`<label><input type="radio" name=${`answer-${id}`} value=${choice} checked=${given === choice}
          onChange=${() => setGiven(choice)} /> ${choice}</label>`,
      )}
    </fieldset>`;
  }
  const isNumber = ask.type === 'int' || ask.type === 'number';
  return html`<div class="field">
    <label for=${`answer-${id}`}>Your answer <span class="form">${ask.form}</span></label>
    <div class="input">
      <input id=${`answer-${id}`} name="answer" type="text" inputmode=${isNumber ? 'decimal' : 'text'} spellcheck=${false}
        autocapitalize="off" maxlength="4000" value=${given}
        onInput=${(event: Event) => setGiven((event.currentTarget as HTMLInputElement).value)} />
      ${ask.unit === '' ? undefined : html`<span class="unit">${ask.unit}</span>`}
    </div>
  </div>`;
}

/** What is done seldom: looking at the solution, applying it, leaving the task out. */
function Further({ task, isBusy }: { task: TaskPage; isBusy: boolean }): View {
  const [reason, setReason] = useState('');
  const leave = () => {
    if (reason.trim() !== '') void skip(task.id, reason.trim());
  };
  return html`<details class="further">
    <summary class="quiet">More</summary>
    <div class="panel">
      <button type="button" class="secondary" disabled=${isBusy} onClick=${() => void showSolution(task.id)}>Show the solution</button>
      <button type="button" class="secondary" disabled=${isBusy} onClick=${() => void solve(task.id)}>Apply the solution</button>
      <p class="note">The task is then marked: solution shown.</p>
      <label>Leave this task out, because
        <input type="text" maxlength="500" value=${reason} onInput=${(event: Event) => setReason((event.currentTarget as HTMLInputElement).value)} />
      </label>
      <button type="button" class="secondary" disabled=${isBusy || reason.trim() === ''} onClick=${leave}>Leave it out</button>
    </div>
  </details>`;
}

const heads: Readonly<Record<VerdictPage['kind'], readonly [string, string]>> = {
  pass: ['✓', 'Passed'],
  fail: ['✗', 'Not yet'],
  blocked: ['–', 'Blocked'],
  inconclusive: ['?', 'Inconclusive, this did not count'],
  broken: ['!', 'The machine or the lab is at fault, not you; this did not count'],
};

function verdictView(verdict: VerdictPage): View {
  const [sign, head] = heads[verdict.kind];
  const id =
    verdict.kind === 'fail' && verdict.id !== 'none' ? html`<code class="diagnosis">${verdict.id}</code>` : undefined;
  return html`<div class="verdict ${verdict.kind}">
    <p class="head"><span class="sign" aria-hidden="true">${sign}</span> ${head} ${id}</p>
    ${'text' in verdict ? html`<p class="say">${richViews(verdict.text)}</p>` : undefined}
    ${verdict.kind === 'blocked' ? html`<p class="say">It builds upon <code>${verdict.by}</code>: solve that first.</p>` : undefined}
    ${verdict.kind === 'broken' && verdict.hint !== '' ? html`<p class="say">${verdict.hint}</p>` : undefined}
    ${'evidence' in verdict ? evidenceView(verdict.evidence, verdict.kind === 'fail') : undefined}
  </div>`;
}

function againView(): View {
  return html`<div class="verdict again">
    <p class="head"><span class="sign" aria-hidden="true">✓</span> Right. And once more.</p>
    <p class="say">The room has been changed a little: the same question, for how it is now.</p>
  </div>`;
}

function solutionView({ answer, blocks }: NonNullable<Said['solution']>): View {
  return html`<aside class="solution prose">
    <h4>Solution</h4>
    ${blocks.map(({ on, script }) => codeView(script, { on: on === '' ? 'the first node' : on }))}
    ${answer === '' ? undefined : html`<p>Answer: <code>${answer}</code></p>`}
  </aside>`;
}
