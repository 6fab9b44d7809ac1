/** A mail server that keeps what it is given, as a mailbox would. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

export async function startMailServer() {
  const letters: { to: string; text: string }[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    converse(socket, (letter) => letters.push(letter));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** The newest letter to an address, once it has come. */
    async letterTo(address: string): Promise<string> {
      for (let tries = 0; tries < 300; tries += 1) {
        const letter = letters.findLast(({ to }) => to === address);
        if (letter !== undefined) return letter.text;
        await new Promise((passed) => setTimeout(passed, 100));
      }
      throw new Error(`No letter has come to ${address}.`);
    },
    close: () => server.close(),
  };
}

/** As much of SMTP as a sender needs: RFC 5321, without extensions. */
function converse(socket: Socket, keep: (letter: { to: string; text: string }) => void): void {
  let to = '';
  let body: string[] | null = null;
  let rest = '';
  const say = (line: string) => socket.write(`${line}\r\n`);
  say('220 a mailbox');
  socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString()).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (body !== null) {
        if (line !== '.') body.push(line.replace(/^\.\./, '.'));
        else {
          keep({ to, text: decoded(body.join('\n')) });
          body = null;
          say('250 kept');
        }
      } else if (/^RCPT TO:/i.test(line)) {
        to = /<(.+)>/.exec(line)?.[1] ?? '';
        say('250 go on');
      } else if (/^DATA/i.test(line)) {
        body = [];
        say('354 go on');
      } else if (/^QUIT/i.test(line)) {
        say('221 bye');
        socket.end();
      } else say('250 go on');
    }
  });
}

/** Quoted-printable, RFC 2045, as far as links need it. */
const decoded = (text: string): string =>
  text
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
