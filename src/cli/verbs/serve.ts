// podlab serve: the instructor's page of a workshop, its seats' pages, and where seats report to.

import { join } from 'node:path';
import { withLock } from '../../host/lock.ts';
import { serveInstructor } from '../../web/instructor/serve.ts';
import { fingerprintOf } from '../../web/self-signed.ts';
import type { App } from '../app.ts';
import type { VerbInput } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { openFleet } from '../fleet.ts';
import { placeOf } from '../listen-place.ts';
import { portNumber } from '../number-options.ts';
import { untilInterrupted } from '../page-server.ts';
import { workshopDesk } from '../workshop-desk.ts';

export async function run(app: App, { options }: VerbInput): Promise<number> {
  const fleet = await openFleet(app, options.workshop as string | undefined);
  const { name, place: where } = fleet.workshop;
  const place = await placeOf(app, name, options);
  const port = portNumber('--port', options.port);
  const lock = join(app.paths.runtime, 'fleet', `${name}.serve.lock`);
  // Two servers would write to the same journals; two instructors share one server.
  return withLock(lock, `the server of workshop "${name}"`, async () => {
    const { desk, deliver, watch } = await workshopDesk(app, fleet, options.rootShells === true);
    for (const aside of desk.reports.keptAside)
      desk.warn(`a seat's reports were changed by hand; they are kept as ${aside}`);
    await deliver();
    const server = await serveInstructor(desk, port, place);
    const unwatch = await watch();
    try {
      const fingerprint = place?.tls === undefined ? '' : fingerprintOf(place.tls.cert);
      const answer = { workshop: name, url: server.link(), reports: `${server.origin}/`, fingerprint };
      app.answer(options.json === true, answer, () => `${answer.url}\n`);
      if (fingerprint !== '') app.stderr.write(`Fingerprint of the certificate: ${fingerprint}\n`);
      const seats =
        where === 'kubernetes'
          ? 'What happens at the seats comes here through the cluster; their pages are at the addresses on the cards.'
          : `Seats report to ${server.origin}/, and have their pages there.`;
      app.stderr.write(`${seats} The link opens the page once; Enter makes a new one.\n`);
      await untilInterrupted(app, () => app.stdout.write(`${server.link()}\n`));
    } finally {
      unwatch();
      await server.close();
    }
    return exitCodes.done;
  });
}
