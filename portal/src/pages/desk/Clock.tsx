import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useEffect, useId, useState } from 'react';
import { announce } from '../../components/live-region.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Loaded } from '../../components/query-states.tsx';
import { useAction } from '../../components/use-action.ts';
import { type ClockFace, type ClockMove, moveClock, readClock, unlockAtMidnight } from './local-api.ts';
import { useDeskTexts } from './texts.ts';
import { exactTime, instantOf, secondsToMidnight } from './time.ts';

const clockKey = ['clock'];
const steps = [
  ['minute', 60],
  ['tenMinutes', 600],
  ['hour', 3_600],
] as const;

/** The clock that every function reads, and the work that starts at midnight. */
export function Clock() {
  const t = useDeskTexts();
  const id = useId();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: clockKey, queryFn: readClock, refetchInterval: 5_000 });
  const [chosen, setChosen] = useState('');
  const [unlocked, setUnlocked] = useState<number>();
  const { run, busy, problem } = useAction();
  const runClockMove = (to: ClockMove) =>
    void run(async () => {
      const face = await moveClock(to);
      queries.setQueryData<ClockFace>(clockKey, face);
      announce(t('clock.moved', { time: exactTime(face.now) }));
    });
  const toMidnight = () =>
    void run(async () => {
      const { now } = await readClock();
      queries.setQueryData(clockKey, await moveClock({ advanceSeconds: secondsToMidnight(Date.parse(now)) }));
    });
  const unlock = () =>
    void run(async () => {
      setUnlocked(undefined);
      setUnlocked((await unlockAtMidnight()).unlocked);
    });
  return (
    <section className="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{t('clock.title')}</h2>
      <Loaded query={query}>{(face) => <Face face={face} readAt={query.dataUpdatedAt} />}</Loaded>
      <div className="desk-line">
        {steps.map(([name, advanceSeconds]) => (
          <Button key={name} disabled={busy} onClick={() => runClockMove({ advanceSeconds })}>
            {t(`clock.${name}`)}
          </Button>
        ))}
        <Button disabled={busy} onClick={toMidnight}>
          {t('clock.midnight')}
        </Button>
      </div>
      <label htmlFor={`${id}-set`}>{t('clock.set')}</label>
      <div className="desk-line">
        <Input
          id={`${id}-set`}
          type="datetime-local"
          step={1}
          value={chosen}
          onChange={({ target }) => setChosen(target.value)}
        />
        <Button disabled={busy || chosen === ''} onClick={() => runClockMove({ now: instantOf(chosen) })}>
          {t('clock.setButton')}
        </Button>
      </div>
      <p className="small">{t('clock.setHint')}</p>
      <div className="desk-line">
        <Button disabled={busy} onClick={() => runClockMove({})}>
          {t('clock.reset')}
        </Button>
        <Button disabled={busy} onClick={unlock}>
          {t('clock.unlock')}
        </Button>
      </div>
      {unlocked === undefined ? null : (
        <Notice kind="good">{t('clock.unlocked', { count: unlocked })}</Notice>
      )}
      <ProblemAlert problem={problem} />
    </section>
  );
}

/** Shows the running time between two readings. */
function Face({ face, readAt }: { face: ClockFace; readAt: number }) {
  const t = useDeskTexts();
  const [machine, setMachine] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setMachine(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const now = Date.parse(face.now) + (face.fixed ? 0 : Math.max(0, machine - readAt));
  return (
    <p className="desk-clock">
      <time dateTime={face.now} data-fixed={face.fixed}>
        {exactTime(now)}
      </time>{' '}
      <small>{t(face.fixed ? 'clock.stopped' : 'clock.running')}</small>
    </p>
  );
}
