/** What a log says of an error: enough to find its cause, and nothing of whom it concerned. */

/** How many causes behind an error are told. */
const CAUSES = 5;

export interface LoggedError {
  /** Its own where it has one, as Temporal's and Stripe's errors do; else its class. */
  readonly type: string;
  readonly message: string;
  /** The frames alone: the lines before them are the message as it was. */
  readonly stack?: string;
  readonly code?: string | number;
  /** Of the database. Its `detail` is left out: it quotes the row, with addresses, secrets and hashes. */
  readonly constraint?: string;
  readonly table?: string;
  readonly cause?: LoggedError | string;
}

/** Picks what may be told, from whatever was thrown. */
export function loggedError(error: unknown, causes = CAUSES): LoggedError | string {
  // Not by class: errors from a workflow's own realm are of another `Error`.
  if (typeof error !== 'object' || error === null) return discreet(String(error));
  const { name, message, stack, cause, ...fields } = picked(error);
  const text = typeof message === 'string' ? message : '';
  return {
    type: [fields.type, name].find((value) => typeof value === 'string') ?? 'object',
    message: discreet(text),
    ...(typeof stack === 'string' ? { stack: frames(stack, text) } : {}),
    ...(typeof fields.code === 'string' || typeof fields.code === 'number' ? { code: fields.code } : {}),
    ...(typeof fields.constraint === 'string' ? { constraint: fields.constraint } : {}),
    ...(typeof fields.table === 'string' ? { table: fields.table } : {}),
    ...(cause === undefined || cause === null || causes === 0 ? {} : { cause: loggedError(cause, causes - 1) }),
  };
}

type Told = 'type' | 'name' | 'message' | 'stack' | 'code' | 'constraint' | 'table' | 'cause';

/** None of these is enumerable on every error. */
function picked(error: object): Partial<Record<Told, unknown>> {
  const { type, name, message, stack, code, constraint, table, cause } = error as Partial<Record<Told, unknown>>;
  return { type, name, message, stack, code, constraint, table, cause };
}

/**
 * A message without what it quotes: the database driver appends the row's `detail`, and mail servers name the recipient
 * they refuse.
 */
export function discreet(message: string): string {
  return message.replace(/\n - (detail|hint): [\s\S]*$/, '').replace(/[\w.%+-]+@[\w.-]+/g, '[address]');
}

function frames(stack: string, message: string): string {
  const start = stack.indexOf(message);
  const lines = (start < 0 ? stack : stack.slice(start + message.length)).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
