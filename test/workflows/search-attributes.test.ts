/** A Temporal that lets nobody but people make search attributes, as Temporal Cloud does: a server with its answers. */
import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { NativeConnection } from '@temporalio/worker';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';

/** In gRPC's frame, a message in which all is left out. */
const EMPTY = Buffer.alloc(5);
let server: Http2Server;
let refusal: string;

beforeAll(async () => {
  server = createServer();
  server.on('stream', (stream, headers) => {
    const answer = { ':status': 200, 'content-type': 'application/grpc' };
    if (String(headers[':path']).includes('OperatorService')) {
      stream.respond({ ...answer, 'grpc-status': refusal }, { endStream: true });
      return;
    }
    stream.respond(answer, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(EMPTY);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

async function warnings(): Promise<unknown[]> {
  const connection = await NativeConnection.connect({
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const warned: unknown[] = [];
  try {
    await ensureSearchAttributes(connection, 'default', { warn: (about: unknown) => void warned.push(about) });
  } finally {
    await connection.close();
  }
  return warned;
}

it.each(['7', '12', '16'])(
  'goes on where making them is refused with %s, and says which are needed',
  async (status) => {
    refusal = status;
    expect(await warnings()).toEqual([{ names: ['OrganizationId', 'CustomerId', 'BillingStatus'] }]);
  },
);

it('fails where it is not refused, but impossible', async () => {
  refusal = '3';
  await expect(warnings()).rejects.toMatchObject({ code: 3 });
});
