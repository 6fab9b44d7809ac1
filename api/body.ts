/** Reads bodies: JSON of at most 1 MB, 16 where a route takes that much, or raw bytes for routes that check a signature over them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Request, type Response } from 'express';
import { z } from 'zod';
import { ApiError, unprocessable } from './errors.ts';
import { raw } from './replies.ts';
import type { BodyKind } from './route.ts';

const MB = 1024 * 1024;
const json = (most: number) => express.json({ limit: most * MB, strict: false, type: () => true, verify: noteEscapes });
const readJson = json(1);
const readLargeJson = json(16);
const readRaw = express.raw({ limit: MB, type: () => true });

/** Bodies in which a character is written by its number, or may be: in UTF-16, for one, that looks otherwise. */
const escaping = new WeakSet<IncomingMessage>();

function noteEscapes(req: IncomingMessage, _res: ServerResponse, text: Buffer, encoding: string): void {
  if (encoding !== 'utf-8' || text.includes('\\u')) escaping.add(req);
}

/** Whether it may hold characters that no text can: in JSON these stand only by their numbers. */
export const mayHoldUnstorableText = (req: IncomingMessage): boolean => escaping.has(req);

/** The body, parsed as JSON or as it came; `undefined` where there is none. Throws 413, 415, 422. */
export async function readBody(
  kind: Exclude<BodyKind, undefined>,
  isLarge: boolean,
  req: Request,
  res: Response,
): Promise<unknown> {
  if (kind !== raw && hasBody(req) && !isJson(req.headers['content-type'])) {
    throw new ApiError(415, 'UnsupportedMediaType', 'Send the body as `application/json`.');
  }
  await new Promise<void>((resolve, reject) => {
    const read = kind === raw ? readRaw : isLarge ? readLargeJson : readJson;
    read(req, res, (error: unknown) => (error ? reject(refusal(error)) : resolve()));
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
      return new ApiError(413, 'PayloadTooLarge', 'The body is too large: 1 MB is the most, 16 MB for events.');
    case 'entity.parse.failed':
      return unprocessable({ loc: ['body'], msg: 'The body is not valid JSON', type: 'json_invalid' });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new ApiError(415, 'UnsupportedMediaType', message);
    default:
      return new ApiError(status, 'BadRequest', 'The body could not be read.');
  }
}
