/** The link to a customer's new e-mail address: whoever has it needs no session. */
import * as z from 'zod/mini';
import { call } from './client.ts';

const PATH = '/v1/customer-portal/customers/me/email-update';

/** Throws `unauthorized` where the link is unknown, used or expired. */
export async function checkEmailLink(token: string, signal?: AbortSignal): Promise<true> {
  await call({ path: `${PATH}/check?${new URLSearchParams({ token })}`, answer: z.unknown(), signal });
  return true;
}

/** Answers with the token of a session. */
export async function verifyEmail(token: string): Promise<string> {
  const answer = z.object({ token: z.string() });
  return (await call({ method: 'POST', path: `${PATH}/verify`, body: { token }, answer })).token;
}
