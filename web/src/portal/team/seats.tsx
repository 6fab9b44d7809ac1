/** Seats, for whoever pays for them: who has one, how many are left, and invitations. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Purchase, Seat, Seats as SeatsOf } from '../../api/portal-team.ts';
import { formatDate } from '../../format/dates.ts';
import { Button } from '../../parts/button.tsx';
import { InputField } from '../../parts/field.tsx';
import { usePortal } from '../context.ts';
import { wordsOf } from '../failure.tsx';
import { Section } from '../section.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** One section for each purchase with seats; none where there is none. */
export function Seats() {
  const { portal } = usePortal();
  const purchases = useQuery({ queryKey: ['portal', 'seat-purchases'], queryFn: () => portal.team.purchases() });
  return purchases.data?.map((purchase) => <SeatsOfOne key={purchase.id} purchase={purchase} />);
}

function SeatsOfOne({ purchase }: { purchase: Purchase }) {
  const { portal } = usePortal();
  const query = useQuery({
    queryKey: ['portal', 'seats', purchase.id],
    queryFn: () => portal.team.seats(purchase),
  });
  // What is sold by another unit has no places.
  if (query.data?.total_seats === 0) return null;
  return (
    <Section title={`Seats of ${purchase.name}`} query={query}>
      {(seats) => (
        <>
          <p className="soft">{usedOf(seats)}</p>
          {seats.seats.length === 0 ? (
            <p className="soft">
              Nobody has a seat yet. Invite people, yourself included: they get a link by e-mail, and what belongs to{' '}
              {purchase.name} is theirs once they take their seat.
            </p>
          ) : (
            <ul className="items">
              {seats.seats.map((seat) => (
                <li key={seat.id}>
                  <SeatLine seat={seat} purchase={purchase} />
                </li>
              ))}
            </ul>
          )}
          {seats.available_seats > 0 ? (
            <Invite purchase={purchase} />
          ) : (
            <p className="soft small">All seats are taken. Revoke one, or buy more, to invite somebody else.</p>
          )}
        </>
      )}
    </Section>
  );
}

function usedOf({ seats, total_seats: total, available_seats: available }: SeatsOf): string {
  const used = `${seats.length} of ${total} ${total === 1 ? 'seat' : 'seats'} used`;
  const leaving = total - seats.length - available;
  return leaving > 0 ? `${used}; ${leaving} will be gone with the next renewal.` : `${used}.`;
}

function SeatLine({ seat, purchase }: { seat: Seat; purchase: Purchase }) {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const who = seat.email ?? 'somebody';
  const resend = useMutation({
    mutationFn: () => portal.team.resend(seat.id),
    onSuccess: () => say({ tone: 'good', text: `${who} gets another link. Earlier ones don’t work any more.` }),
    onError: (failure) => say({ tone: 'danger', text: wordsOf(failure) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal', 'seats'] }),
  });
  return (
    <div className="stack-tight">
      <div className="row apart">
        <span>
          {seat.member?.name ? `${seat.member.name} ` : ''}
          <span className={seat.member?.name ? 'soft small' : undefined}>{seat.email}</span>
        </span>
        <State seat={seat} />
      </div>
      <div className="row">
        {seat.status === 'pending' && (
          <Button small busy={resend.isPending} onClick={() => resend.mutate()} aria-label={`Invite ${who} again`}>
            Send again
          </Button>
        )}
        <Button small onClick={() => setAsking(true)} aria-label={`Revoke the seat of ${who}`}>
          Revoke
        </Button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={`Revoke the seat of ${who}?`}
          what={`${who} loses what belongs to ${purchase.name} at once, and the seat is free for somebody else.`}
          action="Revoke seat"
          done={`The seat of ${who} is free again.`}
          act={() => portal.team.revoke(seat.id)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function State({ seat }: { seat: Seat }) {
  if (seat.status === 'claimed') return <span className="badge badge-good">Taken</span>;
  const until = seat.invitation_token_expires_at;
  if (until !== null && new Date(until) < new Date()) return <span className="badge badge-warning">Link expired</span>;
  return <span className="badge">{until === null ? 'Invited' : `Invited, until ${formatDate(until)}`}</span>;
}

function Invite({ purchase }: { purchase: Purchase }) {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const invite = useMutation({
    mutationFn: () => portal.team.assign(purchase, email.trim()),
    onSuccess: (seat) => {
      setEmail('');
      say({ tone: 'good', text: `${seat.email} gets an invitation by e-mail.` });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal'] }),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (email.trim() !== '' && !invite.isPending) invite.mutate();
  }
  return (
    <form className="stack-tight" onSubmit={submit} aria-label={`Invite somebody to ${purchase.name}`}>
      <InputField
        label="Invite by e-mail"
        type="email"
        name="email"
        autoComplete="off"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={invite.error === null ? undefined : wordsOf(invite.error)}
      />
      <div>
        <Button type="submit" look="primary" small busy={invite.isPending}>
          Invite
        </Button>
      </div>
    </form>
  );
}
