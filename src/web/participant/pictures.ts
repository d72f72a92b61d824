// The pictures of labs: found once, served by name, unable to run anything.

import type { FastifyInstance } from 'fastify';
import type { Asset } from '../assets.ts';
import type { PictureOf } from './api.ts';

/**
 * @param pictures by path below `PREFIX/pictures/`
 * @param inLab whether those paths begin with the name of a lab
 */
export function servePictures(
  app: FastifyInstance,
  prefix: '' | '/seat',
  pictures: ReadonlyMap<string, Asset>,
  inLab = false,
): PictureOf {
  app.get<{ Params: { '*': string } }>(`${prefix}/pictures/*`, (request, reply) => {
    const picture = pictures.get(request.params['*']);
    if (picture === undefined) return reply.callNotFound();
    // A picture that is opened by itself may not run anything either.
    return reply.header('content-security-policy', "default-src 'none'; sandbox").type(picture.type).send(picture.body);
  });
  return (lab, path) => {
    const whole = inLab ? `${lab}/${path}` : path;
    // Relative to the page: a proxy may have put a path before it.
    const above = prefix === '' ? '' : `${prefix.slice(1)}/`;
    return pictures.has(whole) ? `${above}pictures/${whole.split('/').map(encodeURIComponent).join('/')}` : undefined;
  };
}
