// The Pulumi program: what `pulumi up` runs for the stack that is selected.

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config, getStack, log, runtime, secret } from '@pulumi/pulumi';
import { gatherCni } from '../cluster/cni/gather-cni.ts';
import { LabError } from '../error.ts';
import { readTextIfExists } from '../host/files.ts';
import { podlabPaths } from '../host/paths.ts';
import type { Reporter } from '../reporter.ts';
import { loadTopology } from '../topology/load-topology.ts';
import { gatherSettings } from './gather-settings.ts';
import { labRoom } from './lab-room.ts';
import { keepVmRecord } from './vm-record.ts';

const { env } = process;
const home = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const uid = process.geteuid?.() ?? 0;
const paths = podlabPaths(uid, env);
const stack = getStack();
const file = join(home, 'stacks', `Pulumi.${stack}.yaml`);

const reporter: Reporter = {
  step: (title, work) => {
    void log.info(title);
    return work(() => {});
  },
  info: (message) => void log.info(message),
  warn: (message) => void log.warn(message),
};

const workplace = {
  cacheDir: paths.cache,
  home,
  path: env.PATH ?? '',
  env,
  uid,
  signal: new AbortController().signal,
};

const text = readTextIfExists(file);
if (text === undefined) throw new LabError('NOT_FOUND', `there is no stack file ${file}`);
const topology = loadTopology(text, { stack, file });
if (topology.driver !== 'libvirt') {
  throw new LabError('USAGE', `stack "${stack}" has the driver ${topology.driver}, and Pulumi makes rooms of libvirt`, {
    hint: `Run "podlab up ${stack}", or "pulumi config set podlab:driver libvirt".`,
  });
}

const isPreview = runtime.isDryRun();
const settings = await gatherSettings(topology, {
  workplace,
  stateDir: paths.state,
  file,
  config: (key) => {
    const [namespace = '', name = ''] = key.split(':');
    return new Config(namespace).get(name);
  },
  isPreview,
  reporter,
  gatherCni: (one) => gatherCni(one, join(home, 'stacks'), workplace, reporter),
});
const { uri, type, poolDirectory, logDirectory } = settings;
// So that "podlab exec" and the labs find this room too. What is made from other settings is left to Pulumi.
const made = { version: 1, topology, file, from: '', uri, type, poolDirectory, logDirectory } as const;
if (!isPreview)
  keepVmRecord(paths.state, { ...made, since: Date.now(), complete: true, hasReadyState: false }, settings.keys);

const room = labRoom(topology, settings);
export const { nodes } = room;
export const kubeconfig = room.kubeconfig && secret(room.kubeconfig);
