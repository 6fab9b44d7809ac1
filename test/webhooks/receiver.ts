/** Somebody else's server that takes webhooks, and does what a test tells it to. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly body: string;
  readonly sequence: number;
  readonly status: number;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

export async function startReceiver() {
  const received: Received[] = [];
  let answer: (nth: number, response: ServerResponse) => number | Promise<number> = () => 200;
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const status = await answer(received.length + 1, response);
    const url = request.url ?? '';
    received.push({
      headers: request.headers,
      url,
      body,
      sequence: Number(request.headers['webhook-sequence']),
      status,
    });
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(`you are number ${received.length}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    received,
    port,
    url: `http://127.0.0.1:${port}/hooks`,
    /** How the next requests are answered; the function may write to the response itself. */
    answers(next: typeof answer) {
      answer = next;
    },
    taken: () => received.filter(({ status }) => status < 300).map(({ sequence }) => sequence),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
