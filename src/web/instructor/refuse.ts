// An answer that says no.

import type { FastifyReply } from 'fastify';

export function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error: { message, hint: '' } });
}
