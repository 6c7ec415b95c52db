import { translate } from '../i18n/index.ts';

/** The few sentences for which no API is at hand. */
export const sentences = {
  network: () => ({ title: translate('problem.network'), detail: translate('problem.networkDetail') }),
  unavailable: () => ({
    title: translate('problem.unavailable'),
    detail: translate('problem.unavailableDetail'),
  }),
};
