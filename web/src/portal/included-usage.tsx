/** How much of what is included is used in the running period; nothing to see where nothing is, or the shop doesn't show it. */
import { useQuery } from '@tanstack/react-query';
import { readingLocale } from '../format/locale.ts';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';

/** In percent, from where on there is a warning. */
const NEARLY = 80;

export function IncludedUsage() {
  const { portal, shop } = usePortal();
  const { show } = shop.organization.customer_portal_settings.usage;
  const query = useQuery({ queryKey: ['portal', 'meters'], queryFn: () => portal.meters(), enabled: show });
  const included = query.data?.items.filter(({ credited_units: credited }) => credited > 0) ?? [];
  if (included.length === 0) return null;
  return (
    <Section title="Included usage" query={query}>
      {() => (
        <ul className="items">
          {included.map(({ id, meter, consumed_units: consumed, credited_units: credited }) => (
            <li key={id} className="stack-tight">
              <div className="row apart">
                <span>{meter.name}</span>
                <Warning percent={(100 * consumed) / credited} />
              </div>
              <p className="soft small">
                {number(consumed)} of {number(credited)} used in this period
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Warning({ percent }: { percent: number }) {
  if (percent < NEARLY) return null;
  return <span className="badge badge-warning">{percent < 100 ? 'Nearly used up' : 'Used up'}</span>;
}

const number = (units: number): string => new Intl.NumberFormat(readingLocale()).format(units);
