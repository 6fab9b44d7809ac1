/** To the organization itself: one of its webhook endpoints takes no events any more. */
import type { Letter } from './letter.ts';

export interface DisabledEndpoint {
  readonly name: string | null;
  readonly url: string;
  readonly failuresInARow: number;
  /** When the first of the failed events was written, and when the endpoint was disabled; ISO 8601. */
  readonly since: string;
  readonly disabledAt: string;
  /** Its address in the API. */
  readonly address: string;
}

export function endpointDisabled(organizationName: string, endpoint: DisabledEndpoint): Letter {
  const { name, url, failuresInARow, since, disabledAt, address } = endpoint;
  return {
    subject: `A webhook endpoint of ${organizationName} was disabled`,
    preview: `${failuresInARow} events in a row could not be delivered.`,
    heading: 'A webhook endpoint was disabled',
    paragraphs: [
      `The webhook endpoint ${name ? `${name}, ` : ''}${url}, was disabled on ${disabledAt}: ${failuresInARow} events in a row could not be delivered, the first of them from ${since}. Each was tried for about a day.`,
      'What happens from now on is kept for 90 days, but not sent. Once the endpoint answers again, enable it and have sent what it missed:',
    ],
    facts: [
      ['Enable it', `PATCH ${address} {"enabled": true}`],
      ['Send what it missed', `POST ${address}/replay {"since": "${since}"}`],
    ],
    button: null,
    closing: [],
    why: `You get this e-mail because it is the address of ${organizationName}.`,
  };
}
