/** Refusals on the wire. */
import { z } from 'zod';

export const ValidationError = z
  .object({
    loc: z.array(z.union([z.string(), z.int()])).describe('Where it is, from `body`, `query` or `path` on.'),
    msg: z.string().describe('What is wrong, in words.'),
    type: z.string().describe('What is wrong, as a fixed name.'),
  })
  .meta({ id: 'ValidationError' });
export type ValidationError = z.infer<typeof ValidationError>;

export const HTTPValidationError = z
  .object({ error: z.literal('RequestValidationError'), detail: z.array(ValidationError) })
  .meta({ id: 'HTTPValidationError', description: 'Some values of the request are wrong.' });
export type HTTPValidationError = z.infer<typeof HTTPValidationError>;

export const Refusal = z
  .object({
    error: z.string().describe('The reason, as a fixed name.'),
    detail: z.string().describe('The reason, in words.'),
  })
  .meta({ id: 'Refusal', description: 'The request was understood and refused.' });
export type Refusal = z.infer<typeof Refusal>;

export const ResourceNotFound = z
  .object({ error: z.literal('ResourceNotFound'), detail: z.string() })
  .meta({ id: 'ResourceNotFound', description: 'There is no such thing, or it belongs to somebody else.' });
export type ResourceNotFound = z.infer<typeof ResourceNotFound>;

export const Unauthorized = z
  .object({ error: z.literal('Unauthorized'), detail: z.string() })
  .meta({ id: 'Unauthorized', description: 'The token is missing, unknown, expired, or for something else.' });
export type Unauthorized = z.infer<typeof Unauthorized>;
