/** What else comes with the purchases: notes of the seller, access elsewhere, and whether it has arrived. */
import { useQuery } from '@tanstack/react-query';
import type { BenefitGrant } from '../api/portal.ts';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';

export function Benefits() {
  const { portal } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'benefit-grants'], queryFn: () => portal.benefitGrants() });
  // Keys have a section of their own, and a section with nothing in it says nothing here.
  const others = query.data?.items.filter((grant) => grant.benefit.type !== 'license_keys' && !grant.is_revoked);
  if (others !== undefined && others.length === 0) return null;
  return (
    <Section title="Benefits" query={query}>
      {() => (
        <ul className="items">
          {others?.map((grant) => (
            <li key={grant.id} className="stack-tight">
              <div className="row apart">
                <h3>{grant.benefit.description}</h3>
                <State grant={grant} />
              </div>
              {grant.benefit.properties.note && <p className="soft">{grant.benefit.properties.note}</p>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function State({ grant }: { grant: BenefitGrant }) {
  if (grant.is_granted) return <span className="badge badge-good">Yours</span>;
  if (grant.error != null) return <span className="badge badge-warning">Delayed, we keep trying</span>;
  return <span className="badge">On its way</span>;
}
