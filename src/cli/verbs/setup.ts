// podlab setup: install the Debian packages that are missing, after showing which.

import { existsSync } from 'node:fs';
import type { Need } from '../../driver/doctor/finding.ts';
import { missingPackages } from '../../driver/doctor/programs.ts';
import { LabError } from '../../error.ts';
import type { Argv } from '../../host/host.ts';
import { quoteCommand, runProgram } from '../../host/run.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

const basicNeeds: readonly Need[] = ['sandbox', 'labs', 'impairments'];

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const { engine } = options;
  const known = (['docker', 'kubernetes'] as const).find((name) => name === engine);
  if (engine !== undefined && known === undefined) {
    const hint = 'Use docker or kubernetes.';
    throw new LabError('USAGE', `there is nothing to set up for engine "${engine}"`, { hint });
  }
  const ofEngine: readonly Need[] = known === undefined ? [] : known === 'kubernetes' ? [known, 'bench'] : [known];
  const { driver } = options;
  if (driver !== undefined && driver !== 'sandbox' && driver !== 'libvirt') {
    const hint = 'Use sandbox or libvirt.';
    throw new LabError('USAGE', `there is nothing to set up for driver "${driver}"`, { hint });
  }
  const ofDriver: readonly Need[] = driver === 'libvirt' ? ['libvirt'] : [];
  const tests: readonly Need[] = options.tests === true ? ['browser', 'sshd'] : [];
  const needs = [...basicNeeds, ...ofEngine, ...ofDriver, ...tests];
  const packages = missingPackages(app.programPath, needs);
  const commands = packages.length === 0 ? [] : installCommands(packages);
  const isDry = options.dryRun === true;
  if (options.json !== true || isDry) {
    app.answer(options.json === true, { packages, commands }, () => announce(packages, commands));
  }
  if (packages.length === 0 || isDry) return exitCodes.done;
  if (options.yes !== true && !(await agreed(app))) return exitCodes.no;
  await installPackages(app, packages);
  if (options.json === true) app.answer(true, { packages, commands, installed: true }, () => '');
  return exitCodes.done;
}

/** Installs packages by apt-get. @throws LabError HOST_UNSUITABLE where that can't be done, COMMAND_FAILED */
export async function installPackages(app: App, packages: readonly string[]): Promise<void> {
  const commands = installCommands(packages);
  const byHand = `Run as root: ${commands.map(quoteCommand).join(' && ')}`;
  if (!existsSync('/usr/bin/apt-get')) {
    const hint = `Install what your distribution calls ${packages.join(', ')}.`;
    throw new LabError('HOST_UNSUITABLE', 'this is no Debian: there is no apt-get', { hint });
  }
  if (app.uid !== 0) throw new LabError('HOST_UNSUITABLE', 'installing packages needs root', { hint: byHand });
  const reporter = await app.reporter();
  for (const argv of commands) {
    await reporter.step(quoteCommand(argv), async () => {
      const env = { PATH: app.programPath, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', ...proxies(app) };
      const { exitCode, stderr } = await runProgram(argv, { env, timeoutMs: 900_000, signal: app.signal });
      if (exitCode !== 0) {
        throw new LabError('COMMAND_FAILED', `${quoteCommand(argv)} ended with ${exitCode}:\n${stderr.trim()}`, {
          hint: byHand,
        });
      }
    });
  }
}

function installCommands(packages: readonly string[]): readonly Argv[] {
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages],
  ];
}

/** What Debian's packages start as soon as they are installed. */
const servicesOf: Readonly<Record<string, readonly string[]>> = {
  bird2: ['bird'],
  containerd: ['containerd'],
  'docker.io': ['docker.socket', 'docker'],
  'openssh-server': ['ssh'],
};

function announce(packages: readonly string[], commands: readonly Argv[]): string {
  if (packages.length === 0) return 'nothing is missing\n';
  const services = packages.flatMap((name) => servicesOf[name] ?? []);
  const note =
    services.length === 0
      ? ''
      : `Where systemd runs, these packages start daemons of the machine, which podlab does not use: systemctl disable --now ${services.join(' ')}\n`;
  return `missing Debian packages: ${packages.join(' ')}\n${commands.map((argv) => `  ${quoteCommand(argv)}\n`).join('')}${note}`;
}

async function agreed(app: App): Promise<boolean> {
  if (!app.stdin.isTTY) {
    throw new LabError('USAGE', 'nobody is there to ask', { hint: 'Say --yes to install them.' });
  }
  const { default: inquirer } = await import('inquirer');
  const { ok } = await inquirer.prompt([{ type: 'confirm', name: 'ok', message: 'Install them?', default: true }]);
  return ok === true;
}

/** apt-get finds its way out through these, where there is a proxy. */
function proxies({ env }: App): Readonly<Record<string, string>> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
