/** What a log line says of what went wrong, and what it keeps to itself. */
import { ApplicationFailure } from '@temporalio/common';
import { createLogger } from '../../config/logging.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** The line for an error, in the words of the worker (`error`) or of the API (`err`). */
function logged(key: 'err' | 'error', error: unknown, message = 'Activity failed') {
  const lines: string[] = [];
  const log = createLogger({ LOG_LEVEL: 'info', NODE_ENV: 'production' }, 'worker', {
    write: (line) => lines.push(line),
  });
  log.warn({ [key]: error }, message);
  const [text = ''] = lines;
  return { text, line: JSON.parse(text) };
}

async function refused(): Promise<unknown> {
  const em = database.orm.em.fork();
  const add = () => em.execute('insert into kept (email) values (?)', ['ada@example.com']);
  await em.execute('create table if not exists kept (email text unique)');
  await add().catch(() => {});
  return add().catch((error: unknown) => error);
}

it.each(['err', 'error'] as const)('names what the database refused under %s, without the row', async (key) => {
  const error = await refused();
  expect(error).toMatchObject({ message: expect.stringContaining('detail: Key (email)=(ada@example.com)') });
  const { text, line } = logged(key, error);
  expect(line[key]).toEqual({
    type: 'UniqueConstraintViolationException',
    message: 'duplicate key value violates unique constraint "kept_email_key"',
    stack: expect.stringMatching(/^\s+at /),
    code: '23505',
    constraint: 'kept_email_key',
    table: 'kept',
  });
  expect(text).not.toContain('ada@');
});

it('follows causes, to an end', () => {
  const cause = new Error('550 <ada@example.com>: no such mailbox');
  const { line, text } = logged('error', ApplicationFailure.create({ message: 'not sent', type: 'Refused', cause }));
  expect(line.error).toMatchObject({
    type: 'Refused',
    message: 'not sent',
    cause: { type: 'Error', message: '550 <[address]>: no such mailbox' },
  });
  expect(text).not.toContain('ada@example.com');
  const endless = new Error('around');
  endless.cause = endless;
  expect(logged('err', endless).text.length).toBeLessThan(20_000);
});

it('says something of whatever is thrown', () => {
  expect(logged('err', 'plain text').line.err).toBe('plain text');
  expect(logged('err', { code: 7 }).line.err).toEqual({ type: 'object', message: '', code: 7 });
  const quoting = 'Error while processing: duplicate key\n - detail: Key (email)=(ada@example.com) exists.';
  expect(logged('error', null, quoting).line).toMatchObject({ msg: 'Error while processing: duplicate key' });
});
