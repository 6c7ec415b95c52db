import { office, officer } from './counter.ts';
import { Collection } from './hall/Collection.tsx';
import { Confirmation } from './hall/Confirmation.tsx';
import { NewRelation } from './hall/NewRelation.tsx';
import { Orders } from './hall/Orders.tsx';
import { useDeskTexts } from './texts.ts';

/** The counter in a tax service hall. */
export function Hall() {
  const t = useDeskTexts();
  return (
    <>
      <p className="small">
        {office} · {t('hall.officer')} {officer}
      </p>
      <div className="desk-columns">
        <Collection />
        <NewRelation />
        <Confirmation />
        <Orders />
      </div>
    </>
  );
}
