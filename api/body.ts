/** Reads bodies: JSON of at most 1 MB, or raw bytes for routes that check a signature over them. */
import express, { type Request, type Response } from 'express';
import { z } from 'zod';
import { ApiError, unprocessable } from './errors.ts';
import { raw } from './replies.ts';
import type { BodyKind } from './route.ts';

const LIMIT = 1024 * 1024;
const readJson = express.json({ limit: LIMIT, strict: false, type: () => true });
const readRaw = express.raw({ limit: LIMIT, type: () => true });

/** The body, parsed as JSON or as it came; `undefined` where there is none. Throws 413, 415, 422. */
export async function readBody(kind: Exclude<BodyKind, undefined>, req: Request, res: Response): Promise<unknown> {
  if (kind !== raw && hasBody(req) && !isJson(req.headers['content-type'])) {
    throw new ApiError(415, 'UnsupportedMediaType', 'Send the body as `application/json`.');
  }
  await new Promise<void>((resolve, reject) => {
    (kind === raw ? readRaw : readJson)(req, res, (error: unknown) => (error ? reject(refusal(error)) : resolve()));
  });
  if (kind === raw) return Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
  return hasBody(req) ? req.body : undefined;
}

const hasBody = (req: Request) =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

/** JSON by its name, or unnamed. */
const isJson = (type: string | undefined) => type === undefined || /^application\/([\w.-]+\+)?json *(;|$)/i.test(type);

/** What the reader of bodies fails with, as far as it is the sender's doing. */
const Failure = z.object({ status: z.int().min(400).max(499), type: z.string(), message: z.string() });

function refusal(error: unknown): unknown {
  const failure = Failure.safeParse(error);
  if (!failure.success) return error;
  const { status, type, message } = failure.data;
  switch (type) {
    case 'entity.too.large':
      return new ApiError(413, 'PayloadTooLarge', 'A body has at most 1 MB.');
    case 'entity.parse.failed':
      return unprocessable({ loc: ['body'], msg: 'The body is not valid JSON', type: 'json_invalid' });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new ApiError(415, 'UnsupportedMediaType', message);
    default:
      return new ApiError(status, 'BadRequest', 'The body could not be read.');
  }
}
