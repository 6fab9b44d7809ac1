/** The people of a team and what each may do, for its owner and billing managers. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Me, Member, Role } from '../../api/portal-team.ts';
import { Button } from '../../parts/button.tsx';
import { InputField, SelectField } from '../../parts/field.tsx';
import { usePortal } from '../context.ts';
import { wordsOf } from '../failure.tsx';
import { Section } from '../section.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';

const WORDS: Record<Role, string> = { owner: 'Owner', billing_manager: 'Billing manager', member: 'Member' };

export function People({ me }: { me: Me }) {
  const { portal } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'members'], queryFn: () => portal.team.members() });
  return (
    <Section title="Team" query={query}>
      {({ items }) => (
        <>
          <ul className="items">
            {items.map((member) => (
              <li key={member.id}>
                <Person member={member} me={me} />
              </li>
            ))}
          </ul>
          <AddPerson />
        </>
      )}
    </Section>
  );
}

function Person({ member, me }: { member: Member; me: Me }) {
  const { portal } = usePortal();
  const [isAsking, setAsking] = useState(false);
  const isMe = member.id === me.member_id;
  const who = member.name ?? member.email;
  return (
    <div className="stack-tight">
      <div className="row apart">
        <span>
          {member.name !== null && <span>{member.name} </span>}
          <span className={member.name === null ? undefined : 'soft small'}>{member.email}</span>
          {isMe && <span className="soft small"> (you)</span>}
        </span>
        <span className={`badge ${member.role === 'member' ? '' : 'badge-good'}`}>{WORDS[member.role]}</span>
      </div>
      {member.role !== 'owner' && !isMe && (
        <div className="row">
          <ChangeRole member={member} />
          <Button small onClick={() => setAsking(true)} aria-label={`Remove ${who}`}>
            Remove
          </Button>
        </div>
      )}
      {isAsking && (
        <ConfirmDialog
          title={`Remove ${who} from the team?`}
          what={`${who} loses their seats and what belongs to them at once, and can’t sign in here any more.`}
          action="Remove"
          done={`${who} is not in the team any more.`}
          act={() => portal.team.remove(member.id)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function ChangeRole({ member }: { member: Member }) {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const other: Role = member.role === 'member' ? 'billing_manager' : 'member';
  const who = member.name ?? member.email;
  const change = useMutation({
    mutationFn: () => portal.team.changeRole(member.id, other),
    onSuccess: () => say({ tone: 'good', text: `${who} is a ${WORDS[other].toLowerCase()} now.` }),
    onError: (failure) => say({ tone: 'danger', text: wordsOf(failure) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal', 'members'] }),
  });
  return (
    <Button small busy={change.isPending} onClick={() => change.mutate()} aria-label={`Make ${who} a ${WORDS[other]}`}>
      Make {WORDS[other].toLowerCase()}
    </Button>
  );
}

function AddPerson() {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('billing_manager');
  const add = useMutation({
    mutationFn: () => portal.team.add(email.trim(), role),
    onSuccess: (member) => {
      setEmail('');
      say({ tone: 'good', text: `${member.email} is in the team.` });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal', 'members'] }),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (email.trim() !== '' && !add.isPending) add.mutate();
  }
  return (
    <details>
      <summary>Add somebody without a seat</summary>
      <form className="stack-tight" onSubmit={submit} aria-label="Add somebody to the team">
        <InputField
          label="E-mail"
          type="email"
          autoComplete="off"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={add.error === null ? undefined : wordsOf(add.error)}
        />
        <SelectField
          label="Role"
          required
          value={role}
          onChange={(event) => setRole(event.target.value === 'member' ? 'member' : 'billing_manager')}
          hint="Billing managers see orders and cards, change subscriptions and give out seats."
        >
          <option value="billing_manager">{WORDS.billing_manager}</option>
          <option value="member">{WORDS.member}</option>
        </SelectField>
        <div>
          <Button type="submit" small busy={add.isPending}>
            Add to the team
          </Button>
        </div>
      </form>
    </details>
  );
}
