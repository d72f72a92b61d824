// Images from a registry on loopback, pulled by containerd: good, with a token, changed, cut, missing, silent, away.

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentReporter } from '../../../src/reporter.ts';
import { agnhostVersion } from '../../../src/toolchain/image-names.ts';
import { readArchive } from '../../../src/toolchain/read-archive.ts';
import { type PullRequest, pullImages } from '../../../src/toolchain/registry.ts';
import { cachePlaces, type Workplace } from '../../../src/toolchain/request.ts';
import { describeClusters } from '../../support/cluster-desk.ts';
import { type Desk, withDesk } from '../../support/podlab.ts';
import { smallImages, smallProgramsVersion, writeSmallPrograms } from '../../support/small-programs.ts';
import {
  answer,
  type Behaviour,
  type SmallRegistry,
  startSmallRegistry,
  tokenBehaviour,
} from '../../support/small-registry.ts';

let registry: SmallRegistry;
let dir: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'podlab-pull-'));
  registry = await startSmallRegistry();
  await registry.add('web/server:1.2');
});

afterEach(() => {
  registry.close();
  rmSync(dir, { recursive: true, force: true });
});

const workplace = (): Workplace => ({
  cacheDir: dir,
  home: join(import.meta.dirname, '..', '..', '..'),
  path: `${process.env.PATH}:/usr/sbin:/sbin`,
  env: {},
  uid: 0,
  signal: new AbortController().signal,
});

const pull = (request: Partial<PullRequest> = {}) =>
  pullImages({ references: [`${registry.host}/web/server:1.2`], ...request }, workplace(), silentReporter);

/** Nothing but whole images, and no scratch. */
const leftovers = () => {
  const { root, scratch, images } = cachePlaces(dir);
  return [
    ...readdirSync(scratch),
    ...readdirSync(images).filter((name) => name.endsWith('.new')),
    ...readdirSync(root).filter((name) => !['images', 'scratch'].includes(name)),
  ];
};

const isLayer: Behaviour = ({ what, content }) => what === 'blobs' && content.length > 100_000;

interface Fault {
  readonly behaviour: Behaviour;
  readonly code: string;
  readonly says: RegExp;
}

/** Everything that can be wrong with a layer or an image, and what a person reads of it. */
const faults: Readonly<Record<string, Fault>> = {
  'a layer with other bytes': {
    behaviour: (one, response) => {
      if (!isLayer(one, response)) return false;
      response.writeHead(200, { 'Content-Length': one.content.length }).end(Buffer.alloc(one.content.length, 7));
      return true;
    },
    code: 'DAMAGED',
    says: /unexpected commit digest sha256:\w+, expected sha256:/,
  },
  'a layer that is cut off': {
    behaviour: (one, response) => {
      if (!isLayer(one, response)) return false;
      response.writeHead(200, { 'Content-Length': one.content.length });
      response.write(one.content.subarray(0, 50_000), () => response.destroy());
      return true;
    },
    code: 'DOWNLOAD_FAILED',
    says: /unexpected EOF|connection reset/,
  },
  'no such image': {
    behaviour: (one, response) => {
      if (one.what !== 'manifests') return false;
      answer({ ...one, content: Buffer.alloc(0) }, response);
      return true;
    },
    code: 'DOWNLOAD_FAILED',
    says: /not found/,
  },
  'no such layer': {
    behaviour: (one, response) => {
      if (!isLayer(one, response)) return false;
      answer({ ...one, content: Buffer.alloc(0) }, response);
      return true;
    },
    code: 'DOWNLOAD_FAILED',
    says: /not found/,
  },
  'a registry that is out of order': {
    behaviour: ({ what }, response) => {
      if (what === 'ping') return false;
      response.writeHead(500).end();
      return true;
    },
    code: 'DOWNLOAD_FAILED',
    says: /500 Internal Server Error/,
  },
};

describeClusters('images from a registry', () => {
  test('are pulled by name, with every digest, and kept as archives under their own names', async () => {
    const [image] = await pull();
    expect(image).toMatchObject({ reference: `${registry.host}/web/server:1.2`, origin: 'registry' });
    expect(image?.digest).toMatch(/^sha256:\w{64}$/);
    expect(await readArchive(image?.archive ?? '')).toEqual([
      { reference: `${registry.host}/web/server:1.2`, digest: image?.digest },
    ]);
    expect(new Set(registry.asked.map(({ what, method }) => `${method} ${what}`))).toEqual(
      new Set(['HEAD manifests', 'GET manifests', 'GET blobs']),
    );
    expect(leftovers()).toEqual([]);
  });

  test('come from the registry that stands in for the one in their names', async () => {
    const [image] = await pull({ references: ['registry.example/web/server:1.2'], mirror: registry.host });
    expect(image?.reference).toBe('registry.example/web/server:1.2');
  });

  test('come from a registry that asks for a token first', async () => {
    registry.behaviour = tokenBehaviour(registry);
    expect(await pull()).toHaveLength(1);
    const [token] = registry.asked.filter(({ what }) => what === 'token');
    expect(token?.name).toBe('repository:web/server:pull');
  });

  test.each(Object.entries(faults))('%s is an error, and nothing is kept', async (_what, { behaviour, code, says }) => {
    registry.behaviour = behaviour;
    await expect(pull()).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(leftovers()).toEqual([]);
    expect(readdirSync(cachePlaces(dir).images)).toEqual([]);
  });

  test.each<[string, Behaviour]>([
    ['never answers', ({ what }) => what === 'manifests'],
    [
      'stops in the middle of a layer',
      (one, response) => {
        if (!isLayer(one, response)) return false;
        response.writeHead(200, { 'Content-Length': one.content.length });
        response.write(one.content.subarray(0, 50_000));
        return true;
      },
    ],
  ])('are not waited for without end: the registry %s', async (_what, behaviour) => {
    registry.behaviour = behaviour;
    await expect(pull({ silentForMs: 2000 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('nothing came for 2 s'),
    });
    expect(leftovers()).toEqual([]);
  });

  test('a slow registry is waited for', async () => {
    registry.behaviour = (one, response) => {
      if (!isLayer(one, response)) return false;
      response.writeHead(200, { 'Content-Length': one.content.length });
      void trickle(one.content, (chunk) => response.write(chunk)).then(() => response.end());
      return true;
    };
    // The layer takes twice as long, and a mebibyte of it a quarter.
    await registry.add('web/large:1', 8_000_000);
    const references = [`${registry.host}/web/large:1`];
    expect(await pull({ references, silentForMs: 3000 })).toHaveLength(1);
  });
});

async function trickle(content: Buffer, write: (chunk: Buffer) => void): Promise<void> {
  const pieces = 24;
  const size = Math.ceil(content.length / pieces);
  for (let at = 0; at < content.length; at += size) {
    write(content.subarray(at, at + size));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** One line of the toolchain's programs and images, on a desk of its own. */
async function toolchainOn(desk: Desk, ...words: readonly string[]) {
  rmSync(join(desk.root, 'cache', 'toolchain', 'records'), { recursive: true, force: true });
  const programs = ['--kubernetes', smallProgramsVersion, '--dir', join(desk.root, 'programs')];
  const { stdout, ...outcome } = await desk.podlab('toolchain', ...programs, '--json', ...words);
  return { ...outcome, ...JSON.parse(stdout) };
}

describeClusters('the images of a toolchain', () => {
  test('are those of the registry in their names when it has them, and assembled, with a line that says why, when not', async () => {
    await withDesk(async (desk) => {
      mkdirSync(join(desk.root, 'cache'));
      const away = await startSmallRegistry();
      away.close();
      writeSmallPrograms(join(desk.root, 'programs'), away.host);
      const unreachable = await toolchainOn(desk);
      expect(unreachable).toMatchObject({
        exitCode: 0,
        stderr: expect.stringMatching(
          /images are assembled on this machine: .*\/v2\/ could not be fetched: .*ECONNREFUSED/,
        ),
        toolchain: { imageRepository: 'podlab.local', origins: { etcd: 'assembled', kubelet: 'given' } },
      });

      writeSmallPrograms(join(desk.root, 'programs'), registry.host);
      for (const name of smallImages) await registry.add(name);
      for (const what of ['a layer with other bytes', 'no such layer']) {
        const { behaviour, says } = faults[what] as Fault;
        registry.behaviour = behaviour;
        const outcome = await toolchainOn(desk);
        expect([what, outcome]).toMatchObject([
          what,
          { exitCode: 0, toolchain: { imageRepository: 'podlab.local', origins: { etcd: 'assembled' } } },
        ]);
        expect([what, outcome.stderr]).toEqual([what, expect.stringMatching(/images are assembled on this machine: /)]);
        expect([what, outcome.stderr]).toEqual([what, expect.stringMatching(says)]);
      }

      // Who names a registry wants that one.
      const named = await toolchainOn(desk, '--registry', registry.host);
      expect(named).toMatchObject({ exitCode: 4, error: { code: 'DOWNLOAD_FAILED' } });

      registry.behaviour = undefined;
      const without = await toolchainOn(desk);
      expect(without).toMatchObject({
        exitCode: 0,
        stderr: expect.stringMatching(/agnhost is assembled on this machine: .*not found/),
        toolchain: {
          imageRepository: registry.host,
          origins: { etcd: 'registry', pause: 'registry', agnhost: 'assembled', box: 'assembled' },
        },
      });
      await registry.add(`e2e-test-images/agnhost:${agnhostVersion}`);
      expect(await toolchainOn(desk)).toMatchObject({ exitCode: 0, toolchain: { origins: { agnhost: 'registry' } } });
    });
  });
});
