/** What is to the customer's credit, or owed because it was too little to charge; nothing to see where it is 0. */
import { useQuery } from '@tanstack/react-query';
import { formatMoney } from '../format/money.ts';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';

export function Balance() {
  const { portal } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'wallets'], queryFn: () => portal.wallets() });
  const standing = query.data?.items.filter(({ balance }) => balance !== 0) ?? [];
  // It is beside the point for most: neither its loading nor its absence takes a place on the page.
  if (standing.length === 0) return null;
  return (
    <Section title="Balance" query={query}>
      {() => (
        <ul className="items">
          {standing.map(({ id, type, currency, balance: amount }) => (
            <li key={id} className="stack-tight">
              <div className="row apart">
                <span>{nameOf(type, amount)}</span>
                <strong>{formatMoney(Math.abs(amount), currency)}</strong>
              </div>
              <p className="soft small">{usedFor(type, amount)}</p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function nameOf(type: 'billing' | 'usage', amount: number): string {
  if (type === 'usage') return 'Prepaid usage';
  return amount > 0 ? 'Your credit' : 'Still owed';
}

function usedFor(type: 'billing' | 'usage', amount: number): string {
  if (type === 'usage') return 'What you use is paid from it before your card is charged.';
  return amount > 0
    ? 'Your next orders are paid from it before your card is charged.'
    : 'It was too little to charge, and is added to your next renewal.';
}
