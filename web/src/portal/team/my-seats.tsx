/** What a plain member of a team has a seat of. What it costs, and who pays, is not theirs to see. */
import { useQuery } from '@tanstack/react-query';
import { usePortal } from '../context.ts';
import { Section } from '../section.tsx';

export function MySeats() {
  const { portal } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'claimed'], queryFn: () => portal.team.claimed() });
  return (
    <Section title="Your seats" query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="soft">You have no seat of a subscription at the moment.</p>
        ) : (
          <ul className="items">
            {items.map(({ id, product, status }) => (
              <li key={id} className="row apart">
                <h3>{product.name}</h3>
                <span className={`badge ${status === 'paused' ? '' : 'badge-good'}`}>
                  {status === 'paused' ? 'Paused' : 'Yours'}
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Section>
  );
}
